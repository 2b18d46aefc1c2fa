"""Money in suspense (待查款), and words of the bank that contradict what is known: each is somebody's, with a day to answer.

Guarantees: an exception is opened once for a reason and a transaction of the bank's; whoever lets the day pass loses it to
the one above; opening, overdue and end are said on the bus. Lock order: notice, exceptions by number, refund, journal.
Does not: cancel the timer of an exception that has ended. The timer locks itself first and the exception second; whoever
ends one holds the exception first. It finds the exception resolved, and does nothing.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Select, func, select, update

from services.fees import queries
from services.fees.context import Context
from services.fees.domain import books
from services.fees.domain.payments import Payment, Reason
from services.fees.domain.suspense import TREASURER, ExceptionState, Resolution, after, owner_above
from services.fees.overdue import OVERDUE, limit_of, mark_overdue
from services.fees.posting import post
from services.fees.queries import Found
from services.fees.settling import settle
from services.fees.tables import bank_payments, exceptions, notices, refunds, returned_proposals
from services.fees.timers import timers
from yimen.bus import Unit, View
from yimen.contracts.fees import ExceptionOpened, ExceptionOverdue, ExceptionResolved
from yimen.contracts.parts import Staff
from yimen.timers import Timer, cancel_timer, set_timer
from yimen.worktime import end_of_day, local_date

ANSWER_DUE: Final = "exception_answer_due"
EARLY: Final = "该款先于通知书到账，缴款码与金额均与通知书一致，系统自动转为缴款。"


SAID: Final = ("reason", "notice_number", "amount", "owner", "answer_by", "opened_at")


async def open_exception(
    unit: Unit[Context],
    reason: Reason,
    *,
    amount: int,
    bank_serial: str | None = None,
    payout_serial: str | None = None,
    reference: str | None = None,
    notice_number: str | None = None,
    case_number: str | None = None,
    detail: str | None = None,
) -> None:
    """`amount`: what stands in suspense for it, negative where money is missed, nought where none moved. One of the serials
    is given; `reference` is the number that the bank named, where there is no row of ours to point at."""
    answer_by = local_date(unit.now) + timedelta(days=unit.context.settings.exception_days)
    row: dict[str, Any] = {
        "reason": reason,
        "bank_serial": bank_serial,
        "payout_serial": payout_serial,
        "reference": reference,
        "notice_number": notice_number,
        "amount": amount,
        "detail": detail,
        "owner": TREASURER,
        "answer_by": answer_by,
        "state": ExceptionState.OPEN,
        "opened_at": unit.now,
    }
    opened = unit.insert(exceptions).values(row).on_conflict_do_nothing().returning(exceptions.c.id)
    number = (await unit.execute(opened)).scalar_one_or_none()
    if number is None:
        return
    await set_timer(unit, ANSWER_DUE, key=str(number), due_at=end_of_day(answer_by))
    unit.emit(
        ExceptionOpened(
            exception_id=str(number),
            case_number=case_number,
            bank_serial=bank_serial or payout_serial or reference or "-",
            **{name: row[name] for name in SAID},
        )
    )


@timers.on(ANSWER_DUE)
async def escalate(unit: Unit[Context], timer: Timer) -> None:
    """Its day has passed, whether something is proposed or not. Once for each who had it."""
    [row] = await lock(unit, int(timer.key))
    above = owner_above(row.owner)
    if row.state == ExceptionState.RESOLVED or above is None:
        return
    answer_by = local_date(unit.now) + timedelta(days=unit.context.settings.exception_days)
    await change(unit, row, owner=above, answer_by=answer_by, overdue_at=timer.due_at)
    if owner_above(above) is not None:
        await set_timer(unit, ANSWER_DUE, key=timer.key, due_at=end_of_day(answer_by))
    unit.emit(
        ExceptionOverdue(
            exception_id=timer.key,
            case_number=row.case_number,
            owner=above,
            answer_by=answer_by,
            overdue_at=timer.due_at,
        )
    )


async def settle_early_payment(unit: Unit[Context], notice_number: str) -> bool:
    """Whether the notice, issued this moment, was paid before: by money for a code that nobody knew, its own, and of its
    amount. The first such payment settles it; others stay in suspense."""
    notice = (await unit.execute(select(notices).where(notices.c.number == notice_number))).one()
    early = (
        _with_case()
        .join(bank_payments, bank_payments.c.serial == exceptions.c.bank_serial)
        .where(
            exceptions.c.reason == Reason.UNKNOWN_CODE,
            exceptions.c.state == ExceptionState.OPEN,
            exceptions.c.amount == notice.amount,
            bank_payments.c.payment_code == notice.payment_code,
        )
    )
    row = (await unit.execute(early.order_by(exceptions.c.id).limit(1).with_for_update(of=exceptions))).one_or_none()
    if row is None:
        return False
    await pay_notice(unit, row, notice)
    await end(unit, row, "matched", Resolution.NOTICE, target=notice_number, note=EARLY)
    return True


async def pay_notice(unit: Unit[Context], row: Found, notice: Found) -> None:
    """The money of suspense is this notice's payment, from when the bank took it. Both are locked, and fit each other."""
    paid = (await unit.execute(select(bank_payments).where(bank_payments.c.serial == row.bank_serial))).one()
    if paid.paid_at >= limit_of(notice):
        await mark_overdue(unit, notice, limit_of(notice))
    shares = await queries.shares_of(unit, notice.number)
    await post(unit, books.resolve_to_notice(str(row.id), notice.number, shares))
    await cancel_timer(unit, OVERDUE, key=notice.number)
    await settle(unit, notice, Payment(paid.serial, paid.payment_code, paid.amount, paid.paid_at))


