"""Findings of patrols (现场巡查) and attendance (考勤): entered, charged by the rulebook, set right by the department (R82).

Guarantees: points follow from the rulebook in force; numbers are gapless in a year; the same irregularity of one person on
one day is entered once, however often it is sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Row, and_, or_, select, update

from services.monitor import queries, rulebooks
from services.monitor.context import Context
from services.monitor.domain.inspections import (
    Fault,
    attendance_rule,
    by_half_days,
    chosen,
    patrol_rule,
    to_be_rectified,
)
from services.monitor.domain.rulebook import Rulebook, deductions
from services.monitor.numbering import FINDING, next_serials, number
from services.monitor.staffing import window_of
from services.monitor.tables import attendance, inspections
from yimen.bus import Unit, View
from yimen.contracts.monitor import AttendanceRecorded, FindingRule, InspectionRecorded, InspectionRectified
from yimen.contracts.parts import Staff
from yimen.errors import NotNow, Unfit
from yimen.worktime import local_date

Found = Row[Any]


@dataclass(frozen=True, slots=True)
class Patrol:
    """What was found, by whom. `tenths`: the points, where the rulebook leaves them to the finder."""

    code: str
    department: str
    detail: str
    found_on: date
    window: str | None = None
    person: Staff | None = None
    case_number: str | None = None
    item_code: str | None = None
    tenths: int | None = None


async def record(unit: Unit[Context], patrol: Patrol, by: Staff | None) -> InspectionRecorded:
    """Raises `Unfit` where the rulebook, the day or the case does not allow it."""
    book = await rulebooks.of_unit(unit)
    rule = patrol_rule(book, patrol.code)
    charges = chosen(rule, patrol.tenths)
    if patrol.found_on > local_date(unit.now):
        raise Unfit("found-in-future", "检查日期尚未到来", "请核对检查日期，不得晚于今天。")
    if patrol.case_number is not None and await queries.case_row(unit, patrol.case_number) is None:
        raise Unfit("unknown-case", "没有此办件", "监察系统没有收到该办件的任何记录，请核对办件编号。")
    person = patrol.person.id if patrol.person else None
    window = patrol.window or await window_of(unit, patrol.department)
    said = InspectionRecorded(
        finding_number=number(unit, FINDING, (await next_serials(unit, FINDING))[0]),
        department=patrol.department,
        case_number=patrol.case_number,
        code=rule.code,
        title=rule.title,
        rule=rule.rule,
        window=window,
        person=patrol.person,
        item_code=patrol.item_code,
        detail=patrol.detail,
        found_on=patrol.found_on,
        found_by=by,
        rectify_by=await _rectify_by(unit, book) if to_be_rectified(charges) else None,
        recorded_at=unit.now,
        deductions=deductions(rule.code, charges, department=patrol.department, window=window, person=person),
    )
    row = said.model_dump(mode="python", exclude={"finding_number"})
    await unit.execute(inspections.insert().values(row | {"number": said.finding_number, "version": 1}))
    unit.emit(said)
    return said


async def _rectify_by(unit: Unit[Context], book: Rulebook) -> date:
    calendar = (await queries.unit_calendars(unit))[-1]
    return calendar.add(local_date(unit.now), book.number("rectify_days")).date


async def rectify(unit: Unit[Context], row: Found, measures: str, by: Staff) -> None:
    """整改: once; `row` is locked."""
    if row.rectify_by is None:
        raise NotNow("nothing-to-rectify", "该记录无需整改", "该记录不涉及扣分，请刷新后查看。")
    if row.rectified_at is not None:
        detail = "整改情况已存档，不能更改；如有补充，请联系监察人员。"
        raise NotNow("already-rectified", "该记录已经整改", detail)
    values = {"measures": measures, "rectified_by": by.model_dump(), "rectified_at": unit.now}
    changed = update(inspections).where(inspections.c.number == row.number)
    await unit.execute(changed.values(version=row.version + 1, **values))
    subject = {"finding_number": row.number, "department": row.department, "case_number": row.case_number}
    unit.emit(InspectionRectified(**subject, measures=measures, rectified_by=by, rectified_at=unit.now))


async def find(view: View[Context], finding_number: str) -> Found | None:
    return (await view.execute(select(inspections).where(inspections.c.number == finding_number))).first()


async def lock(unit: Unit[Context], finding_number: str) -> Found | None:
    query = select(inspections).where(inspections.c.number == finding_number).with_for_update()
    return (await unit.execute(query)).first()


async def page(
    view: View[Context],
    *,
    departments: Sequence[str] | None,
    code: str | None,
    open_only: bool,
    before: tuple[datetime, str] | None,
    limit: int,
) -> Sequence[Found]:
    """Newest first."""
    i = inspections.c
    query = select(inspections).order_by(i.recorded_at.desc(), i.number.desc()).limit(limit)
    if departments is not None:
        query = query.where(i.department.in_(departments))
    if code is not None:
        query = query.where(i.code == code)
    if open_only:
        query = query.where(i.rectify_by.is_not(None), i.rectified_at.is_(None))
    if before is not None:
        at, place = before
        query = query.where(or_(i.recorded_at < at, and_(i.recorded_at == at, i.number < place)))
    return (await view.execute(query)).all()


# -- attendance --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Absence:
    """A line of the attendance book: one irregularity of one person on one day."""

    department: str
    window: str | None
    person: Staff
    code: str
    day: date
    half_days: int
    note: str

    @property
    def attendance_id(self) -> str:
        return uuid5(NAMESPACE_URL, f"attendance:{self.person.id}/{self.day}/{self.code}").hex


async def enter(unit: Unit[Context], lines: Sequence[Absence], by: Staff) -> tuple[list[str], dict[int, Fault]]:
    """The new ones' ids, in their order; or the faults by line, and then nothing is entered."""
    book = await rulebooks.of_unit(unit)
    faults: dict[int, Fault] = {}
    fresh: dict[str, tuple[Absence, FindingRule]] = {}
    known = await _half_days_known(unit, [line.attendance_id for line in lines])
    for place, line in enumerate(lines):
        rule = _checked(book, line, known, local_date(unit.now))
        if isinstance(rule, Fault):
            faults[place] = rule
        elif line.attendance_id not in known:
            known[line.attendance_id] = line.half_days
            fresh[line.attendance_id] = line, rule
    if not faults:
        for line, rule in fresh.values():
            await _enter(unit, line, rule, by)
    return ([] if faults else list(fresh)), faults


