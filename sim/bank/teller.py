"""The bank at work: takes orders and money, and tells fees of it, again and again until it is acknowledged.

Guarantees: money taken is told, on the ladder of the large payment platforms, through restarts of either side; the same
seed brings the same manners (told twice, probed with a wrong signature). Does not: remember what fees knows.
"""

import asyncio
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from sim.bank import wire
from sim.bank.books import Books, Owed
from sim.bank.keys import KeyRing
from yimen.clock import Clock
from yimen.worktime import local_date

MINUTE, HOUR = 60, 3600
LADDER: Final = (
    *(15, 15, 30, 3 * MINUTE, 10 * MINUTE, 20 * MINUTE),
    *(30 * MINUTE, 30 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 3 * HOUR, 3 * HOUR, 6 * HOUR, 6 * HOUR),
)
"""Seconds after each call that was not acknowledged; 24 hours in all."""
ANSWER_WITHIN: Final = 5.0
_IDLE_SECONDS: Final = 0.2


class Refused(Exception):
    """In words for the one who asked."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class Manners:
    """How the bank misbehaves, as shares of its calls."""

    told_twice: float = 0.0
    probed: float = 0.0


class Bank:
    """`folder`: its keys and books. `account`: the fiscal account that it keeps. `time_scale` 0.01: a faster ladder."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        notify_url: str,
        *,
        account: str = "3607000000001002",
        seed: int = 0,
        time_scale: float = 1.0,
        manners: Manners = Manners(),
        transport: httpx.AsyncBaseTransport | None = None,
        ring: KeyRing | None = None,
    ) -> None:
        self.books = Books(folder / "bank.sqlite3")
        self.ring = ring or KeyRing(folder)
        self.clock = clock
        self._notify_url = notify_url
        self.account = account
        self._seed = seed
        self._scale = time_scale
        self._manners = manners
        self._client = httpx.AsyncClient(transport=transport, timeout=ANSWER_WITHIN, trust_env=False)
        self._wake = asyncio.Event()

    # -- orders and money -----------------------------------------------------------------------------------------------

    def place(self, order: dict[str, Any]) -> bool:
        """Idempotent by order number. False: it stood already. Raises `Refused` for another order under a known name."""
        known = self.books.order_numbered(order["order_number"])
        if known is None and self.books.order(order["payment_code"]) is None:
            with self.books.writing():
                self.books.place(order, self.clock.now())
                self.books.note(self.clock.now(), "order_placed", **order)
            return True
        if known is None or any(known[name] != value for name, value in order.items()):
            raise Refused(409, "该订单号或缴款码已有内容不同的订单。")
        return False

    def pay(self, payment_code: str, method: str) -> dict[str, Any]:
        """What a payer does: in full, once, for an order that the bank knows."""
        order = self.books.order(payment_code)
        if order is None:
            raise Refused(404, "没有这个缴款码，请对照缴款通知书核对。")
        if order["paid_by"] is not None:
            raise Refused(409, "该缴款码已经缴款，请勿重复缴纳。")
        return self.take(payment_code, order["amount"], method)

    def take(
        self, payment_code: str, amount: int, method: str = "counter", account: str | None = None
    ) -> dict[str, Any]:
        """Money over the counter, whatever for: any code, any amount."""
        now = self.clock.now()
        with self.books.writing():
            number = self.books.next_number()
            serial = f"S{self._seed:04}{local_date(now):%Y%m%d}{number:08}"
            payment = {"serial": serial, "payment_code": payment_code, "amount": amount, "method": method}
            payment |= {"account": account or self.account, "paid_at": now.isoformat()}
            self.books.take(number, payment)
            self.books.owe_call(serial, now)
            self.books.note(now, "money_taken", **payment)
        self._wake.set()
        return payment

    # -- calls ----------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Tells what is owed, until cancelled; begins with what was owed before the last crash."""
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
        await self._client.aclose()
        self.books.close()

    async def tell(self) -> int:
        """One round of the calls that are due; returns how many were made."""
        owed = self.books.owed(self.clock.now())
        for one in owed:
            await self._tell(one)
        return len(owed)

    async def _tell(self, owed: Owed) -> None:
        serial = owed.payment["serial"]
        dice = random.Random(f"{self._seed}:{serial}:{owed.id}:{owed.attempt}")
        signer = dice.choice(self.ring.serials)
        good = wire.call(self.ring, signer, self.clock.now(), self.said(owed.payment))
        if dice.random() < self._manners.probed:
            answer = await self._post(wire.spoiled(good))
            with self.books.writing():
                self.books.note(self.clock.now(), "probed", serial=serial, answer=answer)
        answer = await self._post(good)
        twice = owed.first and dice.random() < self._manners.told_twice
        self._record(owed, answer, twice=twice)

    def _record(self, owed: Owed, answer: int | None, *, twice: bool) -> None:
        now, serial = self.clock.now(), owed.payment["serial"]
        with self.books.writing():
            self.books.note(now, "told", serial=serial, attempt=owed.attempt + 1, answer=answer)
            if answer in (200, 204):
                self.books.acknowledged(owed.id, now)
                if twice:
                    self.books.owe_call(serial, now)
            else:
                self.books.postpone(owed.id, self._next(now, owed.attempt))

    def _next(self, now: datetime, attempt: int) -> datetime | None:
        return now + timedelta(seconds=LADDER[attempt] * self._scale) if attempt < len(LADDER) else None

    async def _post(self, made: wire.Call) -> int | None:
        """The status of the answer; None where there was none in time."""
        try:
            answer = await self._client.post(self._notify_url, content=made.body, headers=made.headers)
        except httpx.TransportError:
            return None
        return answer.status_code

    def said(self, payment: dict[str, Any]) -> dict[str, Any]:
        order = self.books.order(payment["payment_code"])
        return {
            "bank_serial": payment["serial"],
            "order_number": order["order_number"] if order else None,
            "payment_code": payment["payment_code"],
            "amount": payment["amount"],
            "currency": "CNY",
            "account": payment["account"],
            "method": payment["method"],
            "paid_at": payment["paid_at"],
        }
