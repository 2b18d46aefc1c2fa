"""Reductions, exemptions and deferrals (减免缓, R58): with a basis, reviewed by the department, approved by amount.

Guarantees: nobody types an amount: a reduction is a share of what the standard asks; nothing is granted without the
approvals that its amount calls for, nor once the money has come. Does not: know who may approve; duties and routes do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from services.fees.domain.notices import OPEN, NoticeKind, NoticeState
from yimen.contracts.fees import ReliefKind
from yimen.errors import NotNow, Unfit
from yimen.money import format_yuan, percentage

WHOLE = 10_000
"""A share of everything: an exemption (免征)."""


class ReliefState(StrEnum):
    REQUESTED = "requested"  # 待部门审核
    REVIEWED = "reviewed"  # 待财政审批
    APPROVED = "approved"  # 待政府审批: above the limit only
    GRANTED = "granted"  # 已批准
    REFUSED = "refused"  # 不予批准


PENDING = frozenset({ReliefState.REQUESTED, ReliefState.REVIEWED, ReliefState.APPROVED})

EDGES: dict[tuple[ReliefState, str], ReliefState] = {
    (ReliefState.REQUESTED, "reviewed"): ReliefState.REVIEWED,
    (ReliefState.REVIEWED, "approved"): ReliefState.APPROVED,
    (ReliefState.REVIEWED, "granted"): ReliefState.GRANTED,
    (ReliefState.APPROVED, "granted"): ReliefState.GRANTED,
    **{(state, "refused"): ReliefState.REFUSED for state in PENDING},
}


@dataclass(frozen=True, slots=True)
class Share:
    list_id: str
    department: str
    amount: int


@dataclass(frozen=True, slots=True)
class Asked:
    """`share` in ten-thousandths of the list; `until` the new last day to pay."""

    kind: ReliefKind
    list_id: str | None
    share: int | None
    until: date | None


def after(state: ReliefState, event: str) -> ReliefState:
    try:
        return EDGES[state, event]
    except KeyError:
        raise NotNow("relief-not-ready", "该申请当前不能这样办理", "请刷新后查看办理进度。", state=state) from None


def refuse_settled(state: NoticeState, kind: NoticeKind, *, deferral: bool) -> None:
    """Only what is still to be paid can be reduced; only what is not yet late can be put off."""
    if kind is not NoticeKind.FEES or state not in OPEN:
        raise NotNow(
            "notice-not-open", "该缴款通知书不能减免缓", "只有尚未缴纳的缴款通知书可以申请减免或缓缴。", state=state
        )
    if deferral and state is NoticeState.OVERDUE:
        raise NotNow("notice-overdue", "已经逾期，不能缓缴", "缓缴须在缴款期限届满之前申请并批准。", state=state)


def check(asked: Asked, shares: Sequence[Share], pay_by: date, most_days: int) -> Share:
    """The list that is meant; for a deferral, the whole notice, any of them. Raises `Unfit` with words for the payer."""
    if (asked.kind is ReliefKind.REDUCTION) != (asked.share is not None):
        raise Unfit("relief-share", "减免比例填写有误", "减免须填写比例（万分之一为单位，10000为全免），缓缴不填。")
    if (asked.kind is ReliefKind.DEFERRAL) != (asked.until is not None):
        raise Unfit("relief-until", "缓缴日期填写有误", "缓缴须填写新的缴款截止日，减免不填。")
    if asked.until is not None and not timedelta() < asked.until - pay_by <= timedelta(days=most_days):
        detail = f"新的截止日应在原截止日{pay_by}之后，最多推迟{most_days}日。"
        raise Unfit("relief-until", "缓缴日期填写有误", detail)
    known = {share.list_id: share for share in shares}
    if asked.list_id is None and (len(shares) == 1 or asked.kind is ReliefKind.DEFERRAL):
        return shares[0]
    if asked.list_id not in known:
        names = "、".join(f"{share.list_id}（{format_yuan(share.amount)}元）" for share in shares)
        raise Unfit("relief-list", "请指明收费清单", f"本通知书包括：{names}。", lists=sorted(known))
    return known[asked.list_id]


def worth(kind: ReliefKind, share: Share, all_shares: Iterable[Share], of_ten_thousand: int | None) -> int:
    """What the approvals are measured by, in 分: what would not be paid, or would be paid later."""
    if kind is ReliefKind.DEFERRAL or of_ten_thousand is None:
        return sum(one.amount for one in all_shares)
    return percentage(share.amount, of_ten_thousand)


def needs_government(amount: int, limit: int) -> bool:
    return amount > limit
