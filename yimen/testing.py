"""A service in a test's hands: its real inbox, timers, senders and HTTP application, on a real database, a clock to move.

Nothing runs by itself here: a test delivers events, fires timers and works senders when it wants them. Ships with the kit,
so that a department that writes its own window can test it the same way.
"""

import os
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import select

from yimen.bus.carrier import Message
from yimen.bus.local import LocalCarrier
from yimen.clock import FrozenClock
from yimen.contracts import Event, Meta, read_event
from yimen.keys import Keys, new_key
from yimen.service import Parts, Service
from yimen.settings import ServiceSettings
from yimen.web.identity import Role
from yimen.web.testing import TestIssuer

TEST_KEYS = Keys.told(os.environ.get("YIMEN_DATA_KEYS") or new_key())
MONDAY_NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai, a working day


class Harness:
    """One service instance under test."""

    def __init__(self, service: Service[Any], issuer: TestIssuer, clock: FrozenClock) -> None:
        self.service = service
        self.issuer = issuer
        self.clock = clock
        self.units = service.units
        self._sequences: Counter[tuple[str, str]] = Counter()
        transport = httpx.ASGITransport(app=service.app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://hall.test")

    def as_(self, *roles: Role, departments: Sequence[str] = (), id: str = "u1", name: str = "") -> dict[str, str]:
        """Headers of somebody with these roles."""
        return self.issuer.headers(*roles, departments=list(departments), id=id, name=name)

    def message(self, event: Event, source: str, time: datetime | None = None) -> Message:
        """The event as the bus would bring it, with the next sequence of its subject."""
        self._sequences[source, event.subject] += 1
        sequence = self._sequences[source, event.subject]
        meta = Meta.of(event, source, sequence, id=uuid4(), time=time or self.clock.now())
        return Message(event.routing_key, meta.to_headers(), event.to_body())

    async def deliver(self, *events: Event, source: str, time: datetime | None = None) -> None:
        """Through the real inbox, in this order, each in a batch of its own."""
        for event in events:
            await self.service.inbox.process([self.message(event, source, time)])

    async def process(self, messages: Sequence[Message]) -> None:
        """A batch as the carrier brought it; for shuffled, doubled and gapped streams."""
        await self.service.inbox.process(messages)

    async def emitted(self) -> list[tuple[Meta, Event]]:
        """Everything that waits in the outbox, in order (nothing carries it away here)."""
        outbox = self.units.metadata.tables["outbox"]
        async with self.units.view() as view:
            rows = (await view.execute(select(outbox).order_by(outbox.c.seq))).all()
        metas = [Meta.from_headers(row.headers) for row in rows]
        return [(meta, read_event(meta.type, row.body)) for meta, row in zip(metas, rows, strict=True)]

    async def events(self, *kinds: type[Event]) -> list[Any]:
        """The emitted events of these types."""
        return [event for _meta, event in await self.emitted() if not kinds or isinstance(event, kinds)]

    async def parked(self) -> list[Any]:
        async with self.units.view() as view:
            return await self.service.inbox.store.parked(view)

    async def fire_timers(self) -> int:
        """What is due now: timers, and the rounds of the service's own workers."""
        return await self.service.run_due()

    async def run_senders(self) -> int:
        return await self.service.senders.run_due()


@asynccontextmanager
async def start_service(
    build: Callable[[Parts, Any], Service[Any]],
    settings: ServiceSettings,
    *,
    clock: FrozenClock | None = None,
    keys: Keys = TEST_KEYS,
) -> AsyncIterator[Harness]:
    """Migrates, runs `on_start`, starts no loop."""
    clock = clock or FrozenClock(MONDAY_NINE)
    issuer = TestIssuer()
    service = build(Parts(LocalCarrier(), clock, issuer.verifier, keys=keys), settings)
    harness = Harness(service, issuer, clock)
    try:
        await service.begin()
        yield harness
    finally:
        await harness.client.aclose()
        await service.stop()
