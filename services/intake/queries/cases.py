"""How cases and their reviews are found and kept.

Guarantees: `locked_case` holds the case's row until the unit ends, so that a case changes in one transaction at
a time. Does not: decide anything.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, Row, Select, bindparam, select, update

from services.intake.domain.case import Case
from services.intake.domain.catalogue import Item
from services.intake.domain.values import Review
from services.intake.queries.calendar import REVISION, follow
from services.intake.queries.items import Edition, known_items
from services.intake.tables import cases, reviews
from yimen.bus import Unit, View

_OWN_COLUMNS = {"item_code", "item_version", "department", "kind", "password_hash", "contact_erased_at"}
CASE_FIELDS = {column.name for column in cases.columns} - _OWN_COLUMNS
_CASE_JSON = {
    "applicant",
    "agent",
    "situations",
    "materials",
    "requested",
    "licence",
    "deferral",
    "re_examination",
    "meetings",
    "lead_decision",
    "service_proof",
    "postings",
}
_REVIEW_JSON = {"superior", "answer", "pauses", "lists", "urged_for"}

# Made once: building an expression costs as much as half of its round trip.
_WHICH: BindParameter[str] = bindparam("which")
_CASE = select(cases, REVISION).where(cases.c.case_number == _WHICH)
_CASE_LOCKED = _CASE.with_for_update(of=cases)
_CASE_LOCKED_NOW = _CASE.with_for_update(of=cases, nowait=True)
_KEEP_CASE = update(cases).where(cases.c.case_number == _WHICH)
_REVIEWS = (
    select(reviews)
    .where(reviews.c.case_number == _WHICH)
    .order_by(reviews.c.round, reviews.c.stage, reviews.c.department)
)
_KEEP_REVIEW = update(reviews).where(reviews.c.review_id == _WHICH)


async def locked_case(unit: Unit[Any], case_number: str, *, nowait: bool = False) -> Case | None:
    """`nowait` for timers, which already hold their own row: waiting here as well could be a deadlock."""
    return await _one(unit, _CASE_LOCKED_NOW if nowait else _CASE_LOCKED, case_number)


async def find_case(view: View[Any], case_number: str) -> Case | None:
    return await _one(view, _CASE, case_number)


async def case_of_review(view: View[Any], review_id: str) -> str | None:
    query = select(reviews.c.case_number).where(reviews.c.review_id == review_id)
    found: str | None = (await view.execute(query)).scalar_one_or_none()
    return found


async def password_hash(view: View[Any], case_number: str) -> str | None:
    query = select(cases.c.password_hash).where(cases.c.case_number == case_number)
    found: str | None = (await view.execute(query)).scalar_one_or_none()
    return found


async def cases_of_project(view: View[Any], project: str) -> list[Case]:
    """In the order in which they came in, with their reviews."""
    whose = cases.c.project == project
    rows = (await view.execute(select(cases).where(whose).order_by(cases.c.submitted_at, cases.c.case_number))).all()
    of_them = select(reviews).join(cases).where(whose).order_by(reviews.c.stage, reviews.c.department)
    found = (await view.execute(of_them)).all()
    known = await known_items(view, {(row.item_code, row.item_version) for row in rows})
    return [_case(row, [review for review in found if review.case_number == row.case_number], known) for row in rows]


async def _one(view: View[Any], query: Select[Any], case_number: str) -> Case | None:
    row = (await view.execute(query, {"which": case_number})).one_or_none()
    if row is None:
        return None
    await follow(view, row.calendar_revision)
    found = (await view.execute(_REVIEWS, {"which": case_number})).all()
    return _case(row, found, await known_items(view, {(row.item_code, row.item_version)}))


def _case(row: Row[Any], found: Sequence[Row[Any]], known: dict[Edition, Item]) -> Case:
    values = row._asdict()
    for name in (*_OWN_COLUMNS, "calendar_revision"):
        values.pop(name, None)
    item = known[row.item_code, row.item_version]
    own = [Review.model_validate(review._asdict()) for review in found]
    return Case.model_validate(values | {"item": item, "reviews": own})


def add_case(unit: Unit[Any], case: Case, hashed: str) -> None:
    fixed = {
        "item_code": case.item.code,
        "item_version": case.item.version,
        "department": case.department,
        "kind": case.kind,
        "password_hash": hashed,
    }
    unit.add(cases, _case_values(case) | fixed)


async def keep_case(unit: Unit[Any], before: Case, after: Case) -> None:
    """Stores what differs; the caller holds the row."""
    await unit.execute(_KEEP_CASE, _case_values(after) | {"which": after.case_number})
    known = {review.review_id: review for review in before.reviews}
    for review in after.reviews:
        values = _values(review, _REVIEW_JSON)
        if review.review_id not in known:
            unit.add(reviews, values | {"case_number": after.case_number})
        elif review != known[review.review_id]:
            await unit.execute(_KEEP_REVIEW, values | {"which": review.review_id})


def _case_values(case: Case) -> dict[str, Any]:
    return {name: value for name, value in _values(case, _CASE_JSON).items() if name in CASE_FIELDS}


def _values(value: Case | Review, as_json: set[str]) -> dict[str, Any]:
    left_out = {"item", "reviews"}
    return value.model_dump(exclude=left_out | as_json) | value.model_dump(mode="json", include=as_json)
