"""The service and the bank of one soak, and the wire between them. The power may fail, and all that is on disk goes on."""

import asyncio
import json
import random
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from services.fees.app import build
from services.fees.settings import FeesSettings
from services.fees.tests import samples
from services.fees.tests.conftest import hall_key
from services.fees.tests.soak.mains import Mains, PowerCut
from sim.bank import Bank, Books, KeyRing, bank_app
from yimen.bus.carrier import Message
from yimen.bus.local import LocalCarrier
from yimen.clock import FrozenClock
from yimen.contracts import Event, Meta
from yimen.service import Parts, Service
from yimen.web import Role
from yimen.web.testing import TestIssuer

BLOCK = 400
"""Ticket numbers in a block: few enough that they run out."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Wire(httpx.AsyncBaseTransport):
    """On which the bank tells: what dies before it answers has not answered."""

    def __init__(self, hall: "Hall") -> None:
        self._hall = hall
        self.messages = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.messages += 1
        headers = {name.decode(): value.decode() for name, value in request.headers.raw}
        answer = await self._hall.ask(request.method, request.url.raw_path.decode(), headers, await request.aread())
        if answer is None:
            raise httpx.ReadError("the line went dead")
        if answer.status >= 500:
            self._hall.errors.append(f"the bank was answered {answer.status}: {answer.body[:400]!r}")
        return httpx.Response(answer.status, content=answer.body)


class Hall:
    """`rows` reads past the service; everything else goes through its doors."""

    def __init__(self, folder: Path, database: Path, mains: Mains, seed: int) -> None:
        self.clock = FrozenClock(samples.MONDAY)
        self.mains = mains
        self.errors: list[str] = []
        self.busy = False  # several act at once
        self.restarts = 0
        self.issuer = TestIssuer()
        self.wire = Wire(self)
        self.ring = KeyRing(folder / "ring", bits=1024)
        self.bank = Bank(
            folder / "bank",
            self.clock,
            "http://hall.test/bank/messages",
            transport=self.wire,
            ring=self.ring,
            seed=seed % 10_000,
            books=Books(folder / "bank.sqlite3", durable=False),
            hall_key=hall_key()[1],
        )
        self._bank_app = httpx.ASGITransport(app=bank_app(self.bank))
        key = folder / "hall.pem"
        key.write_bytes(hall_key()[0])
        self._settings = FeesSettings(
            database_url=f"sqlite+aiosqlite:///{database}",
            bank_url="http://bank.test",
            bank_keys_file=self.ring.public_file,
            bank_message_key=self.ring.message_key.hex(),
            bank_signing_key_file=key,
            ticket_last=BLOCK,
            relief_limit_fen=20_000,
        )
        self._reader = sqlite3.connect(database, isolation_level=None)
        self._reader.row_factory = sqlite3.Row
        self._headers: dict[tuple[Any, ...], dict[str, str]] = {}
        self._sequences: Counter[tuple[str, str]] = Counter()
        self.service: Service[Any]

    # -- its life ---------------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        parts = Parts(carrier=LocalCarrier(), clock=self.clock, verifier=self.issuer.verifier)
        self.service = build(parts, self._settings, bank=self._bank_app)
        await self.service.begin()

    async def restart(self) -> None:
        """A new process on the database of the dead one."""
        await self.service.stop()
        self.mains.restore()
        self.restarts += 1
        await self.open()

    async def close(self) -> None:
        await self.service.stop()
        await self.bank.close()
        self._reader.close()

    # -- asked ------------------------------------------------------------------------------------------------------------

    async def ask(self, method: str, target: str, headers: dict[str, str], body: bytes = b"") -> Answer | None:
        """One request, without a client's furniture. None: the power failed before it was answered."""
        url = urlsplit(target)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": url.path,
            "raw_path": url.path.encode(),
            "query_string": url.query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("hall.test", 80),
        }
        status, parts, given = 0, list[bytes](), False

        async def receive() -> dict[str, Any]:
            nonlocal given
            if given:
                await asyncio.Event().wait()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                parts.append(message.get("body", b""))

        try:
            await self.service.app(scope, receive, send)
        except BaseException:
            if not self.mains.dead:
                raise
        return None if self.mains.dead else Answer(status, b"".join(parts))

    async def act(
        self,
        method: str,
        path: str,
        role: Role | None = None,
        person: str = "",
        body: Any = None,
        *,
        version: int | None = None,
        key: str | None = None,
        departments: Sequence[str] = (),
        headers: dict[str, str] | None = None,
    ) -> Answer | None:
        """`version`: what whoever acts has seen. `key`: of the idempotency of what is created."""
        sent = dict(headers or {}) | (self._who(role, person, tuple(departments)) if role else {})
        if version is not None:
            sent["If-Match"] = f'"{version}"'
        if key is not None:
            sent["Idempotency-Key"] = key
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        if raw and "Content-Type" not in sent:
            sent["Content-Type"] = "application/json"
        sent["Content-Length"] = str(len(raw))
        answer = await self.ask(method, path, sent, raw)
        if answer is not None and answer.status >= 500:
            self.errors.append(f"{method} {path} was answered {answer.status}: {answer.body[:400]!r}")
        return answer

    def _who(self, role: Role, person: str, departments: tuple[str, ...]) -> dict[str, str]:
        known = (role, person, departments)
        if known not in self._headers:
            self._headers[known] = self.issuer.headers(role, departments=list(departments), id=person, name=person)
        return self._headers[known]

    # -- told by the bus --------------------------------------------------------------------------------------------------

    def message(self, event: Event, source: str) -> Message:
        """With the next sequence of its subject, in whatever order it will be brought."""
        self._sequences[source, event.subject] += 1
        meta = Meta(
            id=uuid4(),
            type=event.type,
            source=source,
            subject=event.subject,
            sequence=self._sequences[source, event.subject],
            scope=event.scope,
            time=self.clock.now(),
            correlation_id=event.correlation_id,
        )
        return Message(event.routing_key, meta.to_headers(), event.to_body())

    # -- its own work -----------------------------------------------------------------------------------------------------

    async def ring_timers(self) -> int:
        return await self.service.timers.run_due()

    async def send(self) -> int:
        """What waits for the bank and is due."""
        try:
            return await self.service.senders.run_due()
        finally:
            await asyncio.gather(*self.service.senders._in_hand.values(), return_exceptions=True)

    # -- looked into ------------------------------------------------------------------------------------------------------

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        return self._reader.execute(query, values).fetchall()

    def one(self, query: str, *values: Any) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self._reader.execute(query, values).fetchone()
        return found

    def value(self, query: str, *values: Any) -> Any:
        return self._reader.execute(query, values).fetchone()[0]

    def some(self, dice: random.Random, query: str, *values: Any) -> sqlite3.Row | None:
        """One of what the query finds; of a long table ask for a piece of it."""
        found = self.rows(query, *values)
        return dice.choice(found) if found else None


__all__ = ["BLOCK", "Answer", "Hall", "PowerCut", "Wire"]
