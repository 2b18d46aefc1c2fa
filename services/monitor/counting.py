"""Keeping the counts up: what a case contributed is taken away, and what it contributes now is added.

Guarantees: the counts are the sums of what is kept with the cases and the complaints, in whatever order and however often
events came; both change in one transaction, under the journal's lock. A batch of events writes each row of the counts once,
in sorted order: their rows are hot.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any, Final

from sqlalchemy import Executable, Table, bindparam, delete, select

from services.monitor.context import Context
from services.monitor.domain.clocks import SEVERITY
from services.monitor.domain.contributions import (
    GROUPS,
    STAGE_MEASURES,
    Contribution,
    Counts,
    Place,
    StagePlace,
    Tally,
    closed_on,
    contribution,
)
from services.monitor.domain.views import CaseView
from services.monitor.registry import handlers
from services.monitor.tables import case_counts, counted_complaints, counted_items, stage_counts
from services.monitor.tables.statistics import DAY, GRAIN_KEY, MONTH, STAGE_KEY, YEAR
from yimen.bus import Unit
from yimen.contracts import Meta, monitor
from yimen.contracts.monitor import Light
from yimen.worktime import Calendar, local_date

GrainKey = tuple[str, date, str, str]
StageKey = tuple[date, str, str, str, int]
_MOVED: Final = "moved counts"
_LIGHTS: Final = (("red_at", Light.RED), ("yellow_at", Light.YELLOW), ("blue_at", Light.BLUE))


def columns(seen: CaseView, calendar: Calendar, row: Mapping[str, Any]) -> dict[str, Any]:
    """What a case's row keeps for lists and counts, beside what it shows."""
    return {
        "item_code": seen.item_code,
        "closed_on": closed_on(seen),
        "ended_light": None if seen.stopped_at is None else _light(row),
        "contribution": contribution(seen, calendar).kept(),
    }


def _light(row: Mapping[str, Any]) -> int:
    """Of a clock that has stopped: it reaches nothing any more."""
    return SEVERITY[next((light for name, light in _LIGHTS if row[name] is not None), Light.GREEN)]


