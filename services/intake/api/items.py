"""The catalogue, open to everyone (六项公开): what can be asked for, of whom, with what, how long it takes and what it
costs.
"""

from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel

from services.intake import queries
from services.intake.context import Context
from services.intake.domain.catalogue import Item
from yimen.bus import View
from yimen.contracts.envelope import Code
from yimen.contracts.parts import Kind
from yimen.departments import department_name
from yimen.web import NotFound, allow_anyone, current_view, new_router
from yimen.worktime import local_date

router = new_router(tags=["items"])

Reading = Annotated[View[Context], Depends(current_view)]


class ItemSummary(BaseModel):
    code: str
    name: str
    department: str
    department_name: str
    kind: Kind
    promised_days: int
    statutory_days: int
    charges: bool
    version: int


@router.get("/items", dependencies=[allow_anyone()])
async def list_items(view: Reading) -> list[ItemSummary]:
    """The whole catalogue, as in force today."""
    return [_summary(item) for item in await queries.current_items(view, local_date(view.now))]


@router.get("/items/{item_code}", dependencies=[allow_anyone()])
async def read_item(item_code: Code, view: Reading) -> Item:
    """One item with its six disclosures, materials and fees."""
    return await item_in_force(view, item_code)


async def item_in_force(view: View[Context], code: str) -> Item:
    found = await queries.current_items(view, local_date(view.now), code)
    if not found:
        raise NotFound("没有找到该事项", "目录中没有该事项，或者它尚未生效。请在事项目录中重新选择。")
    return found[0]


def _summary(item: Item) -> ItemSummary:
    return ItemSummary(
        code=item.code,
        name=item.name,
        department=item.department,
        department_name=department_name(item.department),
        kind=item.kind,
        promised_days=item.promised_days,
        statutory_days=item.statutory_days,
        charges=bool(item.fees),
        version=item.version,
    )
