"""What asking for relief (减免缓, R58) comes to: the notice smaller or its day later, in the books and at the bank.

Guarantees: the smaller claim, the amended order and the word on the bus commit together; of a grant and a payment that come
at the same moment one wins. Lock order: case, notice, relief.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select, update

from services.fees import queries
from services.fees.bank import orders
from services.fees.context import Context
from services.fees.domain import books, reliefs
from services.fees.domain.notices import NoticeKind, NoticeState, after
from services.fees.domain.reliefs import Asked, ReliefState, Share
from services.fees.issuing import excuse
from services.fees.numbering import RELIEF, next_number
from services.fees.overdue import OVERDUE
from services.fees.posting import post
from services.fees.queries import Found
from services.fees.tables import notices, shares
from services.fees.tables import reliefs as table
from yimen.bus import Unit, View
from yimen.contracts.fees import (
    NoticeDeferred,
    NoticeReduced,
    NoticeReliefRefused,
    NoticeReliefRequested,
    ReliefKind,
)
from yimen.contracts.parts import Staff
from yimen.errors import NotNow
from yimen.timers import cancel_timer, set_timer
from yimen.worktime import end_of_day


async def shares_on(view: View[Context], number: str) -> list[Share]:
    query = select(shares).where(shares.c.notice_number == number).order_by(shares.c.list_id)
    return [Share(row.list_id, row.department, row.amount) for row in await view.execute(query)]


async def ask(unit: Unit[Context], notice: Found, asked: Asked, basis: str, reasons: str, by: Staff | None) -> str:
    """`notice` is locked; `by`: who wrote it down for the payer. The number of the application."""
    _refuse_settled(notice, asked.kind)
    pending = select(table.c.number).where(table.c.notice_number == notice.number, table.c.state.in_(reliefs.PENDING))
    if (number := (await unit.execute(pending)).scalar()) is not None:
        raise NotNow("relief-pending", "已有申请正在办理", f"申请{number}办结之前不能另行申请。", relief_number=number)
    on_it = await shares_on(unit, notice.number)
    meant = reliefs.check(asked, on_it, notice.pay_by, unit.context.settings.relief_defer_days_most)
    number = await next_number(unit, RELIEF)
    row = {
        "number": number,
        "kind": asked.kind,
        "notice_number": notice.number,
        "list_id": meant.list_id if asked.kind is ReliefKind.REDUCTION else None,
        "department": meant.department,
        "share": asked.share,
        "until": asked.until,
        "amount": reliefs.worth(asked.kind, meant, on_it, asked.share),
        "basis": basis,
        "reasons": reasons,
        "state": ReliefState.REQUESTED,
        "requested_by": by.id if by else None,
        "requested_by_name": by.name if by else None,
        "requested_at": unit.now,
    }
    await unit.execute(insert(table), [row])
    unit.emit(
        NoticeReliefRequested(
            notice_number=notice.number,
            case_number=notice.case_number,
            relief_number=number,
            kind=asked.kind,
            department=meant.department,
            basis=basis,
            reasons=reasons,
            requested_at=unit.now,
        )
    )
    return str(number)


async def review(unit: Unit[Context], relief: Found, by: Staff) -> None:
    await _move(unit, relief, reliefs.after(ReliefState(relief.state), "reviewed"), "reviewed", by)


async def approve(unit: Unit[Context], notice: Found, relief: Found, by: Staff) -> None:
    """The treasury's approval grants what lies within its limit; what is above waits for the government."""
    above = reliefs.needs_government(relief.amount, unit.context.settings.relief_limit_fen)
    state = reliefs.after(ReliefState(relief.state), "approved" if above else "granted")
    await _move(unit, relief, state, "approved", by)
    if not above:
        await _carry_out(unit, notice, relief, by)


async def grant(unit: Unit[Context], notice: Found, relief: Found, by: Staff) -> None:
    if relief.state != ReliefState.APPROVED:
        raise NotNow("relief-not-ready", "该申请不需要或尚未轮到政府审批", "请刷新后查看办理进度。", state=relief.state)
    await _move(unit, relief, ReliefState.GRANTED, "granted", by)
    await _carry_out(unit, notice, relief, by)


