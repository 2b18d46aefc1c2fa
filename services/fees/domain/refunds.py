"""Giving money back (退款, R59): the states of a refund, where it begins, and the working days that each step has.

Guarantees: one graph whose edges name their event; nothing leads back from refunded. Limits are values; a date is derived
where a calendar is at hand (R35).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.fees.domain.notices import NotAllowedError
from yimen.contracts.fees import RefundCause
from yimen.worktime import Limit, local_date


class RefundState(StrEnum):
    REQUESTED = "requested"  # 待核实
    VERIFIED = "verified"  # 待财政审批
    APPROVED = "approved"  # 已批准, not yet with the bank
    SENT = "sent"  # 银行办理中
    REFUNDED = "refunded"  # 已退付
    FAILED = "failed"  # 退付失败
    REFUSED = "refused"  # 不予退款


EDGES: Final[dict[tuple[RefundState, str], RefundState]] = {
    (RefundState.REQUESTED, "verified"): RefundState.VERIFIED,
    (RefundState.REQUESTED, "refused"): RefundState.REFUSED,
    (RefundState.VERIFIED, "approved"): RefundState.APPROVED,
    (RefundState.VERIFIED, "refused"): RefundState.REFUSED,
    (RefundState.APPROVED, "sent"): RefundState.SENT,
    (RefundState.SENT, "refunded"): RefundState.REFUNDED,
    (RefundState.SENT, "failed"): RefundState.FAILED,
    (RefundState.FAILED, "sent"): RefundState.SENT,
}

CORRECTIONS: Final[dict[tuple[RefundState, str], RefundState]] = {
    # The bank's word was faster than its answer to our order, or it refused the order.
    (RefundState.APPROVED, "refunded"): RefundState.REFUNDED,
    (RefundState.APPROVED, "failed"): RefundState.FAILED,
    # It said otherwise before.
    (RefundState.FAILED, "refunded"): RefundState.REFUNDED,
}
"""What only the bank's word may do."""

OPEN: Final = frozenset(RefundState) - {RefundState.REFUNDED, RefundState.REFUSED}
ORDERED: Final = frozenset({RefundState.APPROVED, RefundState.SENT, RefundState.FAILED})
"""The bank was told to pay, and did not say yet that it has."""


def after(state: RefundState, event: str) -> RefundState:
    try:
        return EDGES[state, event]
    except KeyError:
        raise NotAllowedError(f"a refund that is {state} cannot be {event}") from None


def by_the_bank(state: RefundState, event: str) -> RefundState | None:
    """Where the bank's word leads; None: it contradicts what stands, and nothing changes."""
    return EDGES.get((state, event)) or CORRECTIONS.get((state, event))


def begins(cause: RefundCause, *, by_fee_window: bool) -> RefundState:
    """Where a refund of a notice begins.

    A request is verified by the fee window, whoever wrote it down. What the fee window found itself, it has verified by
    finding it. What a department found is checked by the fee window, in the time that an own finding has to be applied
    for. The supervisor's order (R62) is not the fee window's to examine. The treasury approves each of them."""
    if cause is RefundCause.ORDER or (cause is RefundCause.OWN_FINDING and by_fee_window):
        return RefundState.VERIFIED
    return RefundState.REQUESTED


# -- limits ---------------------------------------------------------------------------------------------------------------


class Step(StrEnum):
    VERIFY = "verify"
    APPROVE = "approve"
    PAY = "pay"


@dataclass(frozen=True, slots=True)
class Budgets:
    """Working days (R59). `own_finding`: from the finding to its application with the treasury; so long the treasury has
    to approve what the supervisor ordered (R62)."""

    verify: int = 10
    approve: int = 10
    pay: int = 10
    own_finding: int = 5


@dataclass(frozen=True, slots=True)
class Course:
    """How far a refund has come. `verified_at` = `requested_at`: it began as verified."""

    cause: RefundCause
    state: RefundState
    requested_at: datetime
    verified_at: datetime | None = None
    approved_at: datetime | None = None


_AWAITED: Final[Mapping[RefundState, Step]] = {
    RefundState.REQUESTED: Step.VERIFY,
    RefundState.VERIFIED: Step.APPROVE,
    RefundState.APPROVED: Step.PAY,
    RefundState.SENT: Step.PAY,
    RefundState.FAILED: Step.PAY,
}


def limits(course: Course, days: Budgets) -> dict[Step, Limit]:
    """The limit of each step that the refund has come to, done or not."""
    found: dict[Step, Limit] = {}
    if course.cause is not RefundCause.SUSPENSE and course.verified_at != course.requested_at:
        budget = days.own_finding if course.cause is RefundCause.OWN_FINDING else days.verify
        found[Step.VERIFY] = Limit(local_date(course.requested_at), budget)
    if course.verified_at is not None:
        budget = days.own_finding if course.cause is RefundCause.ORDER else days.approve
        found[Step.APPROVE] = Limit(local_date(course.verified_at), budget)
    if course.approved_at is not None:
        found[Step.PAY] = Limit(local_date(course.approved_at), days.pay)
    return found


def running(course: Course, days: Budgets) -> Limit | None:
    """The limit of the step that is awaited now; None once nothing is."""
    step = _AWAITED.get(course.state)
    return limits(course, days)[step] if step else None


# -- the bank's number ----------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"(TK\d+)(?:-([1-9]\d{0,5}))?")


def bank_number(number: str, attempt: int) -> str:
    """Under which the bank knows this attempt: a failed refund is sent again under a number of its own."""
    return number if attempt == 1 else f"{number}-{attempt}"


def ours(named: str) -> tuple[str, int] | None:
    """Refund and attempt of a number that the bank named; None: no number of ours."""
    match = _NUMBER.fullmatch(named)
    if match is None or match[2] == "1":
        return None
    return match[1], int(match[2] or 1)
