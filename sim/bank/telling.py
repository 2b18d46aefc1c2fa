"""Telling fees what the bank did, again and again until it is acknowledged.

Guarantees: what is owed is told on the ladder of the large payment platforms, through restarts of either side; a call
is acknowledged by 200 or 204 within 5 s and by nothing else. Does not: remember what fees knows.
"""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from sim.bank import wire
from sim.bank.books import Books
from sim.bank.calls import Calls, Owed
from sim.bank.keys import KeyRing
from sim.bank.manners import LEADS_TO, Fault, Mischief
from yimen.clock import Clock

MINUTE, HOUR = 60, 3600
LADDER: Final = (
    *(15, 15, 30, 3 * MINUTE, 10 * MINUTE, 20 * MINUTE),
    *(30 * MINUTE, 30 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 3 * HOUR, 3 * HOUR, 6 * HOUR, 6 * HOUR),
)
"""Seconds after each call that was not acknowledged; 24 hours in all."""
ANSWER_WITHIN: Final = 5.0
LATE_SECONDS: Final = 26 * HOUR
OFTEN: Final = 50


class Telling:
    """`on` may be switched off: what is owed then waits."""

    def __init__(
        self,
        books: Books,
        ring: KeyRing,
        clock: Clock,
        mischief: Mischief,
        notify_url: str,
        *,
        seed: int,
        time_scale: float,
        transport: httpx.AsyncBaseTransport | None,
        wake: Callable[[], None],
    ) -> None:
        self.on = True
        self._books = books
        self._calls = Calls(books)
        self._ring = ring
        self._clock = clock
        self._mischief = mischief
        self._notify_url = notify_url
        self._seed = seed
        self._scale = time_scale
        self._client = httpx.AsyncClient(transport=transport, timeout=ANSWER_WITHIN, trust_env=False)
        self._wake = wake

    async def close(self) -> None:
        await self._client.aclose()

    def owe(self, event: str, subject: str, content: dict[str, Any], *names: str) -> None:
        """Within `books.writing()`. `names`: by which somebody may have asked for it to go wrong."""
        now, names = self._clock.now(), (subject, *names, event)
        if content["bank_serial"] is not None and self._strikes(Fault.MISSTATED, names, told=content["amount"] + 1):
            content = content | {"amount": content["amount"] + 1}
        copies = OFTEN if self._strikes(Fault.TOLD_OFTEN, names) else 1
        self._calls.owe(event, subject, content, self._due(now, names), copies=copies)
        if content["bank_serial"] is not None and self._strikes(
            Fault.CHANGED_AMOUNT, names, told=content["amount"] + 1
        ):
            self._calls.owe(event, subject, content | {"amount": content["amount"] + 1}, now, again=True)
        self._wake()

    def _due(self, now: datetime, names: tuple[str, ...]) -> datetime | None:
        if self._strikes(Fault.NEVER_TOLD, names):
            return None
        late = self._strikes(Fault.TOLD_LATE, names)
        return now + timedelta(seconds=LATE_SECONDS * self._scale) if late else now

    def _strikes(self, fault: Fault, names: tuple[str, ...], **detail: Any) -> bool:
        if not self._mischief.strikes(fault, *names):
            return False
        facts = {"subject": names[0], "names": names, "difference": LEADS_TO.get(fault), **detail}
        self._books.note(self._clock.now(), "fault", fault=fault, **facts)
        return True

    async def round(self) -> int:
        """The calls that are due; returns how many were made."""
        if not self.on:
            return 0
        owed = self._calls.owed(self._clock.now())
        for one in owed:
            await self._tell(one)
        return len(owed)

    async def _tell(self, owed: Owed) -> None:
        names = (owed.subject, *_names_in(owed.content), owed.event)
        nth = owed.id * 100 + owed.attempt
        dice = random.Random(f"{self._seed}:{owed.subject}:{owed.id}:{owed.attempt}")
        made = [self._made(dice.choice(self._ring.serials), owed) for _ in range(owed.copies)]
        if self._mischief.strikes(Fault.PROBED, *names, nth=nth):
            await self._again("probed", owed, wire.spoiled(made[0]))
        answers = await asyncio.gather(*map(self._post, made))
        if self._mischief.strikes(Fault.REPLAYED, *names, nth=nth):
            await self._again("replayed", owed, made[0])
        self._record(owed, answers, names)

    def _made(self, signer: str, owed: Owed) -> wire.Call:
        return wire.call(self._ring, signer, self._clock.now(), owed.content, owed.event)

    async def _again(self, what: str, owed: Owed, call: wire.Call) -> None:
        answer = await self._post(call)
        with self._books.writing():
            self._books.note(self._clock.now(), what, serial=owed.subject, event=owed.event, answer=answer)

    def _record(self, owed: Owed, answers: list[int | None], names: tuple[str, ...]) -> None:
        now = self._clock.now()
        with self._books.writing():
            for answer in answers:
                detail = {"serial": owed.subject, "event": owed.event, "amount": owed.content["amount"]}
                self._books.note(now, "told", attempt=owed.attempt + 1, answer=answer, **detail)
            if any(answer in (200, 204) for answer in answers):
                self._calls.acknowledged(owed.id, now)
                if owed.first and self._strikes(Fault.TOLD_TWICE, names):
                    self._calls.owe(owed.event, owed.subject, owed.content, now, again=True)
            else:
                self._calls.postpone(owed.id, self._next(now, owed.attempt))

    def _next(self, now: datetime, attempt: int) -> datetime | None:
        return now + timedelta(seconds=LADDER[attempt] * self._scale) if attempt < len(LADDER) else None

    async def _post(self, made: wire.Call) -> int | None:
        """The status of the answer; None where there was none in time."""
        try:
            answer = await self._client.post(self._notify_url, content=made.body, headers=made.headers)
        except httpx.TransportError:
            return None
        return answer.status_code


def _names_in(content: dict[str, Any]) -> tuple[str, ...]:
    names = ("payment_code", "refund_number", "remittance_number")
    return tuple(content[name] for name in names if name in content)
