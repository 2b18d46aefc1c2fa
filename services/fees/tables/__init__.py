"""What fees stores."""

from services.fees.tables.claims import disputes, refund_shares, refunds, reliefs, violations
from services.fees.tables.days import (
    days,
    differences,
    remittance_parts,
    remittances,
    statement_lines,
    statements,
    tallies,
)
from services.fees.tables.ledger import (
    accounts,
    bank_messages,
    bank_payments,
    bank_payouts,
    exceptions,
    journals,
    postings,
    returned_proposals,
)
from services.fees.tables.lists import cases, counters, items, list_lines, lists, standards
from services.fees.tables.metadata import metadata
from services.fees.tables.notices import notices, shares
from services.fees.tables.plans import calendar_plans
from services.fees.tables.tickets import ticket_blocks, tickets

__all__ = [
    "accounts",
    "bank_messages",
    "bank_payments",
    "bank_payouts",
    "calendar_plans",
    "cases",
    "counters",
    "days",
    "differences",
    "disputes",
    "exceptions",
    "items",
    "journals",
    "list_lines",
    "lists",
    "metadata",
    "notices",
    "postings",
    "refund_shares",
    "refunds",
    "reliefs",
    "remittance_parts",
    "remittances",
    "returned_proposals",
    "shares",
    "standards",
    "statement_lines",
    "statements",
    "tallies",
    "ticket_blocks",
    "tickets",
    "violations",
]
