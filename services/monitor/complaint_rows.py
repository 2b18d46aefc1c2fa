"""A complaint's row and what was done with it; and who hears of it.

Guarantees: each step is written down in the transaction that takes it, and said to those who may hear of it, to each in a
record of their own.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, func, insert, select, update

from services.monitor.context import Context
from services.monitor.domain import complaints as rules
from services.monitor.domain.complaints import Object
from services.monitor.tables import complaint_steps, complaints
from yimen.bus import Unit, View
from yimen.contracts.monitor import ComplaintEvent, Deduction, Office
from yimen.contracts.parts import Staff
from yimen.web import Principal, Role, StaleVersion

Found = Row[Any]

OFFICE_OF: Final = {
    Role.CENTRE_ADMIN: Office.CENTRE,
    Role.DISCIPLINE_OFFICER: Office.DISCIPLINE,
    Role.SUPERVISOR: Office.SUPERVISION,
}
"""Whose hands each office is."""


async def lock(unit: Unit[Context], number: str) -> Found | None:
    return (await unit.execute(select(complaints).where(complaints.c.number == number).with_for_update())).first()


async def find(view: View[Context], number: str) -> Found | None:
    return (await view.execute(select(complaints).where(complaints.c.number == number))).first()


async def password_hash(view: View[Any], number: str) -> str | None:
    query = select(complaints.c.password_hash).where(complaints.c.number == number)
    found: str | None = (await view.execute(query)).scalar_one_or_none()
    return found


async def steps_of(view: View[Context], number: str) -> Sequence[Found]:
    query = select(complaint_steps).where(complaint_steps.c.number == number).order_by(complaint_steps.c.place)
    return (await view.execute(query)).all()


def about(row: Found) -> Object:
    return Object(row.person_id, frozenset(name for name in (row.person, row.person_name) if name))


def not_about(caller: Principal) -> tuple[ColumnElement[bool], ...]:
    """The same as `about`, asked of many at once."""
    c = complaints.c
    asked = ((c.person_id, caller.id), (c.person_name, caller.name), (c.person, caller.name))
    return tuple(func.coalesce(column, "") != value for column, value in asked)


def refuse_stale(row: Found, expected: int) -> None:
    if row.version != expected:
        raise StaleVersion(row.version)


async def advance(
    unit: Unit[Context],
    row: Found,
    step: str,
    words: str | None,
    by: Staff | None,
    details: dict[str, Any] | None = None,
    **changes: Any,
) -> Found:
    """Writes the step down; the row as it is now."""
    changed = update(complaints).where(complaints.c.number == row.number)
    changed = changed.values(version=row.version + 1, **changes).returning(complaints)
    now = (await unit.execute(changed)).one()
    count = select(func.count()).where(complaint_steps.c.number == row.number)
    who = {"by": by.id if by else None, "by_name": by.name if by else None, "at": unit.now}
    place = (await unit.execute(count)).scalar_one() + 1
    line = {"number": row.number, "place": place, "step": step, "words": words, "details": details or {}}
    await unit.execute(insert(complaint_steps).values(line | who))
    return now


def record_of(number: str, audience: str) -> str:
    return f"{number}.{audience}"


def tell(
    unit: Unit[Context],
    row: Found,
    event: type[ComplaintEvent],
    *,
    deductions: tuple[Deduction, ...] = (),
    **fields: Any,
) -> None:
    """To each who may hear of it. Points and the case, which tells who complained, stand in the office's record alone."""
    costs: dict[str, Any] = {"deductions": deductions} if deductions else {}
    office, *others = rules.audiences(Office(row.office), row.department, told_department=row.told_department)
    mine = {"record": record_of(row.number, office), "audience": office, "case_number": row.case_number}
    unit.emit(event(**mine, complaint_number=row.number, **fields, **costs))
    for audience in others:
        told = {"record": record_of(row.number, audience), "audience": audience}
        unit.emit(event(**told, complaint_number=row.number, **fields))
