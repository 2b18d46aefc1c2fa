"""What becomes of money in suspense (待查款处理): one person proposes, another approves, and only then it moves (R53).

Guarantees: the books, the exception and what it turns into commit together; whoever proposed does not approve, and whoever
sent a proposal back proposes nothing on the same money; what no longer fits when it is approved goes back to be proposed
anew, with the reason on record. What pays a notice is the bank's transaction, never a word of the staff's (R52).
"""

from collections.abc import Awaitable, Callable
from typing import Final

from sqlalchemy import func, insert, select

from services.fees import queries, refunding
from services.fees.bank import orders
from services.fees.context import Context
from services.fees.domain import books
from services.fees.domain.duties import Duty
from services.fees.domain.notices import NoticeState
from services.fees.domain.payments import Payable
from services.fees.domain.suspense import (
    ExceptionState,
    Matter,
    Proposal,
    Resolution,
    after,
    fit_noted,
    fit_notice,
    fit_offset,
    fit_refund,
)
from services.fees.duties import refuse_joined
from services.fees.posting import post
from services.fees.queries import Found
from services.fees.suspense import change, end, exception_row, lock, pay_notice
from services.fees.tables import notices, returned_proposals
from yimen.bus import Unit
from yimen.contracts.parts import Staff
from yimen.errors import Refusal
from yimen.web import NotFound, StaleVersion

_NOTHING_PROPOSED: Final = dict.fromkeys(
    ("resolution", "target", "note", "proposed_by", "proposed_by_name", "proposed_at")
)


async def propose(unit: Unit[Context], number: int, expected: int, proposal: Proposal, by: Staff) -> None:
    await _seen(unit, number)
    row = await _lock_as_seen(unit, number, expected)
    state = after(ExceptionState(row.state), "proposed")
    await refuse_joined(unit, Duty.PROPOSE, by.id, exception=number)
    await _fit(unit, row, proposal.resolution, proposal.target)
    proposed = {"proposed_by": by.id, "proposed_by_name": by.name, "proposed_at": unit.now}
    what = {"resolution": proposal.resolution, "target": proposal.target, "note": proposal.note}
    await change(unit, row, state=state, **what, **proposed)


async def send_back(unit: Unit[Context], number: int, expected: int, reason: str, by: Staff) -> None:
    """Not approved: it is open again, and its day to answer stays."""
    await _seen(unit, number)
    row = await _lock_as_seen(unit, number, expected)
    after(ExceptionState(row.state), "returned")
    await refuse_joined(unit, Duty.RESOLVE, by.id, exception=number)
    await _return(unit, row, reason, by)


async def approve(unit: Unit[Context], number: int, expected: int, by: Staff) -> Refusal | None:
    """Carries out what was proposed. A refusal says that it no longer fits: the exception is open again, which the caller
    has to commit."""
    seen = await _seen(unit, number)
    if seen.resolution == Resolution.NOTICE:
        await _lock_notice(unit, seen.target)
    partner = (int(seen.target),) if seen.resolution == Resolution.OFFSET else ()
    row = await _lock_as_seen(unit, number, expected, *partner)
    after(ExceptionState(row.state), "approved")
    for one in (number, *partner):
        await refuse_joined(unit, Duty.RESOLVE, by.id, exception=one)
    resolution = Resolution(row.resolution)
    try:
        await _fit(unit, row, resolution, row.target)
    except Refusal as overtaken:
        await _return(unit, row, f"{overtaken.title}：{overtaken.detail}")
        return overtaken
    await _RESOLVE[resolution](unit, row, by)
    return None


# -- what it turns into -------------------------------------------------------------------------------------------------


async def _to_notice(unit: Unit[Context], row: Found, by: Staff) -> None:
    notice = await _lock_notice(unit, row.target)
    assert notice is not None, "it was found to fit"
    await pay_notice(unit, row, notice)
    await orders.close(unit, notice.number)
    await end(unit, row, "approved", Resolution.NOTICE, target=notice.number, note=row.note, by=by)