async def refuse(unit: Unit[Context], notice: Found, relief: Found, reasons: str, by: Staff) -> None:
    await _move(unit, relief, reliefs.after(ReliefState(relief.state), "refused"), "refused", by, refusal=reasons)
    unit.emit(
        NoticeReliefRefused(
            notice_number=notice.number,
            case_number=notice.case_number,
            relief_number=relief.number,
            reasons=reasons,
            refused_by=by,
            refused_at=unit.now,
        )
    )


async def _carry_out(unit: Unit[Context], notice: Found, relief: Found, by: Staff) -> None:
    _refuse_settled(notice, ReliefKind(relief.kind))
    if relief.kind == ReliefKind.DEFERRAL:
        await _defer(unit, notice, relief, by)
    else:
        await _reduce(unit, notice, relief, by)


async def _reduce(unit: Unit[Context], notice: Found, relief: Found, by: Staff) -> None:
    """By the share of what the list asks now."""
    on_it = await shares_on(unit, notice.number)
    (share,) = [one for one in on_it if one.list_id == relief.list_id]
    reduced = reliefs.worth(ReliefKind.REDUCTION, share, on_it, relief.share)
    left = notice.amount - reduced
    smaller = {"amount": shares.c.amount - reduced, "reduced": shares.c.reduced + reduced}
    mine = (shares.c.notice_number == notice.number) & (shares.c.list_id == relief.list_id)
    await unit.execute(update(shares).where(mine).values(**smaller))
    await _set(unit, notice.number, amount=left, reduced=notice.reduced + reduced)
    await post(unit, books.reduce(relief.number, notice.number, [(share.department, reduced)]))
    unit.emit(
        NoticeReduced(
            notice_number=notice.number,
            case_number=notice.case_number,
            relief_number=relief.number,
            basis=relief.basis,
            reduced=reduced,
            amount=left,
            granted_by=by,
            reduced_at=unit.now,
        )
    )
    if left:
        await orders.amend(unit, notice.number)
    else:
        await cancel_timer(unit, OVERDUE, key=notice.number)
        await orders.close(unit, notice.number)
        await excuse(unit, notice)


async def _defer(unit: Unit[Context], notice: Found, relief: Found, by: Staff) -> None:
    state = after(NoticeState(notice.state), "deferred")
    await _set(unit, notice.number, pay_by=relief.until, state=state)
    await set_timer(unit, OVERDUE, key=notice.number, due_at=end_of_day(relief.until))
    unit.emit(
        NoticeDeferred(
            notice_number=notice.number,
            case_number=notice.case_number,
            relief_number=relief.number,
            basis=relief.basis,
            pay_by=relief.until,
            granted_by=by,
            deferred_at=unit.now,
        )
    )
    await orders.amend(unit, notice.number)


def _refuse_settled(notice: Found, kind: ReliefKind) -> None:
    deferral = kind is ReliefKind.DEFERRAL
    reliefs.refuse_settled(NoticeState(notice.state), NoticeKind(notice.kind), deferral=deferral)


async def _move(unit: Unit[Context], relief: Found, state: ReliefState, how: str, by: Staff, **more: Any) -> None:
    done = {f"{how}_by": by.id, f"{how}_by_name": by.name, f"{how}_at": unit.now}
    changed = update(table).where(table.c.number == relief.number)
    await unit.execute(changed.values(state=state, version=table.c.version + 1, **done, **more))


async def _set(unit: Unit[Context], number: str, **values: Any) -> None:
    changed = update(notices).where(notices.c.number == number)
    await unit.execute(changed.values(version=notices.c.version + 1, **values))


async def reliefs_in(
    view: View[Context],
    state: ReliefState | None,
    department: Sequence[str] | None,
    notice_number: str | None,
    after: str,
    limit: int,
) -> Sequence[Found]:
    """By number: the page after `after`; of these departments only, where they are given."""
    query = select(table).where(table.c.number > after).order_by(table.c.number).limit(limit)
    if state is not None:
        query = query.where(table.c.state == state)
    if department is not None:
        query = query.where(table.c.department.in_(department))
    if notice_number is not None:
        query = query.where(table.c.notice_number == notice_number)
    return (await view.execute(query)).all()


async def relief_row(view: View[Context], number: str, *, lock: bool = False) -> Found | None:
    query = select(table).where(table.c.number == number)
    return await queries.one(view, query.with_for_update() if lock else query)
