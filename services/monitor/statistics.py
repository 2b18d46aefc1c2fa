"""What pages of statistics are read from: the counts, never the cases.

Guarantees: a page adds up rows whose number follows from its range, the departments and the items, not from how many cases
there are. How many lights are on now is counted in the index of those whose light is not green.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, Select, case, func, select, true

from services.monitor.context import Context
from services.monitor.domain.clocks import SEVERITY
from services.monitor.domain.contributions import MEASURES
from services.monitor.listing import lit_now
from services.monitor.tables import case_counts, cases, counted_items, stage_counts
from services.monitor.tables.statistics import DAY, MONTH, YEAR
from yimen.bus import View
from yimen.contracts.monitor import Light

Sums = Mapping[Any, Any]
Departments = Sequence[str] | None
"""None: all of them."""

_SUMS = [func.coalesce(func.sum(case_counts.c[name]), 0).label(name) for name in MEASURES]
_COUNTED = ("submitted", "accepted", "ended", "ended_late")


@dataclass(frozen=True)
class Span:
    """Both days are in it."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Span":
        """As long, and ending on the day before."""
        return Span(self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    @property
    def months(self) -> "Span":
        """The months that it touches, whole."""
        following = (self.last.replace(day=28) + timedelta(days=4)).replace(day=1)
        return Span(self.first.replace(day=1), following - timedelta(days=1))


def _of(query: Select[Any], grain: str, span: Span, departments: Departments) -> Select[Any]:
    counts = case_counts.c
    return query.where(
        counts.grain == grain,
        counts.first.between(span.first, span.last),
        true() if departments is None else counts.department.in_(departments),
    )


async def sums(view: View[Context], span: Span, departments: Departments, item: str | None = None) -> Sums:
    """Of an item: of the whole months."""
    query = _of(select(*_SUMS), DAY, span, departments)
    if item is not None:
        query = _of(select(*_SUMS), MONTH, span.months, departments).where(case_counts.c.item_code == item)
    return dict((await view.execute(query)).one()._mapping)


async def by_department(view: View[Context], span: Span, departments: Departments) -> list[Row[Any]]:
    query = _of(select(case_counts.c.department, *_SUMS), DAY, span, departments)
    grouped = query.group_by(case_counts.c.department).order_by(case_counts.c.department)
    return list(await view.execute(grouped))


async def by_day(view: View[Context], span: Span, departments: Departments) -> list[Row[Any]]:
    query = _of(select(case_counts.c.first.label("day"), *_SUMS), DAY, span, departments)
    return list(await view.execute(query.group_by(case_counts.c.first).order_by(case_counts.c.first)))


async def by_item(view: View[Context], span: Span, departments: Departments, limit: int) -> list[Row[Any]]:
    """Of the whole months; those that were accepted most often first."""
    code, accepted = case_counts.c.item_code, func.sum(case_counts.c.accepted)
    query = _of(select(code, *_SUMS), MONTH, span.months, departments).where(code != "").group_by(code)
    most = query.order_by(accepted.desc(), code).limit(limit).subquery()
    named = select(most, counted_items.c.name).outerjoin(counted_items, counted_items.c.item_code == most.c.item_code)
    return list(await view.execute(named.order_by(most.c.accepted.desc(), most.c.item_code)))


async def stages(
    view: View[Context], span: Span, departments: Departments, item: str | None, *, apart: bool
) -> list[Row[Any]]:
    """How long stages took, in whole months; `apart`: each department by itself."""
    counts = stage_counts.c
    key = [counts.stage, counts.department] if apart else [counts.stage]
    query = select(
        *key,
        func.sum(counts.count).label("count_"),
        func.sum(counts.days * counts.count).label("days"),
        func.max(case((counts.count > 0, counts.days))).label("longest"),
        *(func.sum(counts[name]).label(name) for name in ("minutes", "late", "deemed")),
    ).where(counts.month.between(span.months.first, span.months.last), counts.item_code == (item or ""))
    if departments is not None:
        query = query.where(counts.department.in_(departments))
    return list(await view.execute(query.group_by(*key).having(func.sum(counts.count) > 0).order_by(*key)))


async def all_time(view: View[Context], departments: Departments = None) -> list[Row[Any]]:
    """What every department has had, a row each; those who only ever review have had nothing."""
    counts = case_counts.c
    query = select(counts.department, *(func.sum(counts[name]).label(name) for name in _COUNTED))
    query = query.where(counts.grain == YEAR, true() if departments is None else counts.department.in_(departments))
    had = query.group_by(counts.department).having(func.sum(counts.submitted) > 0).order_by(counts.department)
    return list(await view.execute(had))


async def lights(view: View[Context]) -> dict[str, dict[Light, int]]:
    """By department, how many running cases have their light on now."""
    found: dict[str, dict[Light, int]] = {}
    for light, rank in SEVERITY.items():
        if light is not Light.GREEN:
            query = (
                select(cases.c.department, func.count().label("on")).where(*lit_now(rank)).group_by(cases.c.department)
            )
            for row in await view.execute(query, {"now": view.now}):
                found.setdefault(row.department, {})[light] = row.on
    return found


def open_of(row: Row[Any]) -> int:
    return int(row.submitted - row.ended)