async def _to_refund(unit: Unit[Context], row: Found, by: Staff) -> None:
    await post(unit, books.resolve_to_refund(str(row.id), row.amount))
    number = await refunding.of_exception(unit, row, by)
    await end(unit, row, "approved", Resolution.REFUND, refund_number=number, note=row.note, by=by)


async def _to_note(unit: Unit[Context], row: Found, by: Staff) -> None:
    await end(unit, row, "approved", Resolution.NOTED, note=row.note, by=by)


async def _to_offset(unit: Unit[Context], row: Found, by: Staff) -> None:
    """One lacked in suspense what the other brought: nothing is left of both, and no journal is needed."""
    [other] = await lock(unit, int(row.target))
    proposed = {name: getattr(row, name) for name in ("proposed_by", "proposed_by_name", "proposed_at")}
    await end(unit, row, "approved", Resolution.OFFSET, target=row.target, note=row.note, by=by)
    await end(unit, other, "matched", Resolution.OFFSET, target=str(row.id), note=row.note, by=by, **proposed)


_RESOLVE: Final[dict[Resolution, Callable[[Unit[Context], Found, Staff], Awaitable[None]]]] = {
    Resolution.NOTICE: _to_notice,
    Resolution.REFUND: _to_refund,
    Resolution.NOTED: _to_note,
    Resolution.OFFSET: _to_offset,
}


# -- whether it fits ----------------------------------------------------------------------------------------------------


async def _fit(unit: Unit[Context], row: Found, resolution: Resolution, target: str | None) -> None:
    """Raises `Refusal`."""
    matter = _matter(row)
    match resolution:
        case Resolution.NOTICE:
            fit_notice(matter, await _payable(unit, target))
        case Resolution.REFUND:
            fit_refund(matter)
        case Resolution.NOTED:
            fit_noted(matter)
        case Resolution.OFFSET:
            other = await exception_row(unit, int(target or 0))
            fit_offset(matter, _matter(other) if other else None)


def _matter(row: Found) -> Matter:
    return Matter(row.id, row.amount, row.bank_serial, ExceptionState(row.state))


async def _payable(unit: Unit[Context], number: str | None) -> Payable | None:
    notice = await queries.one(unit, select(notices).where(notices.c.number == number))
    return Payable(notice.number, notice.amount, NoticeState(notice.state)) if notice else None


# -- rows ---------------------------------------------------------------------------------------------------------------


async def _seen(unit: Unit[Context], number: int) -> Found:
    row = await exception_row(unit, number)
    if row is None:
        raise NotFound("没有这笔待查款", "请核对待查编号后重试。")
    return row


async def _lock_notice(unit: Unit[Context], number: str) -> Found | None:
    return await queries.one(unit, select(notices).where(notices.c.number == number).with_for_update())


async def _lock_as_seen(unit: Unit[Context], number: int, expected: int, *others: int) -> Found:
    """Locked together with the others. Raises `StaleVersion` unless it still is as the caller saw it."""
    rows = {row.id: row for row in await lock(unit, number, *others)}
    if rows[number].version != expected:
        raise StaleVersion(rows[number].version)
    return rows[number]


async def _return(unit: Unit[Context], row: Found, reason: str, by: Staff | None = None) -> None:
    returned = returned_proposals.c
    before = select(func.count()).where(returned.exception_id == row.id)
    said = {name: getattr(row, name) for name in _NOTHING_PROPOSED}
    who = {"returned_by": by.id if by else None, "returned_by_name": by.name if by else None}
    kept = {"exception_id": row.id, "attempt": (await unit.execute(before)).scalar_one() + 1}
    kept |= {"returned_at": unit.now, "reason": reason}
    await unit.execute(insert(returned_proposals), [kept | said | who])
    await change(unit, row, state=after(ExceptionState(row.state), "returned"), **_NOTHING_PROPOSED)
