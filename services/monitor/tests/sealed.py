"""A supervisor with a key, and hands that can do what somebody with the database's own powers could."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from joserfc.jwk import OKPKey
from sqlalchemy import insert, select

from services.monitor.app import build
from services.monitor.domain.chain import Entry, Head, canonical, link
from services.monitor.queries import journal_head, journal_page
from services.monitor.settings import MonitorSettings
from services.monitor.tables import journal
from services.monitor.tests.harness import change
from services.monitor.tests.samples import at
from yimen.bus import Message
from yimen.clock import FrozenClock
from yimen.contracts import monitor
from yimen.testing import Harness, start_service
from yimen.web import Role


def new_key(folder: Path, name: str = "journal.pem") -> Path:
    path = folder / name
    path.write_bytes(OKPKey.generate_key("Ed25519").as_pem(private=True))
    return path


@asynccontextmanager
async def sealing_supervisor(
    database_url: str, key: Path | None, now: datetime | None = None
) -> AsyncIterator[Harness]:
    settings = MonitorSettings(database_url=database_url, signing_key_file=key)
    async with start_service(build, settings, clock=FrozenClock(now or at(3, 2, 12))) as harness:
        yield harness


async def get(harness: Harness, path: str, status: int = 200, **headers: str) -> Any:
    answer = await harness.client.get(path, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def seal_now(harness: Harness) -> Any:
    """The newest seal, after one was asked for."""
    headers = harness.as_(Role.SUPERVISOR) | {"Idempotency-Key": uuid4().hex}
    answer = await harness.client.post("/journal/seals", headers=headers)
    assert answer.status_code == 202, answer.text
    await harness.fire_timers()
    return (await get(harness, "/journal/seals"))["items"][0]


async def head_of(harness: Harness) -> Head:
    async with harness.units.view() as view:
        return await journal_head(view)


async def entries_of(harness: Harness, after: int = 0, limit: int = 5000) -> list[Entry]:
    async with harness.units.view() as view:
        return list(await journal_page(view, after, limit))


async def verification(harness: Harness) -> Any:
    return await get(harness, "/journal/verification", **harness.as_(Role.SUPERVISOR))


async def hear_own_seals(harness: Harness) -> None:
    """What the supervisor said of seals comes back to it over the bus."""
    told = [(meta, event) for meta, event in await harness.emitted() if isinstance(event, monitor.RootSealed)]
    await harness.process([Message(event.routing_key, meta.to_headers(), event.to_body()) for meta, event in told])


async def fill(harness: Harness, count: int, like: Entry) -> None:
    """Many rows more, each a copy of one but for its subject: written as `append` writes them, and quicker."""
    head, rows = await head_of(harness), []
    for _row in range(count):
        meta = replace(like.meta, subject=f"case/more{head.position}", correlation_id=None)
        head = link(head, canonical(meta, like.body))
        rows.append(row_of(Entry(head.position, meta, like.body, head.hash)))
    async with harness.units.begin() as unit:
        await unit.execute(insert(journal), rows)


def row_of(entry: Entry) -> dict[str, Any]:
    meta = entry.meta
    return {
        "position": entry.position,
        "event_id": meta.id,
        "type": meta.type,
        "source": meta.source,
        "subject": meta.subject,
        "sequence": meta.sequence,
        "scope": meta.scope,
        "time": meta.time,
        "case_number": meta.correlation_id,
        "causation_id": meta.causation_id,
        "traceparent": meta.traceparent,
        "body": entry.body,
        "hash": entry.hash,
    }


async def disarm(harness: Harness, table: str = "journal") -> None:
    if harness.units.database.is_sqlite:
        for what in ("update", "delete"):
            await change(harness, f"DROP TRIGGER {table}_refuses_{what}")
    else:
        await change(harness, f"ALTER TABLE {table} DISABLE TRIGGER ALL")


async def rewrite(harness: Harness, position: int) -> None:
    """The row's words changed, and every hash after it made to fit: what the chain alone cannot show."""
    await disarm(harness)
    await change(harness, f"UPDATE journal SET body = body || ' ' WHERE position = {position}")
    async with harness.units.begin() as unit:
        query = select(journal.c.position, journal.c.hash).where(journal.c.position == position - 1)
        before = (await unit.execute(query)).first()
        head = Head(before.position, before.hash) if before else Head()
        for entry in await journal_page(unit, head.position, 5000):
            head = link(head, canonical(entry.meta, entry.body))
            wanted = journal.update().where(journal.c.position == entry.position)
            await unit.execute(wanted.values(hash=head.hash))
