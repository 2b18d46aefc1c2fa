"""Keeping the counts up: what a case contributed is taken away, and what it contributes now is added.

Guarantees: the counts are the sums of what is kept with the cases and the complaints, in whatever order and however often
events came; both change in one transaction, under the journal's lock, by statements whose rows are sorted. A word that
changes no contribution costs no statement.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, TypeVar

from sqlalchemy import Executable, Table, select

from services.monitor.context import Context
from services.monitor.domain.clocks import SEVERITY
from services.monitor.domain.contributions import (
    MEASURES,
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
K = TypeVar("K")
_LIGHTS: Final = (("red_at", Light.RED), ("yellow_at", Light.YELLOW), ("blue_at", Light.BLUE))


def columns(seen: CaseView, calendar: Calendar, row: Mapping[str, Any]) -> dict[str, Any]:
    """What a case's row keeps for lists and counts, beside what it shows."""
    return {
        "item_code": seen.submitted.item_code if seen.submitted else None,
        "closed_on": closed_on(seen),
        "ended_light": None if seen.stopped_at is None else _light(row),
        "contribution": contribution(seen, calendar).kept(),
    }


def _light(row: Mapping[str, Any]) -> int:
    """Of a clock that has stopped: it reaches nothing any more."""
    return SEVERITY[next((light for name, light in _LIGHTS if row[name] is not None), Light.GREEN)]


async def recount(
    unit: Unit[Context], before: Mapping[str, Any] | None, row: Mapping[str, Any], seen: CaseView
) -> None:
    """`before`, `row`: the case's row as it was and as it is."""
    former = before["contribution"] if before else None
    if former != row["contribution"]:
        moved = Contribution.read(row["contribution"]).minus(Contribution.read(former))
        await add(unit, moved)
    if seen.submitted and (before is None or before["item_code"] is None):
        await _name_item(unit, seen.submitted.item_code, seen.submitted.item_name, seen.submitted.item_version)


async def add(unit: Unit[Context], moved: Contribution) -> None:
    if moved.days:
        await _add(unit, case_counts, GRAIN_KEY, MEASURES, grains(moved.days))
    if moved.stages:
        await _add(unit, stage_counts, STAGE_KEY, STAGE_MEASURES, stage_rows(moved.stages))


def grains(days: Mapping[Place, Counts]) -> dict[GrainKey, Counts]:
    """Each place in its day, its month and its year; what comes to nothing there is left out."""
    found: defaultdict[GrainKey, Counter[str]] = defaultdict(Counter)
    for place, counts in days.items():
        month = place.day.replace(day=1)
        for key in (
            (DAY, place.day, place.department, ""),
            (MONTH, month, place.department, place.item),
            (YEAR, month.replace(month=1), place.department, ""),
        ):
            found[key].update(counts)
    return _moved(found)


def stage_rows(stages: Mapping[StagePlace, Counts]) -> dict[StageKey, Counts]:
    """Each place for its item, and for all items together."""
    found: defaultdict[StageKey, Counter[str]] = defaultdict(Counter)
    for at, counts in stages.items():
        for item in {at.item, ""}:
            found[at.month, at.department, item, at.stage, at.days].update(counts)
    return _moved(found)


def _moved(found: Mapping[K, Counter[str]]) -> dict[K, Counts]:
    return {key: kept for key, counts in found.items() if (kept := {name: n for name, n in counts.items() if n})}


async def _add(
    unit: Unit[Context],
    table: Table,
    key: tuple[str, ...],
    measures: Iterable[str],
    moved: Mapping[Any, Counts],
) -> None:
    if not moved:
        return
    named = tuple(name for name in measures if any(name in counts for counts in moved.values()))
    nothing = dict.fromkeys(named, 0)
    rows = [dict(zip(key, place, strict=True)) | nothing | dict(moved[place]) for place in sorted(moved)]
    await unit.execute(_upsert(unit.insert(table), table, key, named), rows)


@lru_cache(maxsize=512)
def _upsert(statement: Any, table: Table, key: tuple[str, ...], named: tuple[str, ...]) -> Executable:
    """One for each set of measures that move together; there are few."""
    grown = {name: table.c[name] + statement.excluded[name] for name in named}
    made: Executable = statement.on_conflict_do_update(index_elements=list(key), set_=grown)
    return made


async def _name_item(unit: Unit[Context], code: str, name: str, version: int) -> None:
    """By its newest version that any case named."""
    told = unit.insert(counted_items).values(item_code=code, name=name, version=version)
    newer = {"name": told.excluded.name, "version": told.excluded.version}
    older = counted_items.c.version < told.excluded.version
    await unit.execute(told.on_conflict_do_update(index_elements=["item_code"], set_=newer, where=older))


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
    await add(unit, of_complaint(facts).minus(of_complaint(before)))


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
