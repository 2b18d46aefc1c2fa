"""Pages of cases that cost the same among a million as among a few thousand (decision 0046).

The list of lights is read light by light, the worst first, until the page is full. Cases whose light is not green are few
and are found by the instant at which it came on, wherever the hour stands now; the others, and cases whose clock has
stopped, stand in an index in the order of the list. A list of several departments is a branch for each (decision 0027).

Guarantees: the order of one list is total, and the key of the last row is the place from which the next page goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    union,
    union_all,
)

from services.monitor.context import Context
from services.monitor.domain.clocks import SEVERITY
from services.monitor.tables import case_counts, cases, imports
from services.monitor.tables.statistics import YEAR
from yimen.bus import View
from yimen.contracts.monitor import Light
from yimen.contracts.parts import Kind
from yimen.db import Instant

NO_DUE: Final = date.max  # sorts cases without a running clock last
Place = tuple[int, date, str]
"""Severity, day and number of the last row shown."""

_NOW: BindParameter[datetime] = bindparam("now", type_=Instant)
_AFTER: Final[tuple[BindParameter[Any], ...]] = (bindparam("after_day", type_=Date), bindparam("after_number"))
_GREEN: Final = SEVERITY[Light.GREEN]
_LIT: Final = {SEVERITY[Light.RED]: "red_at", SEVERITY[Light.YELLOW]: "yellow_at", SEVERITY[Light.BLUE]: "blue_at"}
_UNSHOWN: Final = frozenset({"contribution", "rungs"})
_SHOWN: Final = [column for column in cases.c if column.name not in _UNSHOWN]


@dataclass(frozen=True)
class Asked:
    """What a list shows. `departments` None: all of them. A range has its two days in it."""

    departments: tuple[str, ...] | None = None
    light: Light | None = None
    ended: bool | None = None
    item: str | None = None
    kind: Kind | None = None
    late: bool | None = None
    accepted: tuple[date, date] | None = None
    closed: tuple[date, date] | None = None

    @property
    def by_day(self) -> bool:
        """A list of what a number counts, the newest day first, instead of the list of lights."""
        return any(one is not None for one in (self.item, self.kind, self.late, self.accepted, self.closed))

    @property
    def day(self) -> str:
        return "closed_on" if self.closed or self.late is not None else "accepted_on"


def severity(now: ColumnElement[datetime] = _NOW) -> ColumnElement[int]:
    """The light as a number: a stopped clock has no instants after its end, so only the hour decides."""
    return case(*((cases.c[name] <= now, number) for number, name in _LIT.items()), else_=_GREEN)


async def page(view: View[Context], asked: Asked, after: Place | None, limit: int) -> list[Row[Any]]:
    """Worst light first, then the earliest promised date, then the number; or, of a list by day, the newest first."""
    departments = asked.departments if asked.departments is not None else await _departments(view)
    if not departments:
        return []
    if asked.by_day:
        return await _page_by_day(view, asked, departments, after, limit)
    found: list[Row[Any]] = []
    ranks = sorted(SEVERITY.values(), reverse=True) if asked.light is None else [SEVERITY[asked.light]]
    for rank in ranks:
        if after is not None and rank > after[0]:
            continue
        place = after if after is not None and rank == after[0] else None
        for part in _parts(rank, bool(asked.ended), place):
            if len(found) < limit:
                found += await _read(view, part, departments, asked.departments is None, place, limit)
    return found[:limit]


def placed(row: Row[Any], asked: Asked) -> str:
    """The row's place in its list, to go on after it."""
    day = row._mapping[asked.day] if asked.by_day else row.promised_due
    return f"{row.severity}~{day or NO_DUE}~{row.number}"


async def _departments(view: View[Context]) -> tuple[str, ...]:
    """That have any case at all, in the hall or in a log of their own."""
    return tuple((await view.execute(_ALL)).scalars())


_COUNTED = select(case_counts.c.department).where(case_counts.c.grain == YEAR)
_ALL = union(_COUNTED, select(imports.c.department)).order_by("department")


# -- the list of lights -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """One stretch of the list of lights: of one light, with or without a promised date."""

    rank: int
    ended: bool
    dated: bool | None
    """None: both; of the few whose light is on."""


@dataclass(frozen=True)
class _Shape:
    """What the text of a statement depends on; limits stand in it (decision 0027)."""

    part: Part
    branches: int
    everywhere: bool
    limit: int
    placed: bool


def _parts(rank: int, ended: bool, place: Place | None) -> Sequence[Part]:
    if rank != _GREEN and not ended:
        return (Part(rank, ended=False, dated=None),)
    undated = Part(rank, ended, dated=False)
    return (undated,) if place is not None and place[1] == NO_DUE else (Part(rank, ended, dated=True), undated)


async def _read(
    view: View[Context], part: Part, departments: Sequence[str], everywhere: bool, place: Place | None, limit: int
) -> list[Row[Any]]:
    passed = place is None or (part.dated is False and place[1] != NO_DUE)
    shape = _Shape(part, len(departments), everywhere, limit, placed=not passed)
    given: dict[str, Any] = {f"department_{n}": department for n, department in enumerate(departments)}
    given |= {"now": view.now}
    if place is not None and not passed:
        given |= {"after_day": place[1], "after_number": place[2]}
    return list((await view.execute(_statement(shape), given)).all())


