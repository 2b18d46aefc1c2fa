"""Situations of an item (情形): what the ones that an applicant chose ask for, and which departments they bring in.

Guarantees: what names no situation belongs to every one; an item without situations asks for everything of everybody.
"""

from collections.abc import Sequence

from services.intake.domain.item import Item, ItemMaterial
from yimen.contracts.intake import Stage
from yimen.errors import Unfit


def materials_for(item: Item, chosen: Sequence[str]) -> tuple[ItemMaterial, ...]:
    """The materials that are asked for in these situations, required or not."""
    return tuple(material for material in item.materials if _belongs(material.situations, chosen))


def departments_for(stage: Stage, chosen: Sequence[str]) -> tuple[str, ...]:
    """Who takes part in the stage; nobody, where every department of it has a condition that is not met."""
    conditions = {condition.department: condition.situations for condition in stage.conditions}
    return tuple(code for code in stage.departments if _belongs(conditions.get(code, ()), chosen))


def next_stage(item: Item, chosen: Sequence[str], first: int) -> int | None:
    """The first stage from `first` on in which somebody takes part; None where the flow is at its end."""
    taking_part = (n for n in range(first, len(item.stages)) if departments_for(item.stages[n], chosen))
    return next(taking_part, None)


def check_choice(item: Item, chosen: Sequence[str]) -> None:
    """Raises `Unfit`: at least one of the item's own where it has any, each once, and no other."""
    known = {situation.code: situation.name for situation in item.situations}
    if unknown := sorted(set(chosen) - known.keys()):
        raise _unfit("situation-unknown", "该事项没有这种情形", f"该事项没有以下情形：{'、'.join(unknown)}。", known)
    if known and not chosen:
        raise _unfit("situation-required", "没有选择申请的情形", "该事项按情形确定材料和审查部门。", known)
    if len(set(chosen)) < len(chosen):
        raise _unfit("situation-doubled", "同一情形重复选择", "同一情形只能选择一次。", known)


def _belongs(named: Sequence[str], chosen: Sequence[str]) -> bool:
    return not named or not set(named).isdisjoint(chosen)


def _unfit(code: str, title: str, why: str, known: dict[str, str]) -> Unfit:
    offered = "、".join(f"{code}（{name}）" for code, name in known.items())
    what = f"请从以下情形中选择至少一种：{offered}。" if known else "该事项不分情形，请不要填写情形。"
    error = {"in": "body", "pointer": "/situations", "message": why}
    return Unfit(code, title, f"{why}{what}", errors=[error])
