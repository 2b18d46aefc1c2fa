"""The bank, played (代收银行), with its own books: `bank_app(Bank(folder, clock, notify_url))`, or `python -m sim.bank`.

Guarantees: it and fees share no code but clock and money formats, so that their books agree only if both are right.
"""

from sim.bank.app import bank_app
from sim.bank.books import Books
from sim.bank.control import control_app
from sim.bank.errors import Refused
from sim.bank.keys import KeyRing
from sim.bank.manners import Fault, Manners
from sim.bank.teller import Bank, SignedFile

__all__ = ["Bank", "Books", "Fault", "KeyRing", "Manners", "Refused", "SignedFile", "bank_app", "control_app"]
