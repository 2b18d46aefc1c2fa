"""What fees reads. Rows come back as the domain's values where a rule works on them, and as rows where people read them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, func, select

from services.fees.domain.lists import Listed, ListState, Rejection
from services.fees.domain.notices import NoticeKind, NoticeState
from services.fees.tables import cases, disputes, items, list_lines, lists, notices, shares, standards, tickets
from yimen.bus import Unit, View
from yimen.contracts.parts import Fee, FeeCalculator, FeeGrade, FeeLine

Found = Row[Any]


async def one(view: View[Any], query: Select[Any]) -> Found | None:
    return (await view.execute(query)).one_or_none()


async def standards_of(view: View[Any], item_code: str | None, version: int | None) -> dict[str, Fee] | None:
    """The published standards of that version by code; None while the version is not known here."""
    known = select(items.c.version).where(items.c.item_code == item_code, items.c.version == version)
    if item_code is None or await one(view, known) is None:
        return None
    query = select(standards).where(standards.c.item_code == item_code, standards.c.version == version)
    return {row.code: fee(row) for row in await view.execute(query)}


def fee(row: Found) -> Fee:
    """What intake published; older rows have no grades."""
    given: dict[str, Any] = {name: getattr(row, name) for name in Fee.model_fields}
    grades = tuple(FeeGrade(**grade) for grade in row.grades or ())
    return Fee(**given | {"calculator": FeeCalculator(row.calculator), "grades": grades})


async def standards_by_case(
    view: View[Any], case_numbers: Sequence[str]
) -> Mapping[str, tuple[int, Mapping[str, Fee]]]:
    """Of the cases whose standards are known: the version on which each runs, and its standards by code."""
    edition = (standards.c.item_code == cases.c.item_code) & (standards.c.version == cases.c.item_version)
    query = select(cases.c.case_number, standards).join(standards, edition)
    found: dict[str, tuple[int, dict[str, Fee]]] = {}
    for row in await view.execute(query.where(cases.c.case_number.in_(case_numbers))):
        found.setdefault(row.case_number, (row.version, {}))[1][row.code] = fee(row)
    return found


async def published_standards(view: View[Any], today: date, after: tuple[str, int, str], limit: int) -> Sequence[Found]:
    """`newest`: the version of the item on which a case would run that is handed in today; None before its first day."""
    keys = (standards.c.item_code, standards.c.version, standards.c.code)
    other = items.alias()
    newest = select(func.max(other.c.version)).where(
        other.c.item_code == items.c.item_code, other.c.effective_from <= today
    )
    query = select(
        standards,
        items.c.name.label("item_name"),
        items.c.department,
        items.c.effective_from,
        newest.scalar_subquery().label("newest"),
    ).join(items)
    place = (
        (keys[0] > after[0])
        | ((keys[0] == after[0]) & (keys[1] > after[1]))
        | ((keys[0] == after[0]) & (keys[1] == after[1]) & (keys[2] > after[2]))
    )
    return (await view.execute(query.where(place).order_by(*keys).limit(limit))).all()


async def cases_on(view: View[Any], item_code: str, version: int) -> list[str]:
    """Cases that run on this version, in the order in which locks are taken."""
    query = select(cases.c.case_number).where(cases.c.item_code == item_code, cases.c.item_version == version)
    return [row.case_number for row in await view.execute(query.order_by(cases.c.case_number))]


async def lists_of(view: View[Any], case_number: str) -> list[Found]:
    query = select(lists).where(lists.c.case_number == case_number).order_by(lists.c.listed_at, lists.c.list_id)
    return list(await view.execute(query))


def listed(row: Found) -> Listed:
    return Listed(
        list_id=row.list_id,
        state=ListState(row.state),
        amount=row.amount or 0,
        replaces=row.replaces,
        rejection=Rejection(row.rejection) if row.rejection else None,
        review_id=row.review_id,
        listed_at=row.listed_at,
    )


async def list_row(view: View[Any], list_id: str, *, lock: bool = False) -> Found | None:
    query = select(lists).where(lists.c.list_id == list_id)
    return await one(view, query.with_for_update() if lock else query)


async def lines_of(view: View[Any], list_ids: Sequence[str]) -> dict[str, list[Found]]:
    query = select(list_lines).where(list_lines.c.list_id.in_(list_ids))
    found: dict[str, list[Found]] = {list_id: [] for list_id in list_ids}
    for row in await view.execute(query.order_by(list_lines.c.list_id, list_lines.c.line)):
        found[row.list_id].append(row)
    return found


async def bare_lines(view: View[Any], list_id: str) -> list[FeeLine]:
    return [fee_line(row) for row in (await lines_of(view, [list_id]))[list_id]]


def fee_line(row: Found) -> FeeLine:
    """What the department listed."""
    return FeeLine(**{name: getattr(row, name) for name in FeeLine.model_fields})


async def lists_in(
    view: View[Any], state: ListState | None, case_number: str | None, after: str | None, limit: int
) -> Sequence[Found]:
    """By id: the page after `after`."""
    query = select(lists).order_by(lists.c.list_id).limit(limit)
    if state is not None:
        query = query.where(lists.c.state == state)
    if case_number is not None:
        query = query.where(lists.c.case_number == case_number)
    if after is not None:
        query = query.where(lists.c.list_id > after)
    return (await view.execute(query)).all()


def standing_notice(issued: Sequence[Found], case: Found) -> Found | None:
    """The notice of fees that the case's present round has, open or done with; a void one is none."""
    of_round = (one for one in issued if one.kind == NoticeKind.FEES and one.case_round == case.round)
    return next((one for one in of_round if one.state != NoticeState.VOIDED), None)


