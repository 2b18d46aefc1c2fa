"""Pages of cases that cost the same in a table of a million as in one of a thousand (decision 0027).

An index begins with what a list fixes (department, kind, status) and goes on in the list's order, so that a page is one
stretch of it. A list that fixes several departments is one branch for each, ordered and limited by itself, and the
branches merged; the database takes from each as many rows as the page needs. `IN (…) ORDER BY` would read all of them.

Guarantees: about as many rows are read as are shown, one more for each branch; dates derived from a page count by the
calendar in force when it was read (R35). Does not: know what a list means (`lists` does).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Integer, Row, Select, bindparam, select, tuple_, union_all

from services.intake.queries.calendar import REVISION, follow
from services.intake.tables import cases
from yimen.bus import View
from yimen.db import Instant

Branch = Mapping[str, str]
"""Column -> the value that it is fixed to."""

_NUMBER = "case_number"
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "open": cases.c.ended_at.is_(None),
    "decided": cases.c.decided_at.is_not(None),
}


@dataclass(frozen=True)
class Order:
    """By which instant, and which rows are in the list at all: the words of a partial index's condition."""

    by: str
    condition: str | None = None
    newest_first: bool = False


RECEIVED = Order("submitted_at")
OPEN = Order("submitted_at", "open")
DECIDED = Order("decided_at", "decided")
NEWEST_DECIDED = Order("decided_at", "decided", newest_first=True)


@dataclass(frozen=True)
class Stretch:
    """Which part of a list: `since` ≤ instant < `until`, after the last key of the page before (oldest first only),
    `skip` rows left out."""

    limit: int
    after: tuple[datetime, str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    skip: int = 0

    @property
    def values(self) -> dict[str, Any]:
        at, number = self.after or (None, None)
        bounds = {"after_at": at, "after_number": number, "since": self.since, "until": self.until}
        counts = {"whole": self.limit + self.skip, "limit": self.limit, "skip": self.skip}
        return {name: value for name, value in bounds.items() if value is not None} | counts


@dataclass(frozen=True)
class _Shape:
    """What the text of a statement depends on. All else are its parameters."""

    columns: tuple[str, ...]
    order: Order
    fixed: tuple[str, ...]
    branches: int
    bounds: frozenset[str]


async def read_page(
    view: View[Any], columns: Sequence[str], order: Order, branches: Sequence[Branch], stretch: Stretch
) -> Sequence[Row[Any]]:
    """Every branch fixes the same columns; `columns` hold the case's number and the instant of the order."""
    if not branches:
        return []
    values, fixed = stretch.values, tuple(branches[0])
    given = {_name(column, place): branch[column] for place, branch in enumerate(branches) for column in fixed}
    shape = _Shape(tuple(columns), order, fixed, len(branches), frozenset(values))
    rows = (await view.execute(_statement(shape), given | values)).all()
    if rows:
        await follow(view, rows[0].calendar_revision)
    return rows


@lru_cache(maxsize=256)
def _statement(shape: _Shape) -> Select[Any]:
    """Made once: making it takes longer than running it."""
    branches = [_branch(shape, place) for place in range(shape.branches)]
    if len(branches) == 1:
        query = branches[0].add_columns(REVISION)
    else:
        limited = [each.limit(_number("whole")).subquery(f"b{place}") for place, each in enumerate(branches)]
        merged = union_all(*(select(*each.columns) for each in limited)).subquery("merged")
        key = [merged.c[shape.order.by], merged.c[_NUMBER]]
        query = select(merged, REVISION).order_by(*_in_order(shape, key))
    return query.limit(_number("limit")).offset(_number("skip"))


def _number(name: str) -> BindParameter[int]:
    return bindparam(name, type_=Integer)


def _branch(shape: _Shape, place: int) -> Select[Any]:
    key = [cases.c[shape.order.by], cases.c[_NUMBER]]
    query = select(*(cases.c[name] for name in shape.columns)).order_by(*_in_order(shape, key))
    query = query.where(*(cases.c[column] == bindparam(_name(column, place)) for column in shape.fixed))
    if shape.order.condition is not None:
        query = query.where(_CONDITIONS[shape.order.condition])
    if "since" in shape.bounds:
        query = query.where(key[0] >= bindparam("since", type_=Instant))
    if "until" in shape.bounds:
        query = query.where(key[0] < bindparam("until", type_=Instant))
    if "after_at" in shape.bounds:
        query = query.where(tuple_(*key) > tuple_(bindparam("after_at", type_=Instant), bindparam("after_number")))
    return query


def _in_order(shape: _Shape, key: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [column.desc() for column in key] if shape.order.newest_first else list(key)


def _name(column: str, place: int) -> str:
    return f"{column}_{place}"
