"""What makes an item's list of materials unfit to be published (R10, R16)."""

import re

from services.intake.domain.findings import Found, repeated
from services.intake.domain.item import Item
from services.intake.domain.situations import materials_for

_APPLICATION_FORM = re.compile(r"申请(书|表)")


def materials(item: Item) -> Found:
    for code in repeated(material.code for material in item.materials):
        yield "materials", f"材料编码{code}重复，请改正。"
    for material in item.materials:
        if not material.required and _APPLICATION_FORM.search(material.name):
            yield f"materials.{material.code}.required", f"“{material.name}”是申请文书，必须标为必要材料。"
        if material.pieces == 0:
            yield f"materials.{material.code}.originals", f"“{material.name}”原件和复印件份数都是0，请填写应交份数。"


def situations_of_materials(item: Item) -> Found:
    known = {situation.code for situation in item.situations}
    for material in item.materials:
        where = f"materials.{material.code}.situations"
        for code in sorted(set(material.situations) - known):
            yield where, f"“{material.name}”所属的情形{code}不在该事项的情形之内，请改正。"
        for code in repeated(material.situations):
            yield where, f"“{material.name}”的情形{code}重复，请改正。"


def deferral(item: Item) -> Found:
    """R16: minor material only. The application itself is none, and in no situation may everything follow later."""
    for material in item.materials:
        if material.deferrable and _APPLICATION_FORM.search(material.name):
            yield f"materials.{material.code}.deferrable", f"“{material.name}”是申请文书，不得容缺后补，请改为false。"
    for chosen in _choices(item):
        required = [material for material in materials_for(item, chosen) if material.required]
        if required and all(material.deferrable for material in required):
            names = "、".join(material.name for material in required)
            when = f"情形{chosen[0]}的" if chosen else ""
            yield "materials", f"{when}必要材料（{names}）全部可以容缺后补，请至少保留一项须当场提交。"


def _choices(item: Item) -> list[tuple[str, ...]]:
    """Each situation alone: choosing more asks for more."""
    return [(situation.code,) for situation in item.situations] or [()]
