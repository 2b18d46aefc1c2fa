"""The catalogue, open to everyone (六项公开): what can be asked for, of whom, with what, how long it takes and what it
costs; what is not in the hall and why. The centre withdraws what was abolished.
"""

from datetime import date
from typing import Annotated

from fastapi import Depends, status
from pydantic import BaseModel

from services.intake import queries
from services.intake.api.bodies import Words
from services.intake.context import Context
from services.intake.domain.catalogue import Item
from services.intake.domain.entry import Withdrawal, abolished, already_withdrawn, kept_out, withdraw
from services.intake.domain.windows import Window
from services.intake.queries import entry as reports
from services.intake.queries import windows
from yimen.bus import Unit, View
from yimen.contracts.envelope import Code
from yimen.contracts.parts import Kind
from yimen.departments import department_name
from yimen.errors import Refusal
from yimen.web import (
    Body,
    NotFound,
    Principal,
    Role,
    allow,
    allow_anyone,
    creates,
    current_unit,
    current_view,
    new_router,
    revalidated,
)
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


class ItemWindow(BaseModel):
    """Where the item may be asked for in person."""

    window: str
    name: str
    place: str
    hours: str
    phone: str


class ItemView(Item):
    windows: tuple[ItemWindow, ...]


class KeptOutView(BaseModel):
    """Not in the hall, for an approved reason (S01, S22)."""

    code: str
    name: str
    department: str
    department_name: str
    reason: str
    approved_on: date


class WithdrawalBody(Body):
    reason: Words
    effective_on: date


@router.get("/items", dependencies=[allow_anyone(), revalidated()])
async def list_items(view: Reading) -> list[ItemSummary]:
    """The whole catalogue, as in force today."""
    return [_summary(item) for item in await queries.current_items(view, local_date(view.now))]


@router.get("/items/kept-out", dependencies=[allow_anyone(), revalidated()])
async def list_kept_out(view: Reading) -> list[KeptOutView]:
    """What is handled outside the hall, and why."""
    return [
        KeptOutView(
            code=report.item.code,
            name=report.item.name,
            department=report.item.department,
            department_name=department_name(report.item.department),
            reason=report.reason,
            approved_on=local_date(report.decided_at or report.reported_at),
        )
        for report in await reports.kept_out(view, local_date(view.now))
    ]


@router.get("/items/{item_code}", dependencies=[allow_anyone(), revalidated()])
async def read_item(item_code: Code, view: Reading) -> ItemView:
    """One item with its six disclosures, materials and fees, and the windows of its department."""
    try:
        item = await item_in_force(view, item_code)
    except Refusal as gone:
        raise NotFound(gone.title, gone.detail) from gone
    at = [_at(window) for window in await windows.all_windows(view) if item.department in window.departments]
    return ItemView(**dict(item), windows=tuple(at))


@router.post("/items/{item_code}/withdrawal", status_code=status.HTTP_201_CREATED, dependencies=[creates()])
async def withdraw_item(
    item_code: Code,
    body: WithdrawalBody,
    unit: Annotated[Unit[Context], Depends(current_unit)],
    caller: Principal = allow(Role.CENTRE_ADMIN),
) -> Withdrawal:
    """取消: no application from that day on; cases in progress go on."""
    item = await queries.newest_version(unit, item_code)
    if item is None:
        raise _unknown()
    made, event = withdraw(item, body.reason, body.effective_on, caller.staff, unit.now, local_date(unit.now))
    if not await reports.add_withdrawal(unit, made):
        standing = await reports.withdrawal_of(unit, item_code)
        raise already_withdrawn(standing or made)
    unit.emit(event)
    return made


async def item_in_force(view: View[Context], code: str) -> Item:
    """Raises the refusal that says why it cannot be applied for: unknown, not yet in force, abolished or kept out."""
    today = local_date(view.now)
    found = await queries.current_items(view, today, code)
    if found:
        return found[0]
    withdrawal = await reports.withdrawal_of(view, code)
    if withdrawal is not None and withdrawal.effective_on <= today:
        raise abolished(withdrawal)
    for report in await reports.kept_out(view, today, code):
        raise kept_out(report)
    raise _unknown()


def _unknown() -> NotFound:
    return NotFound("没有找到该事项", "目录中没有该事项，或者它尚未生效。请在事项目录中重新选择。")


def _at(window: Window) -> ItemWindow:
    return ItemWindow(**window.model_dump(include=set(ItemWindow.model_fields)))


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
