"""Differences between the bank's file and our books (R57): stored, said, answered for, over when they are found no longer.

Guarantees: each has an owner, a day by which to answer, a state and a sentence; one that needs somebody is said on the bus
when it is found, and again when it is found anew. What a person has resolved or carried stays so while its amount does.
On a day that is closed what is found later is carried: the day is not reopened.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Select, bindparam, exists, insert, select, update

from services.fees.context import Context
from services.fees.domain.reconciling import Finding, Kept, State, is_over, stands
from services.fees.domain.suspense import TREASURER
from services.fees.queries import Found
from services.fees.tables import counters, days, differences
from yimen.bus import Unit, View
from yimen.contracts.fees import DayDiscrepancyFound, Difference
from yimen.contracts.parts import Staff
from yimen.timers import set_timers
from yimen.worktime import local_date

HEAL: Final = "heal"
"""The timer of a line that the file tells us of, by its bank serial: each is taken in by a transaction of its own."""


async def lock_days(unit: Unit[Context]) -> None:
    """The first lock of whatever changes days, statements or differences: days lean on their neighbours."""
    held = unit.insert(counters).values(name="reconciling", value=1)
    await unit.execute(held.on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1}))


async def is_closed(view: View[Any], day: date) -> bool:
    query = select(exists().where(days.c.day == day, days.c.state == "closed"))
    return bool((await view.execute(query)).scalar_one())


async def keep(unit: Unit[Context], day: date, found: Iterable[Finding], scope: Collection[Difference]) -> None:
    """What was found of these kinds on that day is all that there is of them."""
    stored = {(Difference(row.kind), row.bank_serial): row for row in await _stored(unit, day, scope)}
    fresh, anew = list[Finding](), list[tuple[Found, Finding]]()
    closed = await is_closed(unit, day)
    for one in found:
        finding = replace(one, state=State.CARRIED) if closed and one.state is State.OPEN else one
        row = stored.pop(finding.key, None)
        if row is None:
            fresh.append(finding)
        elif not stands(kept(row), finding):
            anew.append((row, finding))
    await _add(unit, fresh)
    await _take_up(unit, anew)
    await _end(unit, [row for row in stored.values() if is_over(kept(row))])


async def keep_also(unit: Unit[Context], day: date, found: Sequence[Finding]) -> None:
    """What was found is kept beside what was found before; ended it is by whoever finds that it is over.

    A person's word holds. What had ended by itself begins anew."""
    stored = {row.bank_serial: row for row in await _stored(unit, day, {one.kind for one in found})}
    await _add(unit, [one for one in found if one.serial not in stored])
    anew = ((stored[one.serial], one) for one in found if one.serial in stored)
    await _take_up(unit, [(row, one) for row, one in anew if _has_ended(row)])


def _has_ended(row: Found) -> bool:
    return row.state in (State.HEALED, State.RESOLVED) and row.closed_by is None


def kept(row: Found) -> Kept:
    return Kept(State(row.state), row.amount, row.detail, row.our_serial, row.closed_by is not None)


async def _stored(view: View[Any], day: date, scope: Collection[Difference]) -> Sequence[Found]:
    query = select(differences).where(differences.c.day == day, differences.c.kind.in_(scope))
    return (await view.execute(query)).all()


async def _add(unit: Unit[Context], found: Sequence[Finding]) -> None:
    if not found:
        return
    statement = await _statement_of(unit, found[0].day)
    rows = [
        _facts(unit, finding)
        | {"day": finding.day, "kind": finding.kind, "bank_serial": finding.serial, "statement_id": statement}
        for finding in found
    ]
    await unit.execute(insert(differences), rows)
    await _tell(unit, found)


async def _take_up(unit: Unit[Context], anew: Sequence[tuple[Found, Finding]]) -> None:
    for row, finding in anew:
        facts = _facts(unit, finding) | {"version": row.version + 1}
        facts |= {"closed_by": None, "closed_by_name": None, "note": None}
        await unit.execute(update(differences).where(differences.c.id == row.id).values(**facts))
    await _tell(unit, [finding for _row, finding in anew])


