"""The bank in one piece: takes orders and money, pays out, tells fees of all of it, and gives out its daily files.

Guarantees: the same seed and the same requests bring the same bank, serials and faults; time comes from the clock handed in.
Everything that HTTP offers can be done here in-process. Does not: share anything with fees but clock and money formats.
"""

import asyncio
import hashlib
import random
import secrets
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any, Final

import httpx

from sim.bank import wire
from sim.bank.books import Books
from sim.bank.files import CONTENT_TYPES, Files
from sim.bank.keys import KeyRing
from sim.bank.ledger import Ledger
from sim.bank.manners import GOOD, Fault, Manners, Mischief
from sim.bank.orders import Orders
from sim.bank.refunds import Outgoing
from sim.bank.telling import Telling
from yimen.clock import Clock

ACCOUNT: Final = "3607000000001002"
CUT_OFF: Final = time(17)
_IDLE_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True)
class SignedFile:
    """As a reader gets it; the four Bank-* headers are its detached signature."""

    body: bytes
    headers: dict[str, str]


class Bank:
    """`folder`: its keys and books. `account`: the fiscal account that it keeps. `time_scale` 0.01: a faster ladder.

    `hall_key`: the public key (PEM) that requests must be signed with; without one nobody is asked. `late_seconds`: how
    long an answer takes that comes too late; 0: the caller, in this process, sees a timeout without having to wait."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        notify_url: str,
        *,
        account: str = ACCOUNT,
        seed: int = 0,
        time_scale: float = 1.0,
        manners: Manners = GOOD,
        transport: httpx.AsyncBaseTransport | None = None,
        ring: KeyRing | None = None,
        books: Books | None = None,
        hall_key: bytes | None = None,
        cut_off: time = CUT_OFF,
        name: str = "代收银行",
        late_seconds: float = 0.0,
    ) -> None:
        self.books = books or Books(folder / "bank.sqlite3")
        self.ring = ring or KeyRing(folder)
        self.clock = clock
        self.account = account
        self.hall_key = hall_key
        self.late_seconds = late_seconds
        self.mischief = Mischief(seed, manners)
        self._dice = random.Random(f"{seed}:signers")
        self._wake = asyncio.Event()
        self.ledger = Ledger(self.books, cut_off)
        self.telling = Telling(
            self.books,
            self.ring,
            clock,
            self.mischief,
            notify_url,
            seed=seed,
            time_scale=time_scale,
            transport=transport,
            wake=self._wake.set,
        )
        self.orders = Orders(self.books, self.ledger, self.telling, clock, account, seed)
        self.outgoing = Outgoing(self.books, self.ledger, self.telling, self.mischief, clock, seed)
        self.files = Files(self.books, self.ledger, self.mischief, clock, bank=name, account=account, seed=seed)

    # -- orders and money in --------------------------------------------------------------------------------------------

    def place(self, order: dict[str, Any]) -> bool:
        """False: it was known already. Raises `Refused` for another order under a known name."""
        return self.orders.place(order)

    def pay(self, payment_code: str, method: str, amount: int | None = None) -> dict[str, Any]:
        """What a payer does: in full, once, for an open order that the bank knows. Raises `Refused`."""
        return self.orders.pay(payment_code, method, amount)

    def take(
        self, payment_code: str, amount: int, method: str = "counter", account: str | None = None
    ) -> dict[str, Any]:
        """Money over the counter, whatever for: any code, any amount."""
        return self.orders.take(payment_code, amount, method, account)

    def said(self, payment: dict[str, Any]) -> dict[str, Any]:
        return self.orders.said(payment)

    # -- money out ------------------------------------------------------------------------------------------------------

    def refund(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Accepted, to be done by the next round. Raises `Refused`."""
        answer = self.outgoing.refund(asked)
        self._wake.set()
        return answer

    def remit(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Accepted, to be done by the next round. Raises `Refused`."""
        answer = self.outgoing.remit(asked)
        self._wake.set()
        return answer

    def settle(self) -> int:
        """All accepted refunds and remittances go out, or fail; `tell` does it too."""
        return self.outgoing.settle()

    # -- days -----------------------------------------------------------------------------------------------------------

    def balance(self, account: str | None = None) -> int:
        """In 分, now."""
        return self.ledger.balance(account or self.account)

    def today(self) -> date:
        """The day on which money that moves now is booked."""
        return self.ledger.today(self.clock.now())

    def close_day(self, day: date, fault: Fault | None = None, serial: str | None = None) -> int:
        """Ends the day now; the version of its file. `fault`: that its file shall have, on the line `serial`."""
        return self.files.close(day, fault, serial)

    def correct(self, day: date, fault: Fault | None = None, serial: str | None = None) -> int:
        """Another version of a file that was given out, from the books; or with another fault."""
        return self.files.correct(day, fault, serial)

    def statement(self, day: date, form: str = "csv", version: int | None = None) -> SignedFile:
        """Raises `Refused` (404) while the day has not ended."""
        body, headers = self.unsigned_statement(day, form, version)
        return SignedFile(body, headers | self.signature(body))

    def unsigned_statement(self, day: date, form: str, version: int | None = None) -> tuple[bytes, dict[str, str]]:
        body, found = self.files.find(day, form, version)
        digest = hashlib.sha256(body).hexdigest()
        return body, {
            "Content-Type": CONTENT_TYPES[form],
            "Statement-Sha256": digest,
            "Statement-Version": str(found),
        }

    # -- its word -------------------------------------------------------------------------------------------------------

    def signature(self, body: bytes) -> dict[str, str]:
        """The headers that make `body` the bank's word, with either of its keys."""
        signer = self._dice.choice(self.ring.serials)
        return wire.signature(self.ring, signer, self.clock.now(), secrets.token_hex(16), body)

    def rotate_keys(self) -> str:
        """The new serial; the older of the two that were active is retired."""
        retired, serial = self.ring.serials[0], self.ring.rotate()
        with self.books.writing():
            self.books.note(self.clock.now(), "keys_rotated", new=serial, retired=retired)
        return serial

    def arm(self, fault: Fault | str, name: str | None = None, times: int = 1) -> None:
        """The next chance for this fault that bears `name` (a serial, code, number, day, event, operation) is taken."""
        self.mischief.arm(Fault(fault), name, times)

    # -- its work -------------------------------------------------------------------------------------------------------

    async def tell(self) -> int:
        """One round: what was accepted goes out, and the calls that are due are made; returns how many calls."""
        self.settle()
        return await self.telling.round()

    async def run(self) -> None:
        """Round after round until cancelled; begins with what was owed before the last crash."""
        while True:
            self._wake.clear()
            if await self.tell():
                continue
            try:
                async with asyncio.timeout(_IDLE_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def close(self) -> None:
        await self.telling.close()
        self.books.close()
