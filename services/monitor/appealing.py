"""Appeals (申诉) of a department against an alert, an entry of a score, or a rating (R76).

Guarantees: one appeal for each target; decided by somebody who neither found what it is about nor filed it; a limit of its
own. What an upheld appeal changes follows from the word itself when it is heard: the alert is lifted, the rating voided,
the entry given back, each where it is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import ColumnElement, Row, and_, or_, select, true, update

from services.monitor import queries, rulebooks
from services.monitor.context import Context
from services.monitor.publishing import published_at
from services.monitor.registry import timers
from services.monitor.tables import alerts, appeals, journal, score_entries, score_reversals, score_sheets
from yimen.bus import Unit, View
from yimen.contracts import read_event
from yimen.contracts.monitor import AppealDecided, AppealFiled, AppealOverdue, AppealTarget, RatingGiven
from yimen.contracts.parts import Staff
from yimen.errors import NotNow
from yimen.timers import Timer, set_timer
from yimen.worktime import end_of_day, local_date

APPEAL_TIMER: Final = "appeal"


@dataclass(frozen=True)
class Target:
    """What is appealed against. `open_since`: when the department could first know; None: it has not been published yet."""

    department: str
    open_since: datetime | None
    case_number: str | None = None
    month: str | None = None
    found_by: str | None = None
    subject: str | None = None
    """Of the event that it follows from, where that can be given back as a whole."""


# -- what is appealed against -------------------------------------------------------------------------------------------


async def find_target(view: View[Context], kind: AppealTarget, target_id: str) -> Target | None:
    """None where there is nothing of that kind and id, or nothing that costs anybody anything."""
    if kind is AppealTarget.ALERT:
        return await _alert(view, target_id)
    if kind is AppealTarget.RATING:
        return await _rating(view, target_id)
    return await _entry(view, target_id) or await _line(view, target_id)


async def _alert(view: View[Context], alert_id: str) -> Target | None:
    row = (await view.execute(select(alerts).where(alerts.c.alert_id == alert_id))).first()
    return Target(row.department, row.raised_at, row.case_number) if row else None


async def _rating(view: View[Context], rating_id: str) -> Target | None:
    """As the journal holds it: what somebody said. A default is nobody's word, and comes before it where there is one."""
    j = journal.c
    query = select(j.type, j.body).where(
        j.source == "/monitor", j.subject == f"rating/{rating_id}", j.type == RatingGiven.type
    )
    row = (await view.execute(query)).first()
    given = read_event(row.type, row.body.encode()) if row else None
    if not isinstance(given, RatingGiven):
        return None
    return Target(given.department, given.given_at, given.case_number)


async def _entry(view: View[Context], entry_id: str) -> Target | None:
    row = (await view.execute(select(score_entries).where(score_entries.c.entry_id == entry_id))).first()
    if row is None or row.tenths >= 0:
        return None
    since = await published_at(view, row.month)
    return Target(row.department, since, row.case_number, row.month, row.found_by, row.subject)


async def _line(view: View[Context], entry_id: str) -> Target | None:
    """A line that follows from the month as a whole stands on published sheets alone."""
    s = score_sheets.c
    recent = select(s.month).distinct().order_by(s.month.desc()).limit(3)
    query = select(s.month, s.party, s.lines).where(s.current, s.kind == "department", s.month.in_(recent))
    for row in await view.execute(query):
        for line in row.lines:
            if line["entry_id"] == entry_id and line["tenths"] < 0 and not line["reverses"]:
                return Target(row.party, await published_at(view, row.month), line["case_number"], row.month)
    return None


async def _given_back(view: View[Context], kind: AppealTarget, target_id: str, target: Target) -> bool:
    """Whether nothing of it counts any more, so that nothing is left to appeal against."""
    names = [f"{kind}/{target_id}", *([target.subject] if target.subject else [])]
    told = select(score_reversals.c.target).where(score_reversals.c.target.in_(names)).limit(1)
    return (await view.execute(told)).first() is not None


# -- filing and deciding ------------------------------------------------------------------------------------------------


