"""The publishing side, seen from its outbox."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import func, select

from tests.support.ledger import Ledger, withdrawn
from yimen.bus import Units
from yimen.bus.relay import Relay


async def emit(ledger: Ledger, *cases: str) -> None:
    """One commit, one event for each case named."""
    async with ledger.units.begin() as unit:
        for case in cases:
            unit.emit(withdrawn(case))


async def waiting(units: Units[Any]) -> int:
    """How many events the outbox holds."""
    async with units.database.read() as conn:
        return await conn.scalar(select(func.count()).select_from(units.metadata.tables["outbox"])) or 0


def left(units: Units[Any], count: int) -> Callable[[], Awaitable[bool]]:
    """Whether exactly so many wait."""

    async def asked() -> bool:
        return await waiting(units) == count

    return asked


def leads(*relays: Relay) -> Callable[[], Awaitable[bool]]:
    """Whether one of them leads, and has the carrier."""

    async def asked() -> bool:
        return any(relay.leads and relay.connected for relay in relays)

    return asked
