"""What should be in the hall and is handled outside (R82, S22): found by the supervisor itself, in the events.

Guarantees: one finding a case, claimed and said in one transaction; cases and the catalogue may be learned in either order:
a case is looked at when it is told, and again when the hall says something of its item. What was heard late may be right
behind (an approval to stay out, say), so each look waits `patience` once. Does not: take a finding back when a department
corrects its log; that is what an appeal is for.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, or_, select

from services.monitor import rulebooks
from services.monitor.context import Context
from services.monitor.domain.outside import Entry, in_hall, mildest
from services.monitor.inspecting import Patrol, record
from services.monitor.registry import handlers, timers
from services.monitor.staffing import window_of
from services.monitor.tables import handled_outside, item_entries, outside_cases
from yimen.bus import Unit, View
from yimen.contracts import Meta, intake, monitor
from yimen.departments import department_name
from yimen.timers import Timer, set_timer, set_timers
from yimen.worktime import local_date

CODE: Final = "handled_outside"
LOOK_TIMER: Final = "look-outside"
ITEM_TIMER: Final = "look-item"
LOOKED_AT_ONCE: Final = 500


@handlers.on(monitor.OutsideReported)
async def keep_outside_case(unit: Unit[Context], event: monitor.OutsideReported, _meta: Meta) -> None:
    row = {
        "case_number": event.case_number,
        "department": event.department,
        "own_number": event.own_number,
        "item_code": event.item_code,
        "item_name": event.item_name,
        "accepted_on": event.accepted_on,
    }
    statement = unit.insert(outside_cases).values(row)
    await unit.execute(statement.on_conflict_do_update(index_elements=["case_number"], set_=row))
    if await _entry_in_force(unit, row) is not None:
        due = unit.now + unit.context.patience
        await set_timer(unit, LOOK_TIMER, key=event.case_number, due_at=due)


@handlers.on(intake.ItemPublished)
async def learn_publication(unit: Unit[Context], event: intake.ItemPublished, _meta: Meta) -> None:
    await _learn(unit, event, inside=True, since=event.effective_from)


@handlers.on(intake.ItemRevised)
async def learn_revision(unit: Unit[Context], event: intake.ItemRevised, _meta: Meta) -> None:
    await _learn(unit, event, inside=True, since=event.effective_from)


@handlers.on(intake.ItemKeptOut)
async def learn_exemption(unit: Unit[Context], event: intake.ItemKeptOut, _meta: Meta) -> None:
    """Outside with approval: what is told of it from then on is in order."""
    await _learn(unit, event, inside=False, since=local_date(event.approved_at))


@handlers.on(intake.ItemWithdrawn)
async def learn_withdrawal(unit: Unit[Context], event: intake.ItemWithdrawn, meta: Meta) -> None:
    await _learn(unit, event, inside=False, since=event.effective_on or local_date(meta.time))


async def _learn(unit: Unit[Context], event: intake.ItemEvent, *, inside: bool, since: date) -> None:
    entry = {
        "item_code": event.item_code,
        "version": event.version,
        "inside": inside,
        "since": since,
        "department": getattr(event, "department", None),
        "name": getattr(event, "name", None),
    }
    await unit.execute(unit.insert(item_entries).values(entry).on_conflict_do_nothing())
    if inside:
        await _look_at_item(unit, event.item_code, "")


async def _look_at_item(unit: Unit[Context], item_code: str, after: str) -> None:
    await set_timer(unit, ITEM_TIMER, key=item_code, due_at=unit.now, payload={"after": after})


@timers.on(ITEM_TIMER)
async def look_at_cases_of_item(unit: Unit[Context], timer: Timer) -> None:
    """In portions, each a transaction of its own; nearly always there is none."""
    entries = (await unit.execute(select(item_entries).where(item_entries.c.item_code == timer.key))).all()
    named = {(entry.department, entry.name) for entry in entries if entry.name}
    o = outside_cases.c
    by_name = [and_(o.department == whose, o.item_name == name) for whose, name in named]
    query = select(outside_cases).where(or_(o.item_code == timer.key, *by_name), o.case_number > timer.payload["after"])
    rows = (await unit.execute(query.order_by(o.case_number).limit(LOOKED_AT_ONCE))).all()
    due = unit.now + unit.context.patience
    suspicious = [row.case_number for row in rows if in_hall(_entries(entries), row.accepted_on)]
    await set_timers(unit, {(LOOK_TIMER, number): due for number in suspicious})
    if len(rows) == LOOKED_AT_ONCE:
        await _look_at_item(unit, timer.key, rows[-1].case_number)


@timers.on(LOOK_TIMER)
async def look_at_outside_case(unit: Unit[Context], timer: Timer) -> None:
    known = select(outside_cases).where(outside_cases.c.case_number == timer.key)
    row = (await unit.execute(known)).first()
    if row is None:
        return
    item_code = await _entry_in_force(unit, dict(row._mapping))
    rule = (await rulebooks.of_unit(unit)).finding(CODE)
    if item_code is not None and rule is not None:
        await _find(unit, row, item_code, rule)


async def _entry_in_force(view: View[Context], case: Mapping[str, Any]) -> str | None:
    """The code of the hall's item that the case should have been, if it was in the hall when the case was accepted."""
    known = await _entries_of(view, item_entries.c.item_code == case["item_code"])
    if not known:
        # The log names no code, or one of its own: then the department's items of exactly this name.
        named = and_(item_entries.c.department == case["department"], item_entries.c.name == case["item_name"])
        codes = select(item_entries.c.item_code).where(named)
        known = await _entries_of(view, item_entries.c.item_code.in_(codes))
    inside = (code for code, entries in sorted(known.items()) if in_hall(entries, case["accepted_on"]))
    return next(inside, None)


async def _entries_of(view: View[Context], which: ColumnElement[bool]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for row in await view.execute(select(item_entries).where(which)):
        found.setdefault(row.item_code, []).append(Entry(row.version, row.inside, row.since))
    return found


def _entries(rows: Iterable[Row[Any]]) -> list[Entry]:
    return [Entry(row.version, row.inside, row.since) for row in rows]


async def _find(unit: Unit[Context], case: Row[Any], item_code: str, rule: monitor.FindingRule) -> None:
    """Once a case: whoever inserts the claim says it."""
    claim = unit.insert(handled_outside).values(case_number=case.case_number, found_at=unit.now)
    claimed = claim.on_conflict_do_nothing().returning(handled_outside.c.case_number)
    if (await unit.execute(claimed)).first() is None:
        return
    whose = department_name(case.department)
    detail = f"“{case.item_name}”已进驻大厅，{whose}仍于{case.accepted_on}在大厅以外受理（编号{case.own_number}）。"
    found = Patrol(
        code=rule.code,
        department=case.department,
        detail=detail,
        found_on=local_date(unit.now),
        window=await window_of(unit, case.department),
        case_number=case.case_number,
        item_code=item_code,
        tenths=mildest(rule.charges),
    )
    await record(unit, found, None)