async def end(
    unit: Unit[Context],
    row: Found,
    how: str,
    resolution: Resolution,
    *,
    target: str | None = None,
    refund_number: str | None = None,
    note: str,
    by: Staff | None = None,
    **more: Any,
) -> None:
    """`more`: what else becomes known of the row. Nothing leads back from here."""
    state = after(ExceptionState(row.state), how)
    resolved: dict[str, Any] = {"resolved_by": by.id if by else None, "resolved_by_name": by.name if by else None}
    resolved |= {"resolution": resolution, "target": target, "note": note, "resolved_at": unit.now}
    await change(unit, row, state=state, **resolved, **more)
    paid = target if resolution is Resolution.NOTICE else None
    unit.emit(
        ExceptionResolved(
            exception_id=str(row.id),
            case_number=row.case_number,
            resolution=resolution,
            notice_number=paid,
            refund_number=refund_number,
            note=note,
            resolved_by=by,
            resolved_at=unit.now,
        )
    )


async def change(unit: Unit[Context], row: Found, **values: Any) -> None:
    changed = update(exceptions).where(exceptions.c.id == row.id)
    await unit.execute(changed.values(version=row.version + 1, **values))


async def lock(unit: Unit[Context], *numbers: int) -> Sequence[Found]:
    """With the case of the notice that the money was said to be for; in the order of their numbers."""
    query = _with_case().where(exceptions.c.id.in_(numbers)).order_by(exceptions.c.id)
    return (await unit.execute(query.with_for_update(of=exceptions))).all()


async def exception_row(view: View[Any], number: int) -> Found | None:
    return await queries.one(view, _with_payment().where(exceptions.c.id == number))


async def exceptions_in(
    view: View[Any],
    *,
    state: ExceptionState | None,
    owner: str | None,
    overdue: bool | None,
    notice_number: str | None,
    after: int,
    limit: int,
) -> Sequence[Found]:
    """By number: the page after `after`. `overdue`: whether somebody let the day pass, answered since or not."""
    query = _with_payment().where(exceptions.c.id > after).order_by(exceptions.c.id).limit(limit)
    if state is not None:
        query = query.where(exceptions.c.state == state)
    if owner is not None:
        query = query.where(exceptions.c.owner == owner)
    if overdue is not None:
        query = query.where(exceptions.c.overdue_at.is_not(None) if overdue else exceptions.c.overdue_at.is_(None))
    if notice_number is not None:
        query = query.where(exceptions.c.notice_number == notice_number)
    return (await view.execute(query)).all()


async def returned_of(view: View[Any], numbers: Sequence[int]) -> dict[int, list[Found]]:
    """The proposals that were sent back, oldest first."""
    returned = returned_proposals.c
    query = select(returned_proposals).where(returned.exception_id.in_(numbers))
    found: dict[int, list[Found]] = {number: [] for number in numbers}
    for row in await view.execute(query.order_by(returned.exception_id, returned.attempt)):
        found[row.exception_id].append(row)
    return found


async def surplus_of(view: View[Any], notice_number: str) -> int:
    """What came for this notice and is not its payment: waiting for an answer, or on its way back."""
    given_back = (exceptions.c.resolution == Resolution.REFUND) & refunds.c.refunded_at.is_(None)
    waits = (exceptions.c.state != ExceptionState.RESOLVED) | given_back
    query = select(func.coalesce(func.sum(exceptions.c.amount), 0)).select_from(exceptions.outerjoin(refunds))
    query = query.where(exceptions.c.notice_number == notice_number, exceptions.c.amount > 0, waits)
    return int((await view.execute(query)).scalar_one())


def _with_payment() -> Select[Any]:
    paid = bank_payments.c
    more = _with_case().add_columns(
        paid.payment_code, paid.method, paid.paid_at, refunds.c.number.label("refund_number")
    )
    more = more.outerjoin(bank_payments, paid.serial == exceptions.c.bank_serial)
    return more.outerjoin(refunds, refunds.c.exception_id == exceptions.c.id)


def _with_case() -> Select[Any]:
    case = select(notices.c.case_number).where(notices.c.number == exceptions.c.notice_number).scalar_subquery()
    return select(exceptions, case.label("case_number")).select_from(exceptions)
