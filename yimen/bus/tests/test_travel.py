"""From a committed unit of work to an effect elsewhere: outbox, relay, carrier, worker, inbox; real parts and in process."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import func, select

from tests.support.driving import until, working
from tests.support.ledger import Ledger, in_order, open_ledger, story, withdrawn
from yimen.bus.carrier import Carrier, Queue
from yimen.bus.local import LocalCarrier
from yimen.bus.rabbit import RabbitCarrier
from yimen.bus.relay import Relay
from yimen.bus.worker import Worker
from yimen.contracts import Meta

QUEUE = Queue("ledger", ("intake.case.#",))


@pytest.fixture(params=["local", pytest.param("rabbit", marks=pytest.mark.real)])
def carrier(request: pytest.FixtureRequest) -> Carrier:
    if request.param == "local":
        return LocalCarrier()
    return RabbitCarrier(request.getfixturevalue("amqp_vhost_url"))


@pytest.fixture
async def ledger(database_url: str) -> AsyncIterator[Ledger]:
    async with open_ledger(database_url) as opened:
        yield opened


async def waiting(ledger: Ledger) -> int:
    async with ledger.database.read() as conn:
        return await conn.scalar(select(func.count()).select_from(ledger.units.metadata.tables["outbox"])) or 0


async def test_sequences_have_no_gap_even_where_units_rolled_back(ledger: Ledger) -> None:
    for attempt in range(6):
        try:
            async with ledger.units.begin() as unit:
                unit.emit(withdrawn("a"))
                unit.emit(withdrawn("b"))
                if attempt % 2:
                    raise RuntimeError("rolled back")
        except RuntimeError:
            continue
    outbox = ledger.units.metadata.tables["outbox"]
    async with ledger.database.read() as conn:
        rows = (await conn.execute(select(outbox).order_by(outbox.c.seq))).all()
    metas = [Meta.from_headers(row.headers) for row in rows]
    assert [(m.subject, m.sequence) for m in metas] == [
        ("case/a", 1), ("case/b", 1), ("case/a", 2), ("case/b", 2), ("case/a", 3), ("case/b", 3)
    ]  # fmt: skip


async def test_units_at_once_never_share_a_sequence(ledger: Ledger) -> None:
    async def emit() -> None:
        async with ledger.units.begin() as unit:
            unit.emit(withdrawn("a"))

    await asyncio.gather(*(emit() for _ in range(20)))
    outbox = ledger.units.metadata.tables["outbox"]
    async with ledger.database.read() as conn:
        rows = (await conn.execute(select(outbox).order_by(outbox.c.seq))).all()
    assert [Meta.from_headers(row.headers).sequence for row in rows] == list(range(1, 21))


async def test_a_committed_event_takes_effect_elsewhere_and_leaves_the_outbox(ledger: Ledger, carrier: Carrier) -> None:
    await carrier.declare(QUEUE)
    relay = Relay(ledger.units, carrier, ledger.metrics)
    worker = Worker(carrier, QUEUE, ledger.inbox, ledger.metrics)
    async with working(relay, worker):
        async with ledger.units.begin() as unit:
            for _ in range(3):
                unit.emit(withdrawn("a"))
        await until(lambda: _has(ledger, 3))
        await until(lambda: _empty(ledger))
    assert await ledger.effects() == [("case/a", 1), ("case/a", 2), ("case/a", 3)]


async def _has(ledger: Ledger, count: int) -> bool:
    return len(await ledger.effects()) >= count


async def _empty(ledger: Ledger) -> bool:
    return await waiting(ledger) == 0


async def test_two_competing_workers_share_a_shuffled_stream_without_loss_or_disorder(
    ledger: Ledger, carrier: Carrier
) -> None:
    stream = story(30, 10)
    stream += random.Random(7).sample(stream, 60)
    random.Random(8).shuffle(stream)
    await carrier.declare(QUEUE)
    rival = Ledger(ledger.database)
    workers = [Worker(carrier, QUEUE, one.inbox, one.metrics) for one in (ledger, rival)]
    async with working(*workers):
        async with carrier.publisher() as publisher:
            assert all(await publisher.publish(stream))
        await until(lambda: _has(ledger, 300))
    assert in_order(await ledger.effects(), 30, 10)


@pytest.mark.real
async def test_only_one_relay_leads_and_another_takes_over(postgres_database: Callable[..., str]) -> None:
    carrier = LocalCarrier()
    await carrier.declare(QUEUE)
    async with open_ledger(postgres_database()) as ledger:
        first, second = (Relay(ledger.units, carrier, ledger.metrics) for _ in range(2))
        async with working(Worker(carrier, QUEUE, ledger.inbox, ledger.metrics)), working(second), working(first):
            await until(lambda: _leads(first, second))
            assert first.leads is not second.leads
            leader = first if first.leads else second
            leader.stop()
            await until(lambda: _leads(second if leader is first else first))
            async with ledger.units.begin() as unit:
                unit.emit(withdrawn("a"))
            await until(lambda: _has(ledger, 1))


async def _leads(*relays: Relay) -> bool:
    return any(relay.leads for relay in relays)