@dataclass
class Moved:
    """What a unit's events moved, by the key of each table's rows."""

    counts: defaultdict[GrainKey, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    stages: defaultdict[StageKey, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    items: dict[str, tuple[int, str]] = field(default_factory=dict)

    def add(self, moved: Contribution) -> None:
        for place, counts in moved.days.items():
            for key in grains_of(place):
                _add(self.counts[key], counts)
        for stage, counts in moved.stages.items():
            for stage_key in rows_of(stage):
                _add(self.stages[stage_key], counts)


def _add(sums: Counter[str], counts: Counts) -> None:
    for name, by in counts.items():
        sums[name] += by


def grains_of(place: Place) -> tuple[GrainKey, ...]:
    """A place stands in its day, its month and its year."""
    month = place.day.replace(day=1)
    return (
        (DAY, place.day, place.department, ""),
        (MONTH, month, place.department, place.item),
        (YEAR, month.replace(month=1), place.department, ""),
    )


def rows_of(stage: StagePlace) -> set[StageKey]:
    """For its item, and for all items together."""
    return {(stage.month, stage.department, item, stage.stage, stage.days) for item in (stage.item, "")}


def recount(unit: Unit[Context], before: Mapping[str, Any] | None, row: Mapping[str, Any], seen: CaseView) -> None:
    """`before`, `row`: the case's row as it was and as it is. Written when the unit ends, for all of its cases at once."""
    former = before["contribution"] if before else None
    if former != row["contribution"]:
        _moved(unit).add(Contribution.read(row["contribution"]).minus(Contribution.read(former)))
    if seen.submitted and (before is None or before["item_code"] is None):
        told = seen.submitted.item_version, seen.submitted.item_name
        items = _moved(unit).items
        items[seen.submitted.item_code] = max(told, items.get(seen.submitted.item_code, told))


def _moved(unit: Unit[Context]) -> Moved:
    if _MOVED not in unit.notes:
        unit.notes[_MOVED] = Moved()
        unit.before_commit(partial(_write, unit))
    moved: Moved = unit.notes[_MOVED]
    return moved


async def _write(unit: Unit[Context]) -> None:
    moved = _moved(unit)
    await _grow(unit, case_counts, GRAIN_KEY, GROUPS, moved.counts)
    await _grow(unit, stage_counts, STAGE_KEY, (STAGE_MEASURES,), moved.stages)
    if moved.items:
        rows = [{"item_code": code, "version": told[0], "name": told[1]} for code, told in sorted(moved.items.items())]
        await unit.execute(_newer(unit.insert(counted_items)), rows)


async def _grow(
    unit: Unit[Context],
    table: Table,
    key: tuple[str, ...],
    groups: tuple[tuple[str, ...], ...],
    moved: Mapping[Any, Counts],
) -> None:
    """Rows that nothing moved in the end are left alone; one that has come to nothing is taken away, as if its case had
    never been counted there."""
    changed = {place: counts for place, counts in moved.items() if any(counts.values())}
    if not changed:
        return
    told = {name for counts in changed.values() for name in counts}
    named = tuple(name for group in groups if not told.isdisjoint(group) for name in group)
    nothing = dict.fromkeys(named, 0)
    rows = [dict(zip(key, place, strict=True)) | nothing | dict(changed[place]) for place in sorted(changed)]
    await unit.execute(_upsert(unit.insert(table), table, key, named), rows)
    fallen = [place for place in sorted(changed) if min(changed[place].values()) < 0]
    if fallen:
        names = [{f"at_{name}": value for name, value in zip(key, place, strict=True)} for place in fallen]
        await unit.execute(_empty(table, key, tuple(name for group in groups for name in group)), names)


@lru_cache(maxsize=4)
def _empty(table: Table, key: tuple[str, ...], measures: tuple[str, ...]) -> Executable:
    """Takes away a row that counts nothing."""
    this = (table.c[name] == bindparam(f"at_{name}") for name in key)
    return delete(table).where(*this, *(table.c[name] == 0 for name in measures))


@lru_cache(maxsize=512)
def _upsert(statement: Any, table: Table, key: tuple[str, ...], named: tuple[str, ...]) -> Executable:
    """One for each union of groups, so that there are few: the database plans each once."""
    grown = {name: table.c[name] + statement.excluded[name] for name in named}
    made: Executable = statement.on_conflict_do_update(index_elements=list(key), set_=grown)
    return made


@lru_cache(maxsize=4)
def _newer(statement: Any) -> Executable:
    """An item goes by its newest version that any case named."""
    newer = {"name": statement.excluded.name, "version": statement.excluded.version}
    older = counted_items.c.version < statement.excluded.version
    made: Executable = statement.on_conflict_do_update(index_elements=["item_code"], set_=newer, where=older)
    return made


# -- complaints, which need not belong to a case ------------------------------------------------------------------------


@handlers.on(monitor.ComplaintFiled)
async def count_complaint(unit: Unit[Context], event: monitor.ComplaintFiled, _meta: Meta) -> None:
    named = {"department": event.department} if event.department else {}
    await _learn(unit, event.complaint_number, named | {"filed": _day(event.filed_at)})


@handlers.on(monitor.ComplaintAnswered)
async def count_answer(unit: Unit[Context], event: monitor.ComplaintAnswered, _meta: Meta) -> None:
    """The department is the one that was found to be meant."""
    upheld = {"upheld": _day(event.answered_at)} if event.upheld else {}
    await _learn(unit, event.complaint_number, {"answered": event.department} | upheld)


async def _learn(unit: Unit[Context], number: str, more: dict[str, str]) -> None:
    known = select(counted_complaints.c.facts).where(counted_complaints.c.complaint_number == number)
    before: dict[str, str] = (await unit.execute(known)).scalar_one_or_none() or {}
    facts = before | more
    if facts == before:
        return
    kept = unit.insert(counted_complaints).values(complaint_number=number, facts=facts)
    kept = kept.on_conflict_do_update(index_elements=["complaint_number"], set_={"facts": facts})
    await unit.execute(kept)
    _moved(unit).add(of_complaint(facts).minus(of_complaint(before)))


async def begin(unit: Unit[Context]) -> None:
    """Where the counts were emptied: all complaints that are known. The cases are folded once more (`recomputing`)."""
    if (await unit.execute(select(case_counts.c.grain).limit(1))).first() is not None:
        return
    for facts in (await unit.execute(select(counted_complaints.c.facts))).scalars():
        _moved(unit).add(of_complaint(facts))


def of_complaint(facts: Mapping[str, str]) -> Contribution:
    """Filed on one day, found right on another; of the department complained of."""
    tally = Tally()
    department = facts.get("answered") or facts.get("department")
    if department and "filed" in facts:
        tally.count(date.fromisoformat(facts["filed"]), department, "", complaints=1)
        if "upheld" in facts:
            tally.count(date.fromisoformat(facts["upheld"]), department, "", complaints_upheld=1)
    return tally.result()


def _day(at: datetime) -> str:
    return local_date(at).isoformat()
