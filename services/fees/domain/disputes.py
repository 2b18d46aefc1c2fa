"""A payer's dispute of a notice (缴款异议, R55): what may be disputed, until when, and by when it is answered.

Guarantees: days are calendar days in Shanghai, the day of issue and the day of filing not counted; the limit to pay stays
whatever is disputed.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum

from services.fees.domain.notices import NoticeKind, NoticeState
from yimen.errors import NotNow
from yimen.worktime import local_date


class DisputeState(StrEnum):
    OPEN = "open"  # 待答复
    UPHELD = "upheld"  # 异议成立
    DISMISSED = "dismissed"  # 异议不成立
    LAPSED = "lapsed"  # 通知书已作废, nothing is left to answer


def disputable_until(kind: NoticeKind, state: NoticeState, issued_at: datetime, days: int) -> date | None:
    """The last day on which the notice may be disputed; it counts whole. None: it cannot be."""
    if kind is NoticeKind.LATE_FEE or state in (NoticeState.VOIDED, NoticeState.NOTHING_DUE):
        return None
    return local_date(issued_at) + timedelta(days=days)


def answer_by(filed_at: datetime, days: int) -> date:
    return local_date(filed_at) + timedelta(days=days)


def refuse_undisputable(kind: NoticeKind, state: NoticeState, issued_at: datetime, now: datetime, days: int) -> None:
    """Raises `NotNow`, in words for the payer."""
    if kind is NoticeKind.LATE_FEE:
        detail = "滞纳金按逾期天数依法计算，不适用缴款异议；如有不同意见，请到收费窗口咨询。"
        raise NotNow("late-fee-not-disputable", "滞纳金通知书不适用缴款异议", detail)
    if state is NoticeState.VOIDED:
        raise NotNow("notice-voided", "该缴款通知书已作废", "作废的通知书无需缴款，也不需要提出异议。")
    if state is NoticeState.NOTHING_DUE:
        raise NotNow("nothing-due", "该缴款通知书无需缴款", "没有应缴的金额，不需要提出异议。")
    until = disputable_until(kind, state, issued_at, days)
    if until is not None and local_date(now) > until:
        detail = f"应在通知书开出之日起{days}日内（{until}前，含当日）提出。已缴款的可以到收费窗口申请退款。"
        raise NotNow("dispute-too-late", "已过提出异议的期限", detail, until=until.isoformat())
