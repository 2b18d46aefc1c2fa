"""The lists of cases: staff's and applicants', the two ledgers, and the results that the public may see.

A case in a list has neither its materials nor its reviews nor its papers; a ledger's has its reviews, from which its
promised date follows; an applicant's own, who is told what happens next, lacks its papers only.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from sqlalchemy import BindParameter, Row, bindparam, func, select

from services.intake.domain.case import ENDED, Case, Status
from services.intake.domain.values import Review
from services.intake.queries.cases import CASE_FIELDS
from services.intake.queries.items import known_items
from services.intake.queries.paging import (
    DECIDED,
    NEWEST_DECIDED,
    NEWEST_RECEIVED,
    OPEN,
    RECEIVED,
    Branch,
    Order,
    Stretch,
    read_page,
)
from services.intake.tables import cases, documents, reviews
from yimen.bus import View
from yimen.contracts.parts import Kind

_UNSHOWN = frozenset(
    {"materials", "requested", "situations", "agent", "meetings", "lead_decision", "reasons", "legal_basis", "licence"}
)
_EDITION = ("item_code", "item_version")
_LINE = (*_EDITION, *sorted(CASE_FIELDS - _UNSHOWN))
_ENTRY = (*_LINE, "licence")
_WHOLE = (*_EDITION, *sorted(CASE_FIELDS))
_RESULT = (*_EDITION, "department", "applicant", "outcome", "licence", "decided_on", "decided_at", "case_number")

_NUMBERS: BindParameter[Any] = bindparam("numbers", expanding=True)
_REVIEWS = select(reviews).where(reviews.c.case_number.in_(_NUMBERS))
_DOCUMENTS = select(documents).where(documents.c.case_number.in_(_NUMBERS))


@dataclass(frozen=True)
class Chosen:
    """What is filtered. `departments` None: of all departments; `open`: not ended, whatever the status."""

    departments: Sequence[str] | None
    kind: Kind | None = None
    status: Status | None = None
    open: bool = False


@dataclass(frozen=True)
class Entry:
    """A line of a ledger: the case with its reviews, and its papers in the order in which they were made."""

    case: Case
    papers: Sequence[Row[Any]]


async def page_of_cases(view: View[Any], chosen: Chosen, stretch: Stretch) -> list[Case]:
    """Oldest first."""
    statuses = [one for one in Status if not (chosen.open and one in ENDED)]
    order = OPEN if chosen.open and chosen.kind is None else RECEIVED
    rows = await read_page(view, _LINE, order, await _branches(view, chosen, statuses), stretch)
    return await _lines(view, rows, {})


async def page_of_own_cases(
    view: View[Any], account: str, status: Status | None, stretch: Stretch, *, open_only: bool = False
) -> list[Case]:
    """What the account handed in, newest first."""
    wanted = [status] if status else [one for one in Status if not (open_only and one in ENDED)]
    branches = [{"account": account, "status": one} for one in wanted]
    rows = await read_page(view, _WHOLE, NEWEST_RECEIVED, branches, stretch)
    return await _lines(view, rows, await _reviews_of(view, rows))


async def page_of_acceptance(view: View[Any], chosen: Chosen, stretch: Stretch) -> list[Entry]:
    """受理台账: every application, in the order in which they came in."""
    return await _entries(view, RECEIVED, await _branches(view, chosen, Status), stretch)


async def page_of_service(view: View[Any], chosen: Chosen, stretch: Stretch) -> list[Entry]:
    """送达台账: every decision, in the order in which they were made, with its service once it is served."""
    branches = await _branches(view, chosen, (Status.DECIDED, Status.CLOSED))
    return await _entries(view, DECIDED, branches, stretch)


async def page_of_results(
    view: View[Any], department: str | None, item_code: str | None, stretch: Stretch
) -> Sequence[Row[Any]]:
    """Decided cases, newest first: no more of each than the public may see, and the key of the order."""
    departments = [department] if department else await _every_department(view)
    of_the_item = {} if item_code is None else {"item_code": item_code}
    branches = [{"department": one} | of_the_item for one in departments]
    return await read_page(view, _RESULT, NEWEST_DECIDED, branches, stretch)


async def _branches(view: View[Any], chosen: Chosen, statuses: Iterable[Status]) -> list[Branch]:
    departments = chosen.departments
    if departments is None:
        departments = await _every_department(view)
    if chosen.kind is None and chosen.status is None:
        return [{"department": department} for department in departments]
    kinds = list(Kind) if chosen.kind is None else [chosen.kind]
    wanted = list(statuses) if chosen.status is None else [chosen.status]
    return [
        {"department": department, "kind": kind, "status": status}
        for department, kind, status in product(departments, kinds, wanted)
    ]


def _next_department(after: Any = None) -> Any:
    query = select(func.min(cases.c.department).label("department"))
    return query if after is None else query.where(cases.c.department > after)


_FOUND = _next_department().cte("found", recursive=True)
_FOUND = _FOUND.union_all(
    select(_next_department(_FOUND.c.department).scalar_subquery()).where(_FOUND.c.department.is_not(None))
)
_EVERY_DEPARTMENT = select(_FOUND.c.department).where(_FOUND.c.department.is_not(None))


async def _every_department(view: View[Any]) -> Sequence[str]:
    """That leads any case: the index is asked for one after the other, not for every case's."""
    return (await view.execute(_EVERY_DEPARTMENT)).scalars().all()


async def _entries(view: View[Any], order: Order, branches: Sequence[Branch], stretch: Stretch) -> list[Entry]:
    rows = await read_page(view, _ENTRY, order, branches, stretch)
    if not rows:
        return []
    numbers = {"numbers": [row.case_number for row in rows]}
    asked = await _reviews_of(view, rows)
    papers: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in sorted(await view.execute(_DOCUMENTS, numbers), key=lambda paper: paper.id):
        papers[row.case_number].append(row)
    return [Entry(case, papers[case.case_number]) for case in await _lines(view, rows, asked)]


async def _reviews_of(view: View[Any], rows: Sequence[Row[Any]]) -> dict[str, list[Review]]:
    """By case."""
    asked: dict[str, list[Review]] = defaultdict(list)
    if not rows:
        return asked
    for row in await view.execute(_REVIEWS, {"numbers": [row.case_number for row in rows]}):
        asked[row.case_number].append(Review.model_validate(row._asdict()))
    return asked


async def _lines(view: View[Any], rows: Sequence[Row[Any]], asked: dict[str, list[Review]]) -> list[Case]:
    known = await known_items(view, {(row.item_code, row.item_version) for row in rows})
    return [
        Case.model_validate(
            {"materials": ()}
            | row._asdict()
            | {"item": known[row.item_code, row.item_version], "reviews": asked.get(row.case_number, ())}
        )
        for row in rows
    ]
