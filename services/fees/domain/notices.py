"""The payment notice (缴款通知书): its states, its number, its payment code, and the day by which it is to be paid.

Guarantees: one graph whose edges name their event; nothing leads back from paid. A payment code with one wrong character
is not a payment code; of two neighbours exchanged, 1 pair in 500 escapes. Does not: make a code hard to guess; that is up
to the random body.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from stdnum.iso7064 import mod_37_36

from yimen.worktime import local_date


class NoticeState(StrEnum):
    ISSUED = "issued"  # 待缴款
    OVERDUE = "overdue"  # 逾期未缴; still payable
    PAID = "paid"  # 已缴款, receipt to come
    RECEIPTED = "receipted"  # 已开票
    REMITTED = "remitted"  # 已缴入国库
    NOTHING_DUE = "nothing_due"  # 无需缴款
    VOIDED = "voided"  # 已作废


class NotAllowedError(ValueError):
    """No edge of the graph bears that event from that state."""


class NoticeKind(StrEnum):
    FEES = "fees"  # what the departments listed
    LATE_FEE = "late_fee"  # 滞纳金, of another notice (R54)


OPEN: Final = frozenset({NoticeState.ISSUED, NoticeState.OVERDUE})
HAS_MONEY: Final = frozenset({NoticeState.PAID, NoticeState.RECEIPTED, NoticeState.REMITTED})

EDGES: Final[dict[tuple[NoticeState, str], NoticeState]] = {
    (NoticeState.ISSUED, "paid"): NoticeState.PAID,
    (NoticeState.OVERDUE, "paid"): NoticeState.PAID,
    (NoticeState.PAID, "receipted"): NoticeState.RECEIPTED,
    (NoticeState.RECEIPTED, "remitted"): NoticeState.REMITTED,
    (NoticeState.ISSUED, "overdue"): NoticeState.OVERDUE,
    (NoticeState.OVERDUE, "excused"): NoticeState.NOTHING_DUE,
    (NoticeState.ISSUED, "deferred"): NoticeState.ISSUED,
    (NoticeState.ISSUED, "excused"): NoticeState.NOTHING_DUE,
    (NoticeState.ISSUED, "voided"): NoticeState.VOIDED,
    (NoticeState.OVERDUE, "voided"): NoticeState.VOIDED,
}

CODE_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0 O 1 I, which people mistake for each other."""
CODE_LENGTH: Final = 20


def after(state: NoticeState, event: str) -> NoticeState:
    try:
        return EDGES[state, event]
    except KeyError:
        raise NotAllowedError(f"a notice that is {state} cannot be {event}") from None


def payment_code(body: str) -> str:
    """The body of 19 characters with its check character (ISO 7064, hybrid, over our alphabet of 32)."""
    if len(body) != CODE_LENGTH - 1 or not set(body) <= set(CODE_ALPHABET):
        raise ValueError(f"the body of a payment code has {CODE_LENGTH - 1} characters of {CODE_ALPHABET}")
    return body + str(mod_37_36.calc_check_digit(body, CODE_ALPHABET))


def is_payment_code(code: str) -> bool:
    body = code[:-1]
    return len(code) == CODE_LENGTH and set(code) <= set(CODE_ALPHABET) and payment_code(body) == code


def pay_by(issued_at: datetime, days: int) -> date:
    """The last day to pay: calendar days (日) after the day of issue, which is not counted (R54)."""
    return local_date(issued_at) + timedelta(days=days)
