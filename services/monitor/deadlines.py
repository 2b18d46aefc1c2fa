"""The days by which complaints, consultations and ratings have to be dealt with.

Guarantees: a day follows from its spans and the calendar in force; a changed calendar moves every one that is open (R35).
Each passes once, with two replicas as with one: its timer looks again when it comes, under the lock of the thing that it is
about. Requests never wait for a timer: they close a day or give it more, and the timer finds it so.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, select, tuple_, update

from services.monitor import queries
from services.monitor.context import Context
from services.monitor.registry import handlers, timers
from services.monitor.tables import deadlines
from yimen.bus import Unit, View
from yimen.contracts import Meta, intake
from yimen.contracts.parts import Due
from yimen.timers import Timer, set_timer, set_timers
from yimen.worktime import Calendar, Day, end_of_day

DEADLINE_TIMER: Final = "deadline"
MOVING_TIMER: Final = "deadlines-moved"
MOVED_AT_ONCE: Final = 200

Span = tuple[date, int]


@dataclass(frozen=True, slots=True)
class Passed:
    """The limit of `number`'s `step`, and the instant at which it ended by law, however late that was noticed."""

    number: str
    step: str
    due: Due
    at: datetime


@dataclass(frozen=True, slots=True)
class Kind:
    lock: Callable[[Unit[Context], str], Awaitable[Any]]
    passed: Callable[[Unit[Context], Passed], Awaitable[None]]


_KINDS: Final[dict[str, Kind]] = {}


def register(about: str, kind: Kind) -> None:
    """`lock`: takes the thing for the unit, as each request that changes it does first."""
    _KINDS[about] = kind


def reckon(spans: Sequence[Span], extra: int, calendar: Calendar) -> Day:
    day = min(calendar.add(start, days) for start, days in spans)
    later = calendar.add(day.date, extra)
    return Day(later.date, day.provisional or later.provisional)


async def begin(unit: Unit[Context], about: str, number: str, step: str, spans: Sequence[Span]) -> Due:
    """The limit's last day. One that stands under these names already is begun anew."""
    day = reckon(spans, 0, (await queries.unit_calendars(unit))[-1])
    row = {
        "spans": [[start.isoformat(), days] for start, days in spans],
        "extra": 0,
        "due": day.date,
        "provisional": day.provisional,
        "open": True,
        "passed_at": None,
    }
    made = unit.insert(deadlines).values(about=about, number=number, step=step, **row)
    await unit.execute(made.on_conflict_do_update(index_elements=["about", "number", "step"], set_=row))
    await set_timer(unit, DEADLINE_TIMER, key=_key(about, number, step), due_at=end_of_day(day.date))
    return Due(on=day.date, provisional=day.provisional)


async def give_more(unit: Unit[Context], about: str, number: str, step: str, extra: int) -> Due:
    row = await find(unit, about, number, step)
    assert row is not None
    day = reckon(_spans(row), extra, (await queries.unit_calendars(unit))[-1])
    moved = {"extra": extra, "due": day.date, "provisional": day.provisional}
    await unit.execute(update(deadlines).where(_is(about, number, step)).values(**moved))
    return Due(on=day.date, provisional=day.provisional)


async def end(unit: Unit[Context], about: str, number: str, *steps: str) -> None:
    which = (deadlines.c.about == about) & (deadlines.c.number == number) & deadlines.c.step.in_(steps)
    await unit.execute(update(deadlines).where(which).values(open=False))


async def find(view: View[Context], about: str, number: str, step: str) -> Row[Any] | None:
    return (await view.execute(select(deadlines).where(_is(about, number, step)))).first()


async def of(view: View[Context], about: str, numbers: Sequence[str]) -> dict[str, dict[str, Row[Any]]]:
    """number -> step -> its day."""
    found: dict[str, dict[str, Row[Any]]] = {number: {} for number in numbers}
    query = select(deadlines).where(deadlines.c.about == about, deadlines.c.number.in_(numbers))
    for row in await view.execute(query):
        found[row.number][row.step] = row
    return found


@timers.on(DEADLINE_TIMER)
async def pass_limit(unit: Unit[Context], timer: Timer) -> None:
    about, number, step = timer.key.split("~")
    await _KINDS[about].lock(unit, number)
    row = await find(unit, about, number, step)
    if row is None or not row.open:
        return
    day = reckon(_spans(row), row.extra, (await queries.unit_calendars(unit))[-1])
    at = end_of_day(day.date)
    if unit.now < at:
        await set_timer(unit, DEADLINE_TIMER, key=timer.key, due_at=at)
        return
    ended = {"open": False, "passed_at": at, "due": day.date, "provisional": day.provisional}
    await unit.execute(update(deadlines).where(_is(about, number, step)).values(**ended))
    due = Due(on=day.date, provisional=day.provisional)
    await _KINDS[about].passed(unit, Passed(number, step, due, at))


@handlers.on(intake.CalendarRevised)
async def move_limits(unit: Unit[Context], event: intake.CalendarRevised, _meta: Meta) -> None:
    await _move_after(unit, f"{event.year}-{event.version}", ["", "", ""])


async def _move_after(unit: Unit[Context], key: str, place: list[str]) -> None:
    await set_timer(unit, MOVING_TIMER, key=key, due_at=unit.now, payload={"after": place})


@timers.on(MOVING_TIMER)
async def move_open_limits(unit: Unit[Context], timer: Timer) -> None:
    """A portion. Timers first: whoever holds one of them waits for nothing that is held here."""
    d, calendar = deadlines.c, (await queries.unit_calendars(unit))[-1]
    place = tuple_(d.about, d.number, d.step)
    query = select(deadlines).where(d.open, place > tuple_(*timer.payload["after"])).order_by(d.about, d.number, d.step)
    rows = (await unit.execute(query.limit(MOVED_AT_ONCE))).all()
    days = [(row, reckon(_spans(row), row.extra, calendar)) for row in rows]
    moved = [(row, day) for row, day in days if (row.due, row.provisional) != (day.date, day.provisional)]
    due = {
        (DEADLINE_TIMER, _key(row.about, row.number, row.step)): end_of_day(day.date)
        for row, day in moved
        if row.due != day.date
    }
    await set_timers(unit, due)
    for row, day in moved:
        same = _is(row.about, row.number, row.step) & d.open & (d.extra == row.extra)
        await unit.execute(update(deadlines).where(same).values(due=day.date, provisional=day.provisional))
    if len(rows) == MOVED_AT_ONCE:
        await _move_after(unit, timer.key, [rows[-1].about, rows[-1].number, rows[-1].step])


def _key(about: str, number: str, step: str) -> str:
    return f"{about}~{number}~{step}"


def _is(about: str, number: str, step: str) -> Any:
    return (deadlines.c.about == about) & (deadlines.c.number == number) & (deadlines.c.step == step)


def _spans(row: Row[Any]) -> list[Span]:
    return [(date.fromisoformat(start), days) for start, days in row.spans]
