"""What follows when the supervisor finds a notice unlawful (R62): what was paid is ordered back; what was not is void, and
another notice asks for the lists that were lawful.

Guarantees: violation, refund or voiding, and the words that say so commit together. Lock order: plans, case, notice, refund.
"""

from collections.abc import Sequence

from sqlalchemy import select

from services.fees import calendars, queries, refunding, violations
from services.fees.context import Context
from services.fees.domain.lists import Refusal, Rejection
from services.fees.domain.notices import HAS_MONEY, OPEN, NoticeKind, NoticeState
from services.fees.issuing import advance, void
from services.fees.listing import lock_case, overrule
from services.fees.queries import Found
from services.fees.tables import lists, shares
from yimen.bus import Unit
from yimen.contracts.fees import RefundCause, ViolationKind
from yimen.contracts.parts import Staff
from yimen.errors import NotNow, Unfit
from yimen.terms import MONEY


async def redress(
    unit: Unit[Context], seen: Found, list_ids: Sequence[str], kind: ViolationKind, detail: str, by: Staff
) -> list[str]:
    """The violations' numbers, one for each list. `seen`: the notice, not locked yet. Raises `Refusal`."""
    await calendars.held(unit)
    await lock_case(unit, seen.case_number)
    notice = await queries.locked_notice(unit, seen.number)
    assert notice is not None
    wrong = await _lists_on(unit, notice.number, list_ids)
    if known := await violations.known_of(unit, list_ids, kind):
        told = f"清单{'、'.join(known)}的{MONEY[kind]}已经登记，请查询已登记的违规收费。"
        raise NotNow("violation-known", "该违规收费已经登记", told, lists=known)
    reasons = f"{MONEY[kind]}：{detail}"
    refund = await _order_back(unit, notice, wrong, reasons, by)
    if NoticeState(notice.state) in OPEN:
        await _take_back(unit, notice, wrong, kind, reasons, by)
    about = {"notice_number": notice.number}
    return [
        await violations.write_down(unit, row, kind, detail, by, refund_number=refund if row.rest else None, **about)
        for row in wrong
    ]


async def _take_back(
    unit: Unit[Context], notice: Found, wrong: Sequence[Found], kind: ViolationKind, reasons: str, by: Staff
) -> None:
    """An illegal fee is not owed at all; what was above the standard its department lists anew. A late fee has no lists of
    its own, and the case waits for it: it is not made void but excused (R58)."""
    if notice.kind == NoticeKind.LATE_FEE:
        detail = "滞纳金没有单独的收费清单。请对原缴款通知书登记违规收费；未缴的滞纳金按减免程序办理。"
        raise NotNow("late-fee-not-paid", "该滞纳金尚未缴纳", detail, late_fee_of=notice.late_fee_of)
    await void(unit, notice, reason=f"监察认定{MONEY[kind]}，通知书作废")
    rejection = Rejection.NOT_OWED if kind is ViolationKind.ILLEGAL_FEE else Rejection.DISPUTE
    for row in wrong:
        await overrule(unit, row, Refusal(rejection, reasons), by)
    await advance(unit, notice.case_number)


async def _order_back(
    unit: Unit[Context], notice: Found, wrong: Sequence[Found], reasons: str, by: Staff
) -> str | None:
    """What is left of these lists; nothing where it was not paid, or is given back already."""
    owed = tuple(row.list_id for row in wrong if row.rest)
    if NoticeState(notice.state) not in HAS_MONEY or not owed:
        return None
    return await refunding.find(unit, notice, owed, RefundCause.ORDER, reasons, by)


async def _lists_on(unit: Unit[Context], number: str, list_ids: Sequence[str]) -> Sequence[Found]:
    """`rest`: what of the list could still be given back."""
    rest = (shares.c.amount - shares.c.refund_held).label("rest")
    query = select(lists, rest).join(shares, shares.c.list_id == lists.c.list_id)
    query = query.where(shares.c.notice_number == number, lists.c.list_id.in_(list_ids)).order_by(lists.c.list_id)
    found = (await unit.execute(query)).all()
    if strange := sorted(set(list_ids) - {row.list_id for row in found}):
        detail = f"{'、'.join(strange)}不在该缴款通知书上，请对照通知书填写清单编号。"
        raise Unfit("list-not-on-notice", "清单不在通知书上", detail, unknown=strange)
    return found
