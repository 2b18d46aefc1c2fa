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

from sqlalchemy import ColumnElement, Integer, Row, Select, bindparam, literal_column, select, tuple_, union_all

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
NEWEST_RECEIVED = Order("submitted_at", newest_first=True)
NEWEST_DECIDED = Order("decided_at", "decided", newest_first=True)


@dataclass(frozen=True)
class Stretch:
    """Which part of a list: `since` ≤ instant < `until`, beyond the last key of the page before (`after` it where the
    oldest come first, `before` it where the newest do), `skip` rows left out."""

    limit: int
    after: tuple[datetime, str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    skip: int = 0
    before: tuple[datetime, str] | None = None

    @property
    def values(self) -> dict[str, Any]:
        lower = [] if self.after is None else [self.after]
        if self.since is not None:
            lower.append((self.since, ""))
        at, number = max(lower) if lower else (None, None)
        given = {"after_at": at, "after_number": number, "until": self.until, "skip": self.skip or None}
        given["before_at"], given["before_number"] = self.before or (None, None)
        return {name: value for name, value in given.items() if value is not None}

    @property
    def most(self) -> int:
        """No branch has to give more. Rounded up where it varies, so that statements stay few."""
        return 1 << (self.limit + self.skip - 1).bit_length() if self.skip else self.limit


@dataclass(frozen=True)
class _Shape:
    """What the text of a statement depends on. All else are its parameters.

    The limits stand in the text: PostgreSQL takes a limit that it does not know for a tenth of the rows, thinks a plan for
    any values dear because of it, and plans a statement of forty-four branches anew each time, in 10 ms."""

    columns: tuple[str, ...]
    order: Order
    fixed: tuple[str, ...]
    branches: int
    limit: int
    most: int
    given: frozenset[str]


async def read_page(
    view: View[Any], columns: Sequence[str], order: Order, branches: Sequence[Branch], stretch: Stretch
) -> Sequence[Row[Any]]:
    """Every branch fixes the same columns; `columns` hold the case's number and the instant of the order."""
    if not branches:
        return []
    values, fixed = stretch.values, tuple(branches[0])
    given = {_name(column, place): branch[column] for place, branch in enumerate(branches) for column in fixed}
    shape = _Shape(tuple(columns), order, fixed, len(branches), stretch.limit, stretch.most, frozenset(values))
    rows = (await view.execute(_statement(shape), given | values)).all()
    if rows:
        await follow(view, rows[0].calendar_revision)
    return rows


@lru_cache(maxsize=256)
def _statement(shape: _Shape) -> Select[Any]:
    """Made once: making it takes longer than running it."""
    limited = [
        _branch(shape, place).limit(_literal(shape.most)).subquery(f"b{place}") for place in range(shape.branches)
    ]
    merged = limited[0]
    if len(limited) > 1:
        merged = union_all(*(select(*each.columns) for each in limited)).subquery("merged")
    key = _in_order(shape, [merged.c[shape.order.by], merged.c[_NUMBER]])
    query = select(merged, REVISION).order_by(*key).limit(_literal(shape.limit))
    return query.offset(bindparam("skip", type_=Integer)) if "skip" in shape.given else query


def _literal(number: int) -> ColumnElement[int]:
    return literal_column(str(number), Integer)


def _branch(shape: _Shape, place: int) -> Select[Any]:
    key = [cases.c[shape.order.by], cases.c[_NUMBER]]
    query = select(*(cases.c[name] for name in shape.columns)).order_by(*_in_order(shape, key))
    query = query.where(*(cases.c[column] == bindparam(_name(column, place)) for column in shape.fixed))
    if shape.order.condition is not None:
        query = query.where(_CONDITIONS[shape.order.condition])
    if "until" in shape.given:
        query = query.where(key[0] < bindparam("until", type_=Instant))
    if (
        "after_at" in shape.given
    ):  # for `since` as well: a plain range PostgreSQL takes for few rows, reads all and sorts
        query = query.where(tuple_(*key) > tuple_(bindparam("after_at", type_=Instant), bindparam("after_number")))
    if "before_at" in shape.given:
        query = query.where(tuple_(*key) < tuple_(bindparam("before_at", type_=Instant), bindparam("before_number")))
    return query


def _in_order(shape: _Shape, key: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [column.desc() for column in key] if shape.order.newest_first else list(key)


def _name(column: str, place: int) -> str:
    return f"{column}_{place}"
