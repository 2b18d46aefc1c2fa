"""Money in suspense (待查款): its states, whose it is, and what may become of it.

Guarantees: an exception ends only as what it is. Money is never forced onto a notice that it does not pay exactly (R53);
only what moved nothing is merely noted; money that is missed ends when the same amount has come back.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.fees.domain.notices import OPEN as PAYABLE
from services.fees.domain.payments import Payable
from yimen.errors import NotNow, Unfit


class ExceptionState(StrEnum):
    OPEN = "open"  # 待处理
    PROPOSED = "proposed"  # 待审批
    RESOLVED = "resolved"  # 已办结


class Resolution(StrEnum):
    NOTICE = "notice"  # 转为缴款: it pays that notice
    REFUND = "refund"  # 退回缴款人
    NOTED = "noted"  # 核销备案: nothing stood in suspense, nothing has to move
    OFFSET = "offset"  # 对冲: what went out unordered came back


EDGES: Final[dict[tuple[ExceptionState, str], ExceptionState]] = {
    (ExceptionState.OPEN, "proposed"): ExceptionState.PROPOSED,
    (ExceptionState.OPEN, "matched"): ExceptionState.RESOLVED,
    (ExceptionState.PROPOSED, "returned"): ExceptionState.OPEN,
    (ExceptionState.PROPOSED, "approved"): ExceptionState.RESOLVED,
}
"""Overdue is no state: whoever is late still has to answer."""

TREASURER: Final = "treasurer"
SUPERVISOR: Final = "supervisor"
_ABOVE: Final = {TREASURER: SUPERVISOR}


@dataclass(frozen=True, slots=True)
class Matter:
    """What stands in suspense. `bank_serial`: the payment that brought it; None where money went out or none came."""

    number: int
    amount: int
    bank_serial: str | None
    state: ExceptionState


@dataclass(frozen=True, slots=True)
class Proposal:
    """`target`: the notice's number, or the other exception's for an offset."""

    resolution: Resolution
    note: str
    target: str | None = None


def after(state: ExceptionState, event: str) -> ExceptionState:
    """Raises `NotNow`, in words for whoever came at the wrong time."""
    try:
        return EDGES[state, event]
    except KeyError:
        raise NotNow("exception-not-ready", "该待查款当前不能这样办理", _NOT_READY[state], state=str(state)) from None


_NOT_READY: Final = {
    ExceptionState.OPEN: "该待查款尚无处理意见，请先由收费窗口提出处理意见。",
    ExceptionState.PROPOSED: "该待查款已有处理意见，须先由财政人员审批或退回。",
    ExceptionState.RESOLVED: "该待查款已经办结，请刷新后查看。",
}


def owner_above(owner: str) -> str | None:
    """Whose it becomes when `owner` did not answer in time; None: nobody stands above."""
    return _ABOVE.get(owner)


def fit_notice(matter: Matter, notice: Payable | None) -> Payable:
    """Raises `Unfit` where this money can never pay that notice, `NotNow` where the notice is not open."""
    _need_payment(matter)
    if notice is None:
        raise Unfit("no-such-notice", "没有这份缴款通知书", "请核对通知书编号后重试。")
    if notice.state not in PAYABLE:
        detail = f"通知书{notice.number}已缴款、作废或无需缴款，不能再转入款项，请改提退款或其他处理意见。"
        raise NotNow("notice-not-open", "通知书已不能缴款", detail, notice_state=str(notice.state))
    if notice.amount != matter.amount:
        detail = "待查款须与通知书金额完全一致才能转为缴款，请改提退款，由缴款人另行足额缴纳。"
        raise Unfit("amount-differs", "金额与通知书不一致", detail, notice_amount=notice.amount, amount=matter.amount)
    return notice


def fit_refund(matter: Matter) -> None:
    _need_payment(matter)


def fit_noted(matter: Matter) -> None:
    if matter.amount != 0:
        detail = "该笔有款项在待查账户，须转为缴款、退回或对冲，不能只作备案。"
        raise Unfit("money-in-suspense", "尚有款项待查", detail, amount=matter.amount)


def fit_offset(matter: Matter, other: Matter | None) -> Matter:
    """The one is missed, the other came in, of the same amount."""
    if matter.amount >= 0:
        raise Unfit("nothing-missing", "该笔没有缺款", "对冲只用于未经指令付出的款项，请改提其他处理意见。")
    if other is None:
        raise Unfit("no-such-exception", "没有这笔待查款", "请核对退回款项的待查编号后重试。")
    if other.bank_serial is None or other.amount != -matter.amount:
        detail = "对冲的两笔须一出一入、金额相等，请核对退回款项的待查编号。"
        raise Unfit("amount-differs", "两笔金额不能对冲", detail, amount=matter.amount, other_amount=other.amount)
    if other.state is not ExceptionState.OPEN:
        detail = "退回的款项已另有处理意见或已经办结，请核对后改提处理意见。"
        raise NotNow("other-not-open", "退回款项不能用于对冲", detail, other_state=str(other.state))
    return other


def _need_payment(matter: Matter) -> None:
    if matter.amount <= 0 or matter.bank_serial is None:
        detail = "该笔没有收到款项，不能转为缴款或退回，请改提备案或对冲。"
        raise Unfit("no-money", "该笔没有可处理的款项", detail, amount=matter.amount)
