"""How intake finds and keeps what it stores.

Guarantees: `locked_case` holds the case's row until the unit ends, so that a case changes in one transaction at
a time; a counter's number is taken in the unit's own transaction, so that none is lost. Does not: decide
anything.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import BindParameter, Row, Select, bindparam, func, literal, select, tuple_, update

from services.intake.domain.case import Case, Review
from services.intake.domain.catalogue import Item
from services.intake.tables import cases, counters, documents, items, notices, review_answers, reviews
from yimen.bus import Unit, View
from yimen.contracts.parts import Document
from yimen.db import Instant

Edition = tuple[str, int]
"""An item's code and version."""

_OWN_COLUMNS = {"item_code", "item_version", "department", "password_hash"}
_CASE_FIELDS = {column.name for column in cases.columns} - _OWN_COLUMNS
_CASE_JSON = {"applicant", "materials", "requested", "licence"}
_REVIEW_JSON = {"superior", "answer", "pauses", "lists"}

# Made once: building an expression costs as much as half of its round trip.
_WHICH: BindParameter[str] = bindparam("which")
_CASE = select(cases).where(cases.c.case_number == _WHICH)
_CASE_LOCKED = _CASE.with_for_update()
_CASE_LOCKED_NOW = _CASE.with_for_update(nowait=True)
_KEEP_CASE = update(cases).where(cases.c.case_number == _WHICH)
_REVIEWS = select(reviews).where(reviews.c.case_number == _WHICH).order_by(reviews.c.stage, reviews.c.department)
_KEEP_REVIEW = update(reviews).where(reviews.c.review_id == _WHICH)
_DOCUMENTS = select(documents).where(documents.c.case_number == _WHICH).order_by(documents.c.id)
_ANSWERS = (
    select(review_answers)
    .join(reviews)
    .where(reviews.c.case_number == _WHICH)
    .order_by(review_answers.c.arrived_at, review_answers.c.event_id)
)
_NOTICES = select(notices).where(notices.c.case_number == _WHICH).order_by(notices.c.notice_number)


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


async def page_of_cases(
    view: View[Any],
    *,
    departments: Sequence[str] | None = None,
    account: str | None = None,
    status: str | None = None,
    after: tuple[datetime, str] | None = None,
    limit: int,
) -> list[Case]:
    """Oldest first, without reviews: a list shows none. `after` is the last key of the page before."""
    key = (cases.c.submitted_at, cases.c.case_number)
    query = select(cases).order_by(*key).limit(limit)
    if departments is not None:
        query = query.where(cases.c.department.in_(departments))
    if account is not None:
        query = query.where(cases.c.account == account)
    if status is not None:
        query = query.where(cases.c.status == status)
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(literal(after[0], Instant), literal(after[1])))
    rows = (await view.execute(query)).all()
    known = await _items(view, {(row.item_code, row.item_version) for row in rows})
    return [_case(row, [], known) for row in rows]


async def _one(view: View[Any], query: Select[Any], case_number: str) -> Case | None:
    row = (await view.execute(query, {"which": case_number})).one_or_none()
    if row is None:
        return None
    found = (await view.execute(_REVIEWS, {"which": case_number})).all()
    return _case(row, found, await _items(view, {(row.item_code, row.item_version)}))


def _case(row: Row[Any], found: Sequence[Row[Any]], known: dict[Edition, Item]) -> Case:
    values = row._asdict()
    for name in _OWN_COLUMNS:
        del values[name]
    item = known[row.item_code, row.item_version]
    own = [Review.model_validate(review._asdict()) for review in found]
    return Case.model_validate(values | {"item": item, "reviews": own})


async def _items(view: View[Any], wanted: set[Edition]) -> dict[Edition, Item]:
    """Each edition is read from the database once in a process's life."""
    known: dict[Edition, Item] = view.context.items
    missing = wanted - known.keys()
    if missing:
        query = select(items).where(tuple_(items.c.code, items.c.version).in_(sorted(missing)))
        known |= {(row.code, row.version): _item(row.body) for row in await view.execute(query)}
    return known


def _item(body: Any) -> Item:
    return Item.model_validate_json(orjson.dumps(body))


def add_case(unit: Unit[Any], case: Case, hashed: str) -> None:
    fixed = {
        "item_code": case.item.code,
        "item_version": case.item.version,
        "department": case.department,
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
    return {name: value for name, value in _values(case, _CASE_JSON).items() if name in _CASE_FIELDS}


def _values(value: Case | Review, as_json: set[str]) -> dict[str, Any]:
    left_out = {"item", "reviews"}
    return value.model_dump(exclude=left_out | as_json) | value.model_dump(mode="json", include=as_json)


async def take_numbers(unit: Unit[Any], wanted: Counter[str]) -> dict[str, int]:
    """The first of the next numbers of each counter, from 1; `wanted` says how many. Their rows, taken in the order of
    their names, stay locked until the unit ends: no gap, no double."""
    rows = [{"name": name, "value": wanted[name]} for name in sorted(wanted)]
    first = unit.insert(counters)
    more = {"value": counters.c.value + first.excluded.value}
    taken = first.on_conflict_do_update(index_elements=["name"], set_=more).returning(counters.c.name, counters.c.value)
    return {row.name: row.value - wanted[row.name] + 1 for row in await unit.execute(taken, rows)}


def add_document(unit: Unit[Any], case_number: str, document: Document) -> None:
    values = {"kind": document.kind, "number": document.number, "dated": document.dated}
    unit.add(documents, {"case_number": case_number} | values)


async def documents_of(view: View[Any], case_number: str) -> Sequence[Row[Any]]:
    return (await view.execute(_DOCUMENTS, {"which": case_number})).all()


async def answers_of(view: View[Any], case_number: str) -> Sequence[Row[Any]]:
    """Every answer that came, late and doubled ones too, in the order in which they came."""
    return (await view.execute(_ANSWERS, {"which": case_number})).all()


async def notices_of(view: View[Any], case_number: str) -> Sequence[Row[Any]]:
    return (await view.execute(_NOTICES, {"which": case_number})).all()


async def keep_notice(unit: Unit[Any], notice_number: str, case_number: str, **known: Any) -> None:
    """Adds the notice or changes what is known of it."""
    row = {"amount": 0, "state": "issued"} | known
    added = unit.insert(notices).values(notice_number=notice_number, case_number=case_number, **row)
    await unit.execute(added.on_conflict_do_update(index_elements=["notice_number"], set_=known))


async def current_items(view: View[Any], today: date, code: str | None = None) -> list[Item]:
    """The version in force of each item: the highest that has come into effect."""
    in_force = select(items.c.code, func.max(items.c.version).label("version")).where(items.c.effective_from <= today)
    if code is not None:
        in_force = in_force.where(items.c.code == code)
    found = await view.execute(in_force.group_by(items.c.code).order_by(items.c.code))
    editions = [(row.code, row.version) for row in found]
    known = await _items(view, set(editions))
    return [known[edition] for edition in editions]


async def newest_version(view: View[Any], code: str) -> Item | None:
    query = select(items.c.body).where(items.c.code == code).order_by(items.c.version.desc()).limit(1)
    body = (await view.execute(query)).scalar_one_or_none()
    return None if body is None else _item(body)


async def add_item(unit: Unit[Any], item: Item) -> bool:
    """False if another replica has just stored this version."""
    row = unit.insert(items).values(
        code=item.code,
        version=item.version,
        effective_from=item.effective_from,
        body=item.model_dump(mode="json"),
        published_at=unit.now,
    )
    added = await unit.execute(row.on_conflict_do_nothing())
    return added.rowcount == 1