async def file(unit: Unit[Context], kind: AppealTarget, target_id: str, target: Target, grounds: str, by: Staff) -> str:
    """The appeal's number. Raises NotNow where it is too late, or nothing is left to appeal against."""
    calendar, book = (await queries.calendars(unit))[-1], await rulebooks.of_unit(unit)
    today = local_date(unit.now)
    if target.open_since is not None:
        last = calendar.add(local_date(target.open_since), book.number("appeal_window_days")).date
        if today > last:
            raise NotNow("appeal-too-late", "申诉期限已过", f"申诉应在{last}前提出；如有新的情况，请向监察人员反映。")
    if await _given_back(unit, kind, target_id, target):
        raise NotNow("already-given-back", "该事项已经撤销", "扣分已经冲回，不必申诉，请刷新后核对。")
    decide_by = calendar.add(today, book.number("appeal_days")).date
    said = AppealFiled(
        appeal_number=f"SS-{uuid5(NAMESPACE_URL, f'appeal:{kind}/{target_id}').hex[:20].upper()}",
        department=target.department,
        case_number=target.case_number,
        target=kind,
        target_id=target_id,
        grounds=grounds,
        filed_by=by,
        filed_at=unit.now,
        decide_by=decide_by,
    )
    await _keep(unit, said, target)
    unit.emit(said)
    await set_timer(unit, APPEAL_TIMER, key=said.appeal_number, due_at=end_of_day(decide_by))
    return said.appeal_number


async def _keep(unit: Unit[Context], said: AppealFiled, target: Target) -> None:
    row = said.model_dump(mode="python", exclude={"filed_by"}) | {
        "target": str(said.target),
        "month": target.month,
        "found_by": target.found_by,
        "filed_by": said.filed_by.id,
        "filed_by_name": said.filed_by.name,
        "version": 1,
    }
    claim = unit.insert(appeals).values(**row).on_conflict_do_nothing().returning(appeals.c.appeal_number)
    if (await unit.execute(claim)).first() is None:
        raise NotNow("already-appealed", "已经申诉过", "同一事项只能申诉一次，请查看原申诉的处理情况。")


async def decide(unit: Unit[Context], row: Row[Any], *, upheld: bool, reasons: str, by: Staff) -> None:
    """Raises NotNow where it was decided already."""
    if row.upheld is not None:
        raise NotNow("already-decided", "申诉已经决定", "决定已存档，不能更改，请刷新后查看。")
    values = {"upheld": upheld, "reasons": reasons, "decided_by": by.id, "decided_by_name": by.name}
    values |= {"decided_at": unit.now, "version": row.version + 1}
    await unit.execute(update(appeals).where(appeals.c.appeal_number == row.appeal_number).values(**values))
    unit.emit(
        AppealDecided(
            appeal_number=row.appeal_number,
            department=row.department,
            case_number=row.case_number,
            target=AppealTarget(row.target),
            target_id=row.target_id,
            upheld=upheld,
            reasons=reasons,
            decided_by=by,
            decided_at=unit.now,
        )
    )


@timers.on(APPEAL_TIMER)
async def tell_that_an_appeal_waits(unit: Unit[Context], timer: Timer) -> None:
    row = await appeal(unit, timer.key)
    if row is None or row.upheld is not None or row.overdue_at is not None:
        return
    await unit.execute(update(appeals).where(appeals.c.appeal_number == timer.key).values(overdue_at=timer.due_at))
    unit.emit(
        AppealOverdue(
            appeal_number=row.appeal_number,
            department=row.department,
            case_number=row.case_number,
            decide_by=row.decide_by,
            overdue_at=timer.due_at,
        )
    )


# -- reading ------------------------------------------------------------------------------------------------------------


async def appeal(view: View[Context], number: str) -> Row[Any] | None:
    return (await view.execute(select(appeals).where(appeals.c.appeal_number == number).with_for_update())).first()


async def appeal_page(
    view: View[Context],
    *,
    departments: Sequence[str] | None,
    decided: bool | None,
    before: tuple[datetime, str] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Newest first."""
    a = appeals.c
    wanted: list[ColumnElement[bool]] = [true()]
    if departments is not None:
        wanted.append(a.department.in_(departments))
    if decided is not None:
        wanted.append(a.upheld.is_not(None) if decided else a.upheld.is_(None))
    if before is not None:
        at, number = before
        wanted.append(or_(a.filed_at < at, and_(a.filed_at == at, a.appeal_number < number)))
    query = select(appeals).where(*wanted).order_by(a.filed_at.desc(), a.appeal_number.desc()).limit(limit)
    return (await view.execute(query)).all()
