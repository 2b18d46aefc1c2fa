"""How departments' reports of items and withdrawals are found and kept.

Guarantees: `locked_report` holds the report's row until the unit ends. Kept out is an item whose newest decision says
so, until a version of it that is no older has come into force.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import orjson
from sqlalchemy import BindParameter, Date, Row, bindparam, select, update

from services.intake.domain.entry import Report, ReportState, Withdrawal
from services.intake.domain.item import Item
from services.intake.tables import item_reports, item_withdrawals, items
from yimen.bus import Unit, View

_TODAY: BindParameter[date] = bindparam("today", type_=Date)
_STANDS = ~(
    select(items.c.code)
    .where(
        items.c.code == item_reports.c.code,
        items.c.version >= item_reports.c.version,
        items.c.effective_from <= _TODAY,
    )
    .correlate(item_reports)
    .exists()
)
ABOLISHED_BY = select(item_withdrawals.c.code).where(item_withdrawals.c.effective_on <= _TODAY)
"""Codes of what is abolished `today`."""

KEPT_OUT_ON = select(item_reports.c.code).where(item_reports.c.state == ReportState.KEPT_OUT, _STANDS)
"""Codes of what is kept out `today`."""

_KEPT_OUT = (
    select(item_reports)
    .where(item_reports.c.state == ReportState.KEPT_OUT, _STANDS, item_reports.c.code.not_in(ABOLISHED_BY))
    .order_by(item_reports.c.code, item_reports.c.decided_at)
)


async def add_report(unit: Unit[Any], report: Report) -> bool:
    """False if another report of this item waits already."""
    row = unit.insert(item_reports).values(
        report_id=report.report_id,
        code=report.item.code,
        version=report.item.version,
        department=report.item.department,
        **_values(report),
    )
    return (await unit.execute(row.on_conflict_do_nothing())).rowcount == 1


async def keep_report(unit: Unit[Any], report: Report) -> None:
    await unit.execute(
        update(item_reports).where(item_reports.c.report_id == report.report_id).values(**_values(report))
    )


async def locked_report(unit: Unit[Any], report_id: str) -> Report | None:
    query = select(item_reports).where(item_reports.c.report_id == report_id).with_for_update()
    return _maybe((await unit.execute(query)).one_or_none())


async def find_report(view: View[Any], report_id: str) -> Report | None:
    query = select(item_reports).where(item_reports.c.report_id == report_id)
    return _maybe((await view.execute(query)).one_or_none())


async def page_of_reports(
    view: View[Any],
    *,
    departments: Sequence[str] | None,
    state: ReportState | None = None,
    after: str | None = None,
    limit: int,
) -> list[Report]:
    """In the order in which they came. `departments` None: of all."""
    query = select(item_reports).order_by(item_reports.c.report_id).limit(limit)
    if departments is not None:
        query = query.where(item_reports.c.department.in_(departments))
    if state is not None:
        query = query.where(item_reports.c.state == state)
    if after is not None:
        query = query.where(item_reports.c.report_id > after)
    return [_report(row) for row in await view.execute(query)]


async def waiting_reports(view: View[Any]) -> list[Report]:
    query = select(item_reports).where(item_reports.c.state == ReportState.REPORTED)
    return [_report(row) for row in await view.execute(query)]


async def kept_out(view: View[Any], today: date, code: str | None = None) -> list[Report]:
    """By code; of each item the newest decision."""
    query = _KEPT_OUT if code is None else _KEPT_OUT.where(item_reports.c.code == code)
    found = await view.execute(query, {"today": today})
    return list({row.code: _report(row) for row in found}.values())


async def withdrawal_of(view: View[Any], code: str) -> Withdrawal | None:
    row = (await view.execute(select(item_withdrawals).where(item_withdrawals.c.code == code))).one_or_none()
    return None if row is None else _withdrawal(row)


async def withdrawals(view: View[Any]) -> list[Withdrawal]:
    return [_withdrawal(row) for row in await view.execute(select(item_withdrawals))]


async def add_withdrawal(unit: Unit[Any], withdrawal: Withdrawal) -> bool:
    """False if the item was withdrawn already."""
    staff = withdrawal.withdrawn_by.model_dump(mode="json")
    row = unit.insert(item_withdrawals).values(withdrawal.model_dump() | {"withdrawn_by": staff})
    return (await unit.execute(row.on_conflict_do_nothing())).rowcount == 1


def _values(report: Report) -> dict[str, Any]:
    plain = report.model_dump(include={"reported_at", "decided_at", "reason", "row_version", "state"})
    staff = report.model_dump(mode="json", include={"reported_by", "decided_by"})
    return plain | staff | {"body": report.item.model_dump(mode="json")}


def _maybe(row: Row[Any] | None) -> Report | None:
    return None if row is None else _report(row)


def _report(row: Row[Any]) -> Report:
    item = Item.model_validate_json(orjson.dumps(row.body))
    own = {name: value for name, value in row._asdict().items() if name in Report.model_fields}
    return Report.model_validate(own | {"item": item})


def _withdrawal(row: Row[Any]) -> Withdrawal:
    return Withdrawal.model_validate(row._asdict())
