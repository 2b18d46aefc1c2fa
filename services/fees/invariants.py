"""The invariants of the books, each with its figures. One statement, so that all figures are of the same moment.

I1 every journal is whole and balances · I2 the bank account is what the bank said it took, less what it paid out ·
I3 claims are the unpaid notices · I4 suspense is the open exceptions · I5 every bank transaction is posted once, every
notice settled at most once · I6 refunds are held, never more than was paid, and what is approved is owed · I8 every paid
notice has its ticket number, without gaps · I9 every change of state was said once on the bus.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text

from yimen.bus import View

_FIGURES: Final[Mapping[str, str]] = {
    "debit": "SELECT SUM(debit) FROM ledger_lines",
    "credit": "SELECT SUM(credit) FROM ledger_lines",
    "broken": """SELECT COUNT(*) FROM journals j WHERE j.legs <> (SELECT COUNT(*) FROM postings p WHERE p.journal_id = j.id)
        OR (SELECT SUM(debit - credit) FROM ledger_lines l WHERE l.journal_id = j.id) <> 0""",
    "bank": "SELECT SUM(debit - credit) FROM ledger_lines WHERE account = '1002'",
    "taken": """SELECT (SELECT COALESCE(SUM(amount), 0) FROM bank_payments WHERE amount > 0)
        - (SELECT COALESCE(SUM(amount), 0) FROM bank_payouts)""",
    "claims": "SELECT SUM(debit - credit) FROM ledger_lines WHERE account LIKE '1122.%'",
    "unpaid": "SELECT SUM(amount) FROM notices WHERE state IN ('issued', 'overdue')",
    "suspense": "SELECT SUM(credit - debit) FROM ledger_lines WHERE account = '2241'",
    "excepted": "SELECT SUM(amount) FROM exceptions WHERE state <> 'resolved'",
    "unposted": """SELECT COUNT(*) FROM bank_payments b WHERE b.amount > 0 AND b.amount <>
        (SELECT COALESCE(SUM(p.amount), 0) FROM journals j JOIN postings p ON p.journal_id = j.id
         WHERE j.kind = 'receive' AND j.source_ref = b.serial)""",
    "unheard": """SELECT COUNT(*) FROM journals j WHERE j.kind = 'receive' AND NOT EXISTS
        (SELECT 1 FROM bank_payments b WHERE b.serial = j.source_ref)""",
    "unordered": """SELECT COUNT(*) FROM bank_payouts b WHERE b.amount <>
        (SELECT COALESCE(SUM(p.amount), 0) FROM journals j JOIN postings p ON p.journal_id = j.id
         WHERE j.kind = 'pay_out' AND j.source_ref = b.serial)""",
    "refunds_due": "SELECT SUM(credit - debit) FROM ledger_lines WHERE account = '2242'",
    "owed": "SELECT SUM(amount) FROM refunds WHERE state IN ('approved', 'sent', 'failed')",
    "held_wrong": """SELECT COUNT(*) FROM notices n WHERE n.refund_held <>
        (SELECT COALESCE(SUM(r.amount), 0) FROM refunds r WHERE r.notice_number = n.number AND r.state <> 'refused')
        OR n.refund_held > n.amount OR n.refund_held > 0 AND n.bank_serial IS NULL""",
    "shared_wrong": """SELECT COUNT(*) FROM shares h WHERE h.refund_held > h.amount OR h.refund_held <>
        (SELECT COALESCE(SUM(s.amount), 0) FROM refund_shares s JOIN refunds r ON r.number = s.refund_number
         WHERE s.notice_number = h.notice_number AND s.list_id = h.list_id AND r.state <> 'refused')""",
    "settled_twice": """SELECT COUNT(*) FROM (SELECT notice_number FROM journals WHERE kind IN ('receive', 'resolve')
        AND notice_number IS NOT NULL GROUP BY notice_number HAVING COUNT(*) > 1) AS twice""",
    "paid": "SELECT COUNT(*) FROM notices WHERE bank_serial IS NOT NULL",
    "tickets": "SELECT COUNT(*) FROM tickets WHERE state = 'issued'",
    "gaps": """SELECT COUNT(*) FROM ticket_blocks b WHERE b.next - b.first <>
        (SELECT COUNT(*) FROM tickets t WHERE t.block_id = b.id AND t.number BETWEEN b.first AND b.next - 1)""",
    "notices_untold": """SELECT COUNT(*) FROM notices n LEFT JOIN outbox_sequence s ON s.subject = 'notice/' || n.number
        WHERE COALESCE(s.last, 0) <> 1
        + CASE WHEN n.overdue_at IS NULL THEN 0 ELSE 1 END + CASE WHEN n.paid_at IS NULL THEN 0 ELSE 1 END
        + CASE WHEN n.receipted_at IS NULL THEN 0 ELSE 1 END + CASE WHEN n.cleared_at IS NULL THEN 0 ELSE 1 END
        + CASE WHEN n.voided_at IS NULL THEN 0 ELSE 1 END + CASE WHEN n.remitted_at IS NULL THEN 0 ELSE 1 END
        + (SELECT COUNT(d.filed_at) + COUNT(d.answered_at) FROM disputes d WHERE d.notice_number = n.number)
        + (SELECT COALESCE(SUM(r.attempt + CASE WHEN r.approved_at IS NULL THEN 0 ELSE 1 END
            + CASE WHEN r.refused_at IS NULL THEN 0 ELSE 1 END + CASE WHEN r.refunded_at IS NULL THEN 0 ELSE 1 END
            + CASE WHEN r.failed_at IS NULL THEN 0 ELSE 1 END), 0) FROM refunds r WHERE r.notice_number = n.number)
        + (SELECT COUNT(*) + COUNT(CASE WHEN r.state IN ('granted', 'refused') THEN 1 END) FROM reliefs r
           WHERE r.notice_number = n.number)
        + 2 * (SELECT COUNT(*) FROM tickets t WHERE t.notice_number = n.number AND t.state = 'void')""",
    "exceptions_untold": """SELECT COUNT(*) FROM exceptions e
        LEFT JOIN outbox_sequence s ON s.subject = 'exception/' || e.id WHERE COALESCE(s.last, 0) <> 1
        + CASE WHEN e.overdue_at IS NULL THEN 0 ELSE 1 END + CASE WHEN e.resolved_at IS NULL THEN 0 ELSE 1 END
        + (SELECT COUNT(*) FROM refunds r WHERE r.exception_id = e.id AND r.refunded_at IS NOT NULL)""",
    "lists_untold": """SELECT COUNT(*) FROM lists l LEFT JOIN outbox_sequence s ON s.subject = 'list/' || l.list_id
        WHERE COALESCE(s.last, 0) <> CASE WHEN l.decided_at IS NULL THEN 0 ELSE 1 END
        + CASE WHEN l.settled_at IS NULL THEN 0 ELSE 1 END
        + CASE WHEN l.overruled_at IS NULL THEN 0 ELSE 1 END + l.delays
        + (SELECT COUNT(*) FROM refund_shares s JOIN refunds r ON r.number = s.refund_number
           JOIN notices n ON n.number = s.notice_number
           WHERE s.list_id = l.list_id AND r.state = 'refunded' AND n.kind = 'fees')""",
}

_EQUAL: Final = "equal"
_NONE: Final = "none"

# Number, what it says, which figures, and whether they equal one another or are all nought.
_RULES: Final = (
    ("I1", "借贷平衡", _EQUAL, ("debit", "credit")),
    ("I1", "分录完整", _NONE, ("broken",)),
    ("I2", "银行存款等于银行通知的收款减付款", _EQUAL, ("bank", "taken")),
    ("I3", "应收等于未缴通知书", _EQUAL, ("claims", "unpaid")),
    ("I4", "待查款等于未结异常", _EQUAL, ("suspense", "excepted")),
    ("I5", "银行流水各入账一次", _NONE, ("unposted", "unheard", "unordered", "settled_twice")),
    ("I6", "应退款等于已批未退", _EQUAL, ("refunds_due", "owed")),
    ("I6", "退款不超过已缴", _NONE, ("held_wrong", "shared_wrong")),
    ("I8", "已缴通知书各有一个票号", _EQUAL, ("paid", "tickets")),
    ("I8", "票号连续", _NONE, ("gaps",)),
    ("I9", "状态变化各有一个事件", _NONE, ("notices_untold", "lists_untold", "exceptions_untold")),
)


@dataclass(frozen=True, slots=True)
class Invariant:
    id: str
    title: str
    figures: dict[str, int]
    ok: bool


async def check(view: View[Any]) -> list[Invariant]:
    asked = ", ".join(f"COALESCE(({query}), 0) AS {name}" for name, query in _FIGURES.items())
    row = (await view.execute(text(f"SELECT {asked}"))).one()
    found = {name: int(value) for name, value in row._mapping.items()}
    return [_judge(number, title, how, names, found) for number, title, how, names in _RULES]


def _judge(number: str, title: str, how: str, names: tuple[str, ...], found: Mapping[str, int]) -> Invariant:
    figures = {name: found[name] for name in names}
    wanted = figures[names[0]] if how == _EQUAL else 0
    return Invariant(number, title, figures, all(value == wanted for value in figures.values()))