async def _end(unit: Unit[Context], rows: Sequence[Found]) -> None:
    await end(unit, rows, State.HEALED, "后续对账已一致。")


async def end(unit: Unit[Context], rows: Sequence[Found], state: State, note: str) -> None:
    """We found out by ourselves that these are over."""
    await _change(unit, rows, state=state, note=note, closed_at=unit.now)


async def _change(unit: Unit[Context], rows: Sequence[Found], **facts: Any) -> None:
    one = update(differences).where(differences.c.id == bindparam("of_id"))
    if rows:
        changed = one.values(**facts, version=differences.c.version + 1)
        await unit.execute(changed, [{"of_id": row.id} for row in rows])


def _facts(unit: Unit[Context], finding: Finding) -> dict[str, Any]:
    return {
        "our_serial": finding.our_serial,
        "amount": finding.amount,
        "detail": finding.detail,
        "state": finding.state,
        "owner": TREASURER,
        "due_by": local_date(unit.now) + timedelta(days=unit.context.settings.difference_days),
        "opened_at": unit.now,
        "closed_at": unit.now if finding.state is State.RESOLVED else None,
        "version": 1,
    }


async def _statement_of(view: View[Any], day: date) -> int | None:
    return (await view.execute(select(days.c.statement_id).where(days.c.day == day))).scalar_one_or_none()


async def _tell(unit: Unit[Context], found: Sequence[Finding]) -> None:
    await set_timers(unit, {(HEAL, finding.serial): unit.now for finding in found if finding.heals})
    asking = {finding.key: finding for finding in found if finding.asks_somebody}
    if not asking:
        return
    day = next(iter(asking.values())).day
    for row in await _stored(unit, day, {kind for kind, _serial in asking}):
        if (Difference(row.kind), row.bank_serial) in asking:
            _say(unit, row, row.due_by)


def _say(unit: Unit[Context], row: Found, due_by: date) -> None:
    unit.emit(
        DayDiscrepancyFound(
            day=row.day,
            difference_id=str(row.id),
            difference=Difference(row.kind),
            bank_serial=row.bank_serial or None,
            amount=row.amount,
            owner=row.owner,
            due_by=due_by,
            found_at=unit.now,
        )
    )


# -- answered for ------------------------------------------------------------------------------------------------------


async def settle(unit: Unit[Context], row: Found, state: State, note: str, by: Staff) -> None:
    """`row` is locked by `lock_days`."""
    done = {"closed_by": by.id, "closed_by_name": by.name, "closed_at": unit.now}
    await _change(unit, [row], state=state, note=note, **done)


async def escalate(unit: Unit[Context], rows: Sequence[Found]) -> None:
    """The files that were waited for have not brought it: now somebody has to answer for it."""
    due_by = local_date(unit.now) + timedelta(days=unit.context.settings.difference_days)
    for day in sorted({row.day for row in rows}):
        state = State.CARRIED if await is_closed(unit, day) else State.OPEN
        await _change(unit, [row for row in rows if row.day == day], state=state, due_by=due_by)
    for row in rows:
        _say(unit, row, due_by)


def unsettled_on(day: date) -> Select[Any]:
    return select(differences).where(differences.c.day == day, differences.c.state.in_((State.HELD, State.OPEN)))


async def found_at(view: View[Any], number: int) -> Found | None:
    return (await view.execute(select(differences).where(differences.c.id == number))).one_or_none()


async def page(view: View[Any], *, day: date | None, state: State | None, after: int, limit: int) -> Sequence[Found]:
    """By number: the page after `after`."""
    query = select(differences).where(differences.c.id > after).order_by(differences.c.id).limit(limit)
    if day is not None:
        query = query.where(differences.c.day == day)
    if state is not None:
        query = query.where(differences.c.state == state)
    return (await view.execute(query)).all()
