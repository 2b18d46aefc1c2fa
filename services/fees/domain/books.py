"""The books (账): accounts, and the journals that business makes of them. Double entry in integer 分.

A leg names the account it debits and the account it credits, so that no journal can fail to balance.
Guarantees: amounts are positive; an executing unit has a claim for statistics and no account that could hold money (R60).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

BANK: Final = "1002"  # 代收银行存款
RECEIVABLE: Final = "1122"  # 应收非税收入, one a department: 1122.fire
TREASURY: Final = "2203"  # 应缴国库
SUSPENSE: Final = "2241"  # 待查款项
REFUNDS: Final = "2242"  # 应退款项

ACCOUNTS: Final[Mapping[str, str]] = {
    BANK: "代收银行存款",
    TREASURY: "应缴国库款",
    SUSPENSE: "待查款项",
    REFUNDS: "应退款项",
}


class JournalKind(StrEnum):
    ISSUE = "issue"  # by notice number
    RECEIVE = "receive"  # by bank serial, matched or not: so that no serial is posted twice
    RESOLVE = "resolve"  # by exception id: what stood in suspense has found its place
    REDUCE = "reduce"  # by relief number
    VOID = "void"  # by notice number; reverses what is left of the issue
    REFUND_APPROVED = "refund_approved"  # by refund number
    PAY_OUT = "pay_out"  # by bank serial, ordered or not: so that no serial is posted twice


@dataclass(frozen=True, slots=True)
class Leg:
    debit: str
    credit: str
    amount: int

    def __post_init__(self) -> None:
        if self.amount <= 0:
            raise ValueError(f"a leg moves money, not {self.amount}")
        if self.debit == self.credit:
            raise ValueError(f"a leg from {self.debit} to itself moves nothing")

    def reversed(self) -> "Leg":
        return Leg(debit=self.credit, credit=self.debit, amount=self.amount)


@dataclass(frozen=True, slots=True)
class Journal:
    kind: JournalKind
    source_ref: str
    legs: tuple[Leg, ...]
    notice_number: str | None = None


def receivable(department: str) -> str:
    return f"{RECEIVABLE}.{department}"


def issue(notice_number: str, shares: Iterable[tuple[str, int]]) -> Journal:
    """`shares`: department and amount of each list on the notice."""
    legs = tuple(Leg(receivable(department), TREASURY, amount) for department, amount in _joined(shares))
    return Journal(JournalKind.ISSUE, notice_number, legs, notice_number)


def receive(serial: str, notice_number: str, shares: Iterable[tuple[str, int]]) -> Journal:
    legs = tuple(Leg(BANK, receivable(department), amount) for department, amount in _joined(shares))
    return Journal(JournalKind.RECEIVE, serial, legs, notice_number)


def receive_unmatched(serial: str, amount: int) -> Journal:
    return Journal(JournalKind.RECEIVE, serial, (Leg(BANK, SUSPENSE, amount),))


def void(notice_number: str, shares: Iterable[tuple[str, int]]) -> Journal:
    legs = tuple(leg.reversed() for leg in issue(notice_number, shares).legs)
    return Journal(JournalKind.VOID, notice_number, legs, notice_number)


def resolve_to_notice(exception_id: str, notice_number: str, shares: Iterable[tuple[str, int]]) -> Journal:
    """Money of suspense turns out to pay this notice, in full."""
    legs = tuple(Leg(SUSPENSE, receivable(department), amount) for department, amount in _joined(shares))
    return Journal(JournalKind.RESOLVE, exception_id, legs, notice_number)


def resolve_to_refund(exception_id: str, amount: int) -> Journal:
    return Journal(JournalKind.RESOLVE, exception_id, (Leg(SUSPENSE, REFUNDS, amount),))


def reduce(relief_number: str, notice_number: str, shares: Iterable[tuple[str, int]]) -> Journal:
    """`shares`: by how much each department's claim shrinks (R58)."""
    legs = tuple(leg.reversed() for leg in issue(notice_number, shares).legs)
    return Journal(JournalKind.REDUCE, relief_number, legs, notice_number)


def approve_refund(refund_number: str, notice_number: str, amount: int) -> Journal:
    return Journal(JournalKind.REFUND_APPROVED, refund_number, (Leg(TREASURY, REFUNDS, amount),), notice_number)


def pay_out_refund(serial: str, notice_number: str | None, amount: int) -> Journal:
    return Journal(JournalKind.PAY_OUT, serial, (Leg(REFUNDS, BANK, amount),), notice_number)


def pay_out_unknown(serial: str, amount: int) -> Journal:
    """The bank gave money away that nobody ordered: it is missed in suspense until somebody answers for it."""
    return Journal(JournalKind.PAY_OUT, serial, (Leg(SUSPENSE, BANK, amount),))


def remit(serial: str, amount: int) -> Journal:
    return Journal(JournalKind.PAY_OUT, serial, (Leg(TREASURY, BANK, amount),))


def _joined(shares: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """One share a department; what costs nothing is not posted."""
    sums: dict[str, int] = {}
    for department, amount in shares:
        sums[department] = sums.get(department, 0) + amount
    return sorted((department, amount) for department, amount in sums.items() if amount)
