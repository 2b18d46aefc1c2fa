"""Giving money back (退款, R59): asked for, verified, approved, sent to the bank, and given back when the bank says so.

Guarantees: what is asked back is held on the notice and its lists in the transaction that asks, under the notice's lock, so
that refunds never exceed what was paid (I6). What is refused is let go. What failed stays held and owed (2242): the payer is
still to have it, and it is sent again. Lock order: plans, case, notice, refund, the bank's transaction, journal.

    asking       a refund begins: ask, find, of_exception
    deciding     verify, approve, refuse, send_again
    paying_back  what is between the bank and us: expected, paid_out, failed, accepted
    limits       until when each step is to be done, and what happens when it is not
"""

from services.fees.refunding.asking import ask, find, of_exception
from services.fees.refunding.deciding import approve, refuse, send_again, verify
from services.fees.refunding.paying_back import BANK_REFUND, accepted, expected, failed, is_unheard, paid_out

__all__ = [
    "BANK_REFUND",
    "accepted",
    "approve",
    "ask",
    "expected",
    "failed",
    "find",
    "is_unheard",
    "of_exception",
    "paid_out",
    "refuse",
    "send_again",
    "verify",
]
