"""Disputes of notices (缴款异议, R55): filed by whoever holds the payment code or for them at the window, answered by the
treasury.

Guarantees: one dispute a notice, one answer a dispute; the limit to pay does not move. Upheld before payment, the notice
is void and the lists found wrong go back to their departments: the next notice has a limit of its own (decision 0029).
Upheld after payment, what was paid for them is given back as the treasury's own finding (R59). Who opened or verified a
list of the notice, or wrote the dispute down, does not answer it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, insert, select, update

from services.fees import queries, refunding
from services.fees.context import Context
from services.fees.domain.disputes import DisputeState, answer_by, refuse_undisputable
from services.fees.domain.duties import Duty
from services.fees.domain.lists import Refusal, Rejection
from services.fees.domain.notices import HAS_MONEY, OPEN, NoticeKind, NoticeState
from services.fees.duties import refuse_joined
from services.fees.issuing import advance, void
from services.fees.listing import lock_case, overrule
from services.fees.numbering import DISPUTE, next_number
from services.fees.queries import Found
from services.fees.tables import disputes, notices, shares
from yimen.bus import Unit, View
from yimen.contracts.fees import NoticeDisputeAnswered, NoticeDisputed, RefundCause
from yimen.contracts.parts import Staff
from yimen.errors import NotNow, Unfit
from yimen.web import StaleVersion


@dataclass(frozen=True, slots=True)
class Finding:
    """`lists`: those found wrong. `relist`: their departments list them anew; otherwise nothing is owed in their place."""

    upheld: bool
    answer: str
    lists: tuple[str, ...] = ()
    relist: bool = True


async def file(unit: Unit[Context], notice: Found, reasons: str, by: Staff | None = None) -> str:
    """Its number. `notice` is locked. `by`: the clerk who wrote it down for the payer. Raises `NotNow`."""
    settings = unit.context.settings
    known = select(disputes.c.number).where(disputes.c.notice_number == notice.number)
    if (earlier := (await unit.execute(known)).scalar_one_or_none()) is not None:
        detail = f"每份通知书只能提出一次异议，该异议编号为{earlier}，请等待答复或查看答复内容。"
        raise NotNow("already-disputed", "已经提出过异议", detail, dispute_number=earlier)
    refuse_undisputable(
        NoticeKind(notice.kind), NoticeState(notice.state), notice.issued_at, unit.now, settings.dispute_days
    )
    number, due = await next_number(unit, DISPUTE), answer_by(unit.now, settings.dispute_answer_days)
    row = {
        "number": number,
        "notice_number": notice.number,
        "state": DisputeState.OPEN,
        "reasons": reasons,
        "answer_by": due,
        "filed_by": by.id if by else None,
        "filed_by_name": by.name if by else None,
        "filed_at": unit.now,
    }
    await unit.execute(insert(disputes).values(row))
    unit.emit(
        NoticeDisputed(
            notice_number=notice.number,
            case_number=notice.case_number,
            dispute_number=number,
            reasons=reasons,
            answer_by=due,
            disputed_at=unit.now,
        )
    )
    return number


async def answer(unit: Unit[Context], seen: Found, finding: Finding, by: Staff, expected: int) -> None:
    """`seen`: the dispute with its case, not locked yet. Raises `StaleVersion`, `NotNow`, `Unfit`, `Forbidden`."""
    await lock_case(unit, seen.case_number)
    locked = select(notices).where(notices.c.number == seen.notice_number).with_for_update()
    notice = (await unit.execute(locked)).one()
    dispute = (await unit.execute(select(disputes).where(disputes.c.number == seen.number).with_for_update())).one()
    if dispute.version != expected:
        raise StaleVersion(dispute.version)
    if dispute.state != DisputeState.OPEN:
        raise NotNow("dispute-closed", "该异议已经办结", "异议只答复一次，请刷新后查看结果。", state=dispute.state)
    await refuse_joined(unit, Duty.ANSWER_DISPUTE, by.id, notice=notice.number)
    wrong = await _found_wrong(unit, notice, finding)
    answered = {
        "state": DisputeState.UPHELD if finding.upheld else DisputeState.DISMISSED,
        "answer": finding.answer,
        "lists": list(finding.lists),
        "answered_by": by.id,
        "answered_by_name": by.name,
        "answered_at": unit.now,
        "version": dispute.version + 1,
    }
    await unit.execute(update(disputes).where(disputes.c.number == dispute.number).values(**answered))
    unit.emit(
        NoticeDisputeAnswered(
            notice_number=notice.number,
            case_number=notice.case_number,
            dispute_number=dispute.number,
            upheld=finding.upheld,
            answer=finding.answer,
            lists=finding.lists,
            answered_by=by,
            answered_at=unit.now,
        )
    )
    if finding.upheld:
        await _correct(unit, notice, dispute.number, wrong, finding, by)


async def _found_wrong(unit: Unit[Context], notice: Found, finding: Finding) -> list[Found]:
    """The lists that the finding names, locked in their order."""
    known = await lists_on(unit, notice.number)
    if finding.upheld and not finding.lists:
        detail = f"请选出核定有误的收费清单。本通知书的清单：{'、'.join(known)}。"
        raise Unfit("lists-required", "异议成立须指明有误的清单", detail, lists=known)
    if not finding.upheld and finding.lists:
        raise Unfit("lists-without-cause", "异议不成立不能退回清单", "请去掉所选清单，或者改为异议成立。")
    if strange := sorted(set(finding.lists) - set(known)):
        detail = f"清单{'、'.join(strange)}不在本通知书上。本通知书的清单：{'、'.join(known)}。"
        raise Unfit("lists-not-on-notice", "清单不在本通知书上", detail, lists=known, unknown=strange)
    rows = [await queries.list_row(unit, list_id, lock=True) for list_id in sorted(set(finding.lists))]
    return [row for row in rows if row is not None]


async def _correct(
    unit: Unit[Context], notice: Found, number: str, wrong: Sequence[Found], finding: Finding, by: Staff
) -> None:
    state = NoticeState(notice.state)
    if state in OPEN:
        await void(unit, notice, reason=f"缴款异议{number}成立，通知书作废")
        rejection = Rejection.DISPUTE if finding.relist else Rejection.NOT_OWED
        for row in wrong:
            await overrule(unit, row, Refusal(rejection, finding.answer), by)
        await advance(unit, notice.case_number)
    elif state in HAS_MONEY:
        await _give_back(unit, notice, [row.list_id for row in wrong], f"缴款异议{number}成立：{finding.answer}", by)


async def _give_back(unit: Unit[Context], notice: Found, list_ids: Sequence[str], reasons: str, by: Staff) -> None:
    """By own finding (R59): what is left of these lists. What is on its way back already is not asked for twice."""
    left = (shares.c.notice_number == notice.number) & (shares.c.amount > shares.c.refund_held)
    owed = select(shares.c.list_id).where(left, shares.c.list_id.in_(list_ids)).order_by(shares.c.list_id)
    if chosen := tuple((await unit.execute(owed)).scalars()):
        await refunding.find(unit, notice, chosen, RefundCause.OWN_FINDING, reasons, by)


# -- what is read -------------------------------------------------------------------------------------------------


def _with_notice() -> Select[Any]:
    columns = (notices.c.case_number, notices.c.state.label("notice_state"), notices.c.amount, notices.c.pay_by)
    return select(disputes, *columns).join(notices, notices.c.number == disputes.c.notice_number)


async def lists_on(view: View[Context], notice_number: str) -> list[str]:
    on_it = select(shares.c.list_id).where(shares.c.notice_number == notice_number).order_by(shares.c.list_id)
    return list((await view.execute(on_it)).scalars())


async def dispute_row(view: View[Context], number: str) -> Found | None:
    return await queries.one(view, _with_notice().where(disputes.c.number == number))


async def disputes_in(view: View[Context], state: DisputeState | None, after: str, limit: int) -> Sequence[Found]:
    query = _with_notice().where(disputes.c.number > after).order_by(disputes.c.number).limit(limit)
    if state is not None:
        query = query.where(disputes.c.state == state)
    return (await view.execute(query)).all()