def voided_notice(issued: Sequence[Found], case: Found) -> Found | None:
    """The last one that was made void in the present round: the next stands in for it (R55)."""
    of_round = [one for one in issued if one.kind == NoticeKind.FEES and one.case_round == case.round]
    return max(
        (one for one in of_round if one.state == NoticeState.VOIDED), key=lambda one: int(one.round), default=None
    )


def with_ticket() -> Select[Any]:
    """And with its dispute, where there is one (R55)."""
    good = (tickets.c.notice_number == notices.c.number) & (tickets.c.state == "issued")
    shown = ("number", "state", "answer_by", "answer", "answered_at")
    dispute = (disputes.c[name].label(f"dispute_{name}") for name in shown)
    found = select(notices, tickets.c.ticket_code, tickets.c.number.label("ticket_number"), *dispute)
    disputed = disputes.c.notice_number == notices.c.number
    return found.select_from(notices.outerjoin(tickets, good).outerjoin(disputes, disputed))


async def notice_row(view: View[Any], number: str) -> Found | None:
    return await one(view, with_ticket().where(notices.c.number == number))


def lock_of_case(case_number: str) -> Select[Any]:
    """Its key stays shared: a payment, which locks the notice alone, writes that row twice, and PostgreSQL looks at the
    case's key again for that."""
    return select(cases).where(cases.c.case_number == case_number).with_for_update(key_share=True)


async def locked_notice(unit: Unit[Any], number: str) -> Found | None:
    """Locked under its case, as everything about a case is."""
    found = await one(unit, select(notices.c.case_number).where(notices.c.number == number))
    if found is None:
        return None
    await unit.execute(lock_of_case(found.case_number))
    return await one(unit, select(notices).where(notices.c.number == number).with_for_update())


async def notices_of(view: View[Any], case_number: str) -> Sequence[Found]:
    query = with_ticket().where(notices.c.case_number == case_number).order_by(notices.c.issued_at, notices.c.number)
    return (await view.execute(query)).all()


async def notice_by_code(view: View[Any], payment_code: str) -> Found | None:
    return await one(view, with_ticket().where(notices.c.payment_code == payment_code))


async def shares_of(view: View[Any], notice_number: str) -> list[tuple[str, int]]:
    """Department and amount of each list on the notice: what is left after reductions."""
    query = select(shares.c.department, shares.c.amount).where(shares.c.notice_number == notice_number)
    return [(row.department, row.amount) for row in await view.execute(query.order_by(shares.c.list_id))]


async def departments_of(view: View[Any], case_number: str) -> set[str]:
    """Whose item it is, and who listed fees on it."""
    leads = select(items.c.department).join(
        cases, (cases.c.item_code == items.c.item_code) & (cases.c.item_version == items.c.version)
    )
    listing = select(lists.c.department).where(lists.c.case_number == case_number)
    found = await view.execute(leads.where(cases.c.case_number == case_number).union(listing))
    return set(found.scalars())
