"""The invariants' figures as one view: whoever can read the database reads them as the service does.

A later migration that makes one of these tables anew on SQLite drops the view first and makes it again.
"""

from collections.abc import Mapping
from typing import Final

from alembic import op

revision = "0010"
down_revision = "0009"

# Under its own serial, or under another that the file has for it.
IN_A_FILE: Final = """EXISTS (SELECT 1 FROM statement_lines l JOIN days d ON d.statement_id = l.statement_id
            WHERE l.bank_serial = b.serial)
        OR EXISTS (SELECT 1 FROM differences a
            WHERE a.our_serial = b.serial AND a.kind = 'status' AND a.state = 'resolved')"""

FIGURES: Final[Mapping[str, str]] = {
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
    "closing": """SELECT s.closing - (SELECT f.opening FROM days e JOIN statements f ON f.id = e.statement_id
            ORDER BY e.day LIMIT 1)
        FROM days d JOIN statements s ON s.id = d.statement_id ORDER BY d.day DESC LIMIT 1""",
    "covered": f"""SELECT
        (SELECT COALESCE(SUM(b.amount), 0) FROM bank_payments b WHERE b.amount > 0 AND ({IN_A_FILE}))
        - (SELECT COALESCE(SUM(b.amount), 0) FROM bank_payouts b WHERE {IN_A_FILE})""",  # noqa: S608 - our own words
    "disputed": """SELECT COUNT(*) FROM differences
        WHERE state <> 'healed' AND (state <> 'resolved' OR closed_by IS NOT NULL)""",
    "to_remit": """SELECT SUM(debit - credit) FROM ledger_lines WHERE account IN ('1002', '2241', '2242')""",
    "on_its_way": "SELECT SUM(amount) FROM remittances WHERE state = 'ordered'",
    "unremitted": """SELECT
        (SELECT COALESCE(SUM(p.amount), 0) FROM journals j JOIN postings p ON p.journal_id = j.id
         WHERE j.kind IN ('receive', 'resolve') AND p.credit LIKE '1122.%'
         AND NOT EXISTS (SELECT 1 FROM remittance_parts r WHERE r.journal_id = j.id))
        - (SELECT COALESCE(SUM(p.amount), 0) FROM journals j JOIN postings p ON p.journal_id = j.id
         WHERE j.kind = 'refund_approved'
         AND NOT EXISTS (SELECT 1 FROM remittance_parts r WHERE r.journal_id = j.id))""",
    "days_tallied": "SELECT COUNT(*) FROM tallies",
    "tallies_wrong": """SELECT COUNT(*) FROM tallies t
        WHERE t.paid_count <> (SELECT COUNT(*) FROM notices n WHERE n.paid_on = t.day)
        OR t.paid_sum <> (SELECT COALESCE(SUM(n.amount), 0) FROM notices n WHERE n.paid_on = t.day)
        OR t.refund_count <> (SELECT COUNT(*) FROM refunds r WHERE r.refunded_on = t.day AND r.notice_number IS NOT NULL
            AND r.cause <> 'suspense')
        OR t.refund_sum <> (SELECT COALESCE(SUM(r.amount), 0) FROM refunds r WHERE r.refunded_on = t.day
            AND r.notice_number IS NOT NULL AND r.cause <> 'suspense')""",
}


def upgrade() -> None:
    figures = ", ".join(f"COALESCE(({query}), 0) AS {name}" for name, query in FIGURES.items())
    op.execute(f"CREATE VIEW book_figures AS SELECT {figures}")


def downgrade() -> None:
    op.execute("DROP VIEW book_figures")