@lru_cache(maxsize=256)
def _statement(shape: _Shape) -> Select[Any]:
    """Made once: making it takes longer than running it."""
    keys = _lit(shape) if shape.part.dated is None else _merged([_branch(shape, n) for n in range(shape.branches)])
    rank = literal(shape.part.rank, Integer).label("severity")
    query = select(*_SHOWN, rank).join_from(keys, cases, cases.c.number == keys.c.number)
    return query.order_by(keys.c.due, keys.c.number).limit(_literal(shape.limit))


def _lit(shape: _Shape) -> CTE | Subquery:
    """Those whose light this is now, found by the instant at which it came on, and put in order.

    Read apart: else PostgreSQL, which does not know the hour when it plans, might look for a few red ones along all that
    run."""
    wanted = lit_now(shape.part.rank)
    if not shape.everywhere:
        wanted.append(cases.c.department.in_([_department(n) for n in range(shape.branches)]))
    due = func.coalesce(cases.c.promised_due, NO_DUE).label("due")
    on = select(due, cases.c.number).where(*wanted).cte("lit").prefix_with("MATERIALIZED", dialect="postgresql")
    query = select(on.c.due, on.c.number).order_by(on.c.due, on.c.number).limit(_literal(shape.limit))
    if shape.placed:
        query = query.where(tuple_(on.c.due, on.c.number) > tuple_(*_AFTER))
    return query.subquery("keys")


def _branch(shape: _Shape, n: int) -> Select[Any]:
    part, due = shape.part, cases.c.promised_due
    wanted: list[ColumnElement[bool]] = [cases.c.department == _department(n)]
    if part.ended:
        wanted += [cases.c.stopped_at.is_not(None), cases.c.ended_light == _literal(part.rank)]
    else:
        wanted += [cases.c.stopped_at.is_(None), *(_not_yet(name) for name in _LIT.values())]
    wanted.append(due.is_not(None) if part.dated else due.is_(None))
    query = select(due.label("due"), cases.c.number).order_by(*((due,) if part.dated else ()), cases.c.number)
    if shape.placed:
        wanted.append(tuple_(due, cases.c.number) > tuple_(*_AFTER) if part.dated else cases.c.number > _AFTER[1])
    return query.where(*wanted).limit(_literal(shape.limit))


def lit_now(rank: int) -> list[ColumnElement[bool]]:
    """Running cases whose light this is at the instant `now`; any but green."""
    worse = [_not_yet(name) for number, name in _LIT.items() if number > rank]
    return [cases.c.stopped_at.is_(None), cases.c[_LIT[rank]] <= _NOW, *worse]


def _not_yet(name: str) -> ColumnElement[bool]:
    return or_(cases.c[name].is_(None), cases.c[name] > _NOW)


# -- lists of what a number counts --------------------------------------------------------------------------------------


async def _page_by_day(
    view: View[Context], asked: Asked, departments: Sequence[str], after: Place | None, limit: int
) -> list[Row[Any]]:
    fixed = [cases.c.department == department for department in departments]
    if asked.item is not None:
        fixed = [and_(cases.c.item_code == asked.item, cases.c.department.in_(departments))]
    day, wanted = cases.c[asked.day], _wanted(asked)
    if after is not None:
        wanted.append(tuple_(day, cases.c.number) < tuple_(literal(after[1], Date), literal(after[2])))
    branches = [
        select(day.label("due"), cases.c.number)
        .where(one, *wanted)
        .order_by(day.desc(), cases.c.number.desc())
        .limit(_literal(limit))
        for one in fixed
    ]
    keys = _merged(branches)
    query = select(*_SHOWN, severity().label("severity")).join_from(keys, cases, cases.c.number == keys.c.number)
    query = query.order_by(keys.c.due.desc(), keys.c.number.desc()).limit(_literal(limit))
    return list((await view.execute(query, {"now": view.now})).all())


def _wanted(asked: Asked) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [cases.c[asked.day].is_not(None)]
    wanted += [cases.c.accepted_on.between(*asked.accepted)] if asked.accepted else []
    wanted += [cases.c.closed_on.between(*asked.closed)] if asked.closed else []
    if asked.late is not None:
        wanted.append(cases.c.late_days > 0 if asked.late else func.coalesce(cases.c.late_days, 0) <= 0)
    if asked.kind is not None:
        wanted.append(cases.c.kind == asked.kind)
    if asked.ended is not None:
        wanted.append(cases.c.stopped_at.is_not(None) if asked.ended else cases.c.stopped_at.is_(None))
    if asked.light is not None:
        wanted.append(severity() == SEVERITY[asked.light])
    return wanted


def _merged(branches: Sequence[Select[Any]]) -> Subquery:
    if len(branches) == 1:
        return branches[0].subquery("keys")
    limited = [branch.subquery(f"b{n}") for n, branch in enumerate(branches)]
    return union_all(*(select(one.c.due, one.c.number) for one in limited)).subquery("keys")


def _department(n: int) -> BindParameter[str]:
    return bindparam(f"department_{n}")


def _literal(number: int) -> ColumnElement[int]:
    return literal_column(str(number), Integer)
