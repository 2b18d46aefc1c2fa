"""Sealing, proofs and verification of a long journal, filled straight into the table as `append` would have written it."""

import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import asyncpg
from sqlalchemy import make_url

from bench.report import Figure, Wanted
from bench.rig import Rig
from deploy.outside import journal_key_in
from services.monitor import auditing, queries, sealing, tree
from services.monitor.app import blueprint
from services.monitor.context import Context
from services.monitor.domain.chain import Head, canonical, link
from services.monitor.settings import MonitorSettings
from services.monitor.tables import journal, metadata
from yimen.bus import Units
from yimen.clock import SystemClock
from yimen.contracts import Meta, monitor
from yimen.contracts.notify import MessageSent
from yimen.db import Database
from yimen.merkle import leaf_hash, verify_consistency, verify_inclusion
from yimen.migrating import upgrade

PROOFS: Final = 200
COPIED_AT_ONCE: Final = 20_000
START: Final = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
Row = tuple[Any, ...]


async def measure(rig: Rig, quick: bool) -> list[Figure]:
    size = 20_000 if quick else 1_000_000
    with rig.database() as database_url, tempfile.TemporaryDirectory() as folder:
        settings = MonitorSettings(database_url=database_url, signing_key_file=journal_key_in(Path(folder)))
        database = Database(database_url)
        try:
            await upgrade(database, blueprint.migrations)
            units = Units(database, SystemClock(), Context.of(settings), metadata, "/monitor")
            return await _measure(units, database_url, size)
        finally:
            await database.close()


async def _measure(units: Units[Context], database_url: str, size: int) -> list[Figure]:
    rows = _rows(Head())
    first = size * 9 // 10
    await _copy(database_url, islice(rows, first))
    former, _seconds = await _seal(units)
    await _copy(database_url, islice(rows, size - first))
    began = time.perf_counter()
    latter, longest = await _seal(units)
    sealing_took = time.perf_counter() - began
    inclusions = [await _include(units, latter) for _proof in range(PROOFS)]
    consistencies = [await _go_on(units, former, latter) for _proof in range(PROOFS // 4)]
    began = time.perf_counter()
    async with units.view() as view:
        verdict = await auditing.verify_journal(view)
    assert not verdict.faults, verdict.faults
    verified = size / (time.perf_counter() - began)
    return [
        Figure(
            f"journal: sealing the last tenth of {size:,}", [(size - first) / sealing_took], None, "events/s", Wanted()
        ),
        Figure(f"journal: longest portion of sealing, {size:,}", [longest * 1000], None, "ms", Wanted(most=1000)),
        Figure(f"journal: proof that an event is in, of {size:,}", inclusions, None, "ms", Wanted(most=50)),
        Figure(f"journal: proof that a seal goes on, of {size:,}", consistencies, None, "ms", Wanted(most=50)),
        Figure(f"journal: verification of {size:,}", [verified], None, "events/s", Wanted()),
    ]


def _rows(head: Head) -> Iterator[Row]:
    for number in range(10_000_000):
        case = f"C{number // 30}"
        event = MessageSent(message_id=f"M{number}", case_number=case, template="accepted", sent_at=START)
        at = START + timedelta(seconds=number)
        meta = Meta(uuid4(), event.type, "/notify", event.subject, 1, event.scope, at, case)
        body = event.to_body().decode()
        head = link(head, canonical(meta, body))
        named = (meta.id, meta.type, meta.source, meta.subject, meta.sequence, meta.scope, at, case, None, None)
        yield head.position, *named, body, head.hash


async def _copy(database_url: str, rows: Iterator[Row]) -> None:
    plain = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain)
    try:
        names = [column.name for column in journal.columns]
        while portion := list(islice(rows, COPIED_AT_ONCE)):
            await connection.copy_records_to_table("journal", records=portion, columns=names)
        await connection.execute("ANALYZE journal")
    finally:
        await connection.close()


async def _seal(units: Units[Context]) -> tuple[monitor.RootSealed, float]:
    """The seal, and how many seconds its longest portion took."""
    longest, more = 0.0, True
    while more:
        began = time.perf_counter()
        async with units.begin() as unit:
            more = await tree.grow(unit)
        longest = max(longest, time.perf_counter() - began)
    async with units.begin() as unit:
        sealed = await sealing.seal(unit, await queries.journal_head(unit), daily=False)
    assert sealed is not None
    return sealed, longest


async def _include(units: Units[Context], seal: monitor.RootSealed) -> float:
    """Milliseconds for an event anywhere."""
    position = random.randint(1, seal.size)  # noqa: S311 - which one does not matter
    began = time.perf_counter()
    async with units.view() as view:
        path = await tree.Tree(view).inclusion(position, seal.size)
    took = time.perf_counter() - began
    async with units.view() as view:
        (entry,) = await queries.journal_page(view, position - 1, 1)
    leaf = leaf_hash(canonical(entry.meta, entry.body))
    assert verify_inclusion(leaf, position - 1, seal.size, path, bytes.fromhex(seal.root))
    return took * 1000


async def _go_on(units: Units[Context], former: monitor.RootSealed, latter: monitor.RootSealed) -> float:
    began = time.perf_counter()
    async with units.view() as view:
        path = await tree.Tree(view).consistency(former.size, latter.size)
    took = time.perf_counter() - began
    roots = bytes.fromhex(former.root), bytes.fromhex(latter.root)
    assert verify_consistency(former.size, roots[0], latter.size, roots[1], path)
    return took * 1000