def _checked(book: Rulebook, line: Absence, known: dict[str, int], today: date) -> FindingRule | Fault:
    rule = attendance_rule(book, line.code, line.half_days)
    if isinstance(rule, Fault):
        return rule
    if line.day > today:
        return Fault("day", "考勤日期不得晚于今天，请核对。")
    if known.get(line.attendance_id, line.half_days) != line.half_days:
        return Fault("half_days", "该人员当日此项已经登记，半天数与已登记的不一致，请核对。")
    return rule


async def _half_days_known(unit: Unit[Context], ids: Sequence[str]) -> dict[str, int]:
    query = select(attendance.c.attendance_id, attendance.c.half_days).where(attendance.c.attendance_id.in_(ids))
    return {row.attendance_id: row.half_days for row in await unit.execute(query)}


async def _enter(unit: Unit[Context], line: Absence, rule: FindingRule, by: Staff) -> None:
    """Whoever inserts the row says it."""
    window = line.window or await window_of(unit, line.department)
    charges = by_half_days(rule, line.half_days)
    said = AttendanceRecorded(
        attendance_id=line.attendance_id,
        department=line.department,
        window=window,
        person=line.person,
        code=rule.code,
        title=rule.title,
        day=line.day,
        half_days=line.half_days,
        note=line.note,
        recorded_by=by,
        recorded_at=unit.now,
        deductions=deductions(rule.code, charges, department=line.department, window=window, person=line.person.id),
    )
    row = said.model_dump(mode="python") | {"person": line.person.id, "person_name": line.person.name}
    claim = unit.insert(attendance).values(row).on_conflict_do_nothing().returning(attendance.c.attendance_id)
    if (await unit.execute(claim)).first() is not None:
        unit.emit(said)


async def attendance_page(
    view: View[Context],
    *,
    departments: Sequence[str] | None,
    person: str | None,
    first: date,
    last: date,
    after: tuple[date, str] | None,
    limit: int,
) -> Sequence[Found]:
    """By day."""
    a = attendance.c
    query = select(attendance).where(a.day.between(first, last)).order_by(a.day, a.attendance_id).limit(limit)
    if departments is not None:
        query = query.where(a.department.in_(departments))
    if person is not None:
        query = query.where(a.person == person)
    if after is not None:
        day, place = after
        query = query.where(or_(a.day > day, and_(a.day == day, a.attendance_id > place)))
    return (await view.execute(query)).all()
