"""The bank, played (代收银行), with its own books: `bank_app(Bank(folder, clock, notify_url))`.

Guarantees: it and fees share no code but clock and money formats, so that their books agree only if both are right.
"""

from sim.bank.app import bank_app
from sim.bank.keys import KeyRing
from sim.bank.teller import Bank, Manners, Refused

__all__ = ["Bank", "KeyRing", "Manners", "Refused", "bank_app"]
