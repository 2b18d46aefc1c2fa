"""What makes an item's flow unfit to be published: stages, their departments, limits and conditions (R25, R40, R46)."""

from collections.abc import Iterator

from services.intake.domain.findings import Found, repeated
from services.intake.domain.item import Item
from services.intake.domain.situations import departments_for
from yimen.contracts.intake import Stage
from yimen.contracts.parts import Kind

FIRST_REVIEW = 20  # R25, Art. 43


def flow(item: Item) -> Found:
    """R40, R46; the steps' limits fit into the promise."""
    if item.kind is Kind.INSTANT:
        if item.stages:
            yield "stages", "即办件由窗口当场决定，不应有审查环节，请删除。"
        return
    yield from _joint_flow(item) if item.kind is Kind.JOINT else _single_flow(item)
    total = sum(stage.limit_days for stage in item.stages)
    if total > item.promised_days:
        yield "stages", f"各环节时限合计{total}个工作日，超过承诺时限{item.promised_days}个工作日，请缩短。"
    for place, stage in enumerate(item.stages):
        for department in repeated(stage.departments):
            yield f"stages.{place}", f"环节“{stage.name}”中部门{department}重复，请改正。"


def _single_flow(item: Item) -> Found:
    if len(item.stages) != 1 or item.stages[0].departments != (item.department,):
        yield "stages", f"承诺件、上报件只有一个环节、一个部门，且为主办部门{item.department}，请改正环节或改为联办件。"
    if any(stage.silence_consents for stage in item.stages):
        yield "stages", "超时默许只适用于联办件，请改为false。"


def _joint_flow(item: Item) -> Found:
    if len(item.flow_departments) < 2:
        yield "stages", "联办件至少涉及两个部门，请补充部门或改为承诺件。"
    if item.department not in item.flow_departments:
        yield "stages", f"主办部门{item.department}不在任何环节中，请补充。"


def forwarding(item: Item) -> Found:
    if item.kind is Kind.FORWARDED and item.superior is None:
        yield "superior", "上报件应写明上级机关，请补充。"
    if item.kind is not Kind.FORWARDED and item.superior is not None:
        yield "superior", "不是上报件，不应写上级机关，请删除或改为上报件。"


def first_review(item: Item) -> Found:
    """R25."""
    for place, stage in enumerate(item.stages if item.kind is Kind.FORWARDED else ()):
        if stage.limit_days > FIRST_REVIEW:
            said = f"上报件的初审环节“{stage.name}”为{stage.limit_days}个工作日，"
            yield f"stages.{place}", f"{said}法律规定初审最长{FIRST_REVIEW}个工作日，请缩短。"


def overriding(item: Item) -> Found:
    """S06: only among several departments is there another whose refusal the lead could decide on."""
    if item.lead_may_override and item.kind is not Kind.JOINT:
        yield "lead_may_override", "牵头部门裁定只适用于联办件，请改为false。"


def situations_of_flow(item: Item) -> Found:
    """The lead takes part always, and a joint item stays joint in each of its situations."""
    for place, stage in enumerate(item.stages):
        yield from ((f"stages.{place}", message) for message in _conditions(item, stage))
    if item.kind is not Kind.JOINT:
        return
    for situation in item.situations:
        left = {code for stage in item.stages for code in departments_for(stage, (situation.code,))}
        if len(left) < 2:
            yield "stages", f"情形“{situation.name}”只剩{len(left)}个部门，联办件在每种情形下至少涉及两个部门，请改正。"


def _conditions(item: Item, stage: Stage) -> Iterator[str]:
    known = {situation.code for situation in item.situations}
    for department in repeated(condition.department for condition in stage.conditions):
        yield f"环节“{stage.name}”中部门{department}的条件重复，请合并。"
    for condition in stage.conditions:
        if condition.department not in stage.departments:
            yield f"环节“{stage.name}”的条件所指部门{condition.department}不在该环节中，请改正。"
        if condition.department == item.department:
            yield f"环节“{stage.name}”中主办部门{item.department}不得附条件，请删除该条件。"
        for code in sorted(set(condition.situations) - known):
            yield f"环节“{stage.name}”的条件所指情形{code}不在该事项的情形之内，请改正。"
