"""How numbers are taken and papers, answers and payment notices are kept with their case.

Guarantees: a counter's number is taken in the unit's own transaction, so that none is lost.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, Row, bindparam, select

from services.intake.domain.case import Case
from services.intake.tables import counters, documents, notices, review_answers, reviews
from yimen.bus import Unit, View
from yimen.contracts.parts import DocumentKind, Paper

_WHICH: BindParameter[str] = bindparam("which")
_DOCUMENTS = select(documents).where(documents.c.case_number == _WHICH).order_by(documents.c.id)
_ANSWERS = (
    select(review_answers)
    .join(reviews)
    .where(reviews.c.case_number == _WHICH)
    .order_by(review_answers.c.arrived_at, review_answers.c.event_id)
)
_NOTICES = select(notices).where(notices.c.case_number == _WHICH).order_by(notices.c.notice_number)


async def take_numbers(unit: Unit[Any], wanted: Counter[str]) -> dict[str, int]:
    """The first of the next numbers of each counter, from 1; `wanted` says how many. Their rows, taken in the order of
    their names, stay locked until the unit ends: no gap, no double."""
    rows = [{"name": name, "value": wanted[name]} for name in sorted(wanted)]
    first = unit.insert(counters)
    more = {"value": counters.c.value + first.excluded.value}
    taken = first.on_conflict_do_update(index_elements=["name"], set_=more).returning(counters.c.name, counters.c.value)
    return {row.name: row.value - wanted[row.name] + 1 for row in await unit.execute(taken, rows)}


def add_document(unit: Unit[Any], case_number: str, document: Paper) -> None:
    values = {"kind": document.kind, "number": document.number, "dated": document.dated}
    unit.add(documents, {"case_number": case_number} | values)


async def documents_of(view: View[Any], case_number: str) -> Sequence[Row[Any]]:
    return (await view.execute(_DOCUMENTS, {"which": case_number})).all()


async def numbers_of_outcome(view: View[Any], case: Case) -> tuple[str, ...]:
    """Of the decision, and of the licence that came with it."""
    wanted = {DocumentKind.GRANT.value, DocumentKind.DENIAL.value}
    decisions = [row.number for row in await documents_of(view, case.case_number) if row.kind in wanted]
    return (*decisions, case.licence.number) if case.licence else (*decisions,)


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
