"""Supervision orders (督办单): their stages and states, and the colour that follows from silence (R77).

Guarantees: pure. An order asks for an answer until one is given; silence at the first stage calls the head in at the
second, and there is no third. A colour goes up one step at a time and red stays red.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.monitor.domain.rulebook import Rulebook, deductions
from yimen.contracts.monitor import Deduction, Light
from yimen.contracts.parts import Staff
from yimen.errors import NotNow, Unfit

EXPLAIN: Final = 1  # 限期反馈: the chief representative answers
CALL_IN: Final = 2  # 约谈: the head answers
UNANSWERED: Final = "order_unanswered"


class OrderState(StrEnum):
    WAITING = "waiting"  # 待反馈
    ANSWERED = "answered"  # 待审核
    ESCALATED = "escalated"  # 已升级: the next order asks in its place
    CLOSED = "closed"  # 已办结


STATES: Final = {
    OrderState.WAITING: "待反馈",
    OrderState.ANSWERED: "已反馈，待监察人员审核",
    OrderState.ESCALATED: "逾期未反馈，已升级",
    OrderState.CLOSED: "已办结",
}

EDGES: Final[dict[tuple[OrderState, str], OrderState]] = {
    (OrderState.WAITING, "answered"): OrderState.ANSWERED,
    (OrderState.WAITING, "extended"): OrderState.WAITING,
    (OrderState.WAITING, "overdue"): OrderState.WAITING,
    (OrderState.WAITING, "escalated"): OrderState.ESCALATED,
    (OrderState.ANSWERED, "returned"): OrderState.WAITING,
    (OrderState.ANSWERED, "closed"): OrderState.CLOSED,
}

_NOT_READY: Final = {
    OrderState.WAITING: "该督办单尚未反馈，须先由被督办部门反馈。",
    OrderState.ANSWERED: "该督办单已经反馈，请等待监察人员审核。",
    OrderState.ESCALATED: "该督办单逾期未反馈，已升级为新的督办单，请在新的督办单上办理。",
    OrderState.CLOSED: "该督办单已经办结，请刷新后查看。",
}

_WORSE: Final = {Light.GREEN: Light.BLUE, Light.BLUE: Light.YELLOW, Light.YELLOW: Light.RED, Light.RED: Light.RED}
_CHARGED: Final = {Light.YELLOW: "escalated_yellow", Light.RED: "escalated_red"}


@dataclass(frozen=True, slots=True)
class Demand:
    """What an order is to ask for. `days`: working days to answer in, the rulebook's where it is not said."""

    department: str
    level: Light
    text: str
    stage: int = EXPLAIN
    about: str | None = None
    former: str | None = None
    case_number: str | None = None
    days: int | None = None
    by: Staff | None = None


def worse(level: Light) -> Light:
    """The next colour."""
    return _WORSE[level]


def addressee(stage: int) -> str:
    return "首席代表" if stage == EXPLAIN else "部门负责人（约谈）"


def after(state: OrderState, step: str) -> OrderState:
    """Raises `NotNow`, in words for whoever came at the wrong time."""
    try:
        return EDGES[state, step]
    except KeyError:
        raise NotNow("order-not-ready", "该督办单当前不能这样办理", _NOT_READY[state], state=str(state)) from None


def need_head(stage: int, *, heads: bool) -> None:
    """Raises `Unfit` where the head is called in and somebody else answers."""
    if stage >= CALL_IN and not heads:
        raise Unfit("head-called-in", "该督办单须由部门负责人反馈", "首次督办逾期未反馈，请部门负责人登录后反馈。")


def need_time(*, passed: bool) -> None:
    """Raises `NotNow` in the moments between the end of the limit and what follows from it."""
    if passed:
        detail = "反馈期限已过，系统正在登记逾期，请稍候刷新后再办理。"
        raise NotNow("order-limit-passed", "督办单反馈期限已过", detail)


def need_first_extension(extended: bool) -> None:
    if extended:
        raise NotNow("order-extended", "该督办单已经延期一次", "督办单只能延期一次，请督促部门在期限内反馈。")


def of_finding(book: Rulebook, code: str, department: str) -> tuple[Deduction, ...]:
    """What this row of the book costs the department; nothing where the centre has switched it off."""
    row = book.finding(code)
    return deductions(code, row.charges, department=department) if row else ()


def of_colour(book: Rulebook, level: Light, department: str) -> tuple[Deduction, ...]:
    """What this level costs more than the one before."""
    return of_finding(book, _CHARGED[level], department) if level in _CHARGED else ()
