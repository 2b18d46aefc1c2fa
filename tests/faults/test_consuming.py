"""What can happen between a queue and an effect, on real parts: one test for each such row of the fault table."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, MutableMapping, Sequence
from datetime import timedelta
from typing import Any

import aio_pika
import pytest
from sqlalchemy import make_url
from structlog.testing import capture_logs

from tests.support.consumer import ConsumerProcess
from tests.support.consuming import QUEUE, depth, following, publish, until_effects, until_parked
from tests.support.driving import until
from tests.support.ledger import Ledger, in_order, message, open_ledger, story
from tests.support.parts import RealParts
from tests.support.postgres import PrivatePostgres, run_sql
from yimen.bus.carrier import DELIVERY_LIMIT
from yimen.bus.rabbit import RabbitCarrier
from yimen.bus.worker import Worker
from yimen.errors import NotNow, Permanent
from yimen.operations import By, replay

MANY_LIVES = 90.0  # seconds that a crash loop may take at most
Start = Callable[[Ledger, str], ConsumerProcess]


@pytest.fixture
def carrier(amqp_vhost_url: str) -> RabbitCarrier:
    return RabbitCarrier(amqp_vhost_url)


@pytest.fixture
async def start(real_parts: RealParts, amqp_vhost_url: str) -> AsyncIterator[Start]:
    """`start(ledger, fate)`: a consumer of the ledger's queue in a process of its own."""
    started: list[ConsumerProcess] = []

    def begin(ledger: Ledger, fate: str) -> ConsumerProcess:
        database = ledger.database.url.render_as_string(hide_password=False)
        started.append(ConsumerProcess(real_parts.sandbox, amqp_vhost_url, database, fate))
        started[-1].start()
        return started[-1]

    yield begin
    for process in started:
        process.kill()


async def test_killed_between_handler_commit_and_ack(
    ledger: Ledger, carrier: RabbitCarrier, amqp_vhost_url: str, start: Start
) -> None:
    """Redelivered; duplicate dropped."""
    await carrier.declare(QUEUE)
    await publish(carrier, *story(1, 3))
    process = start(ledger, "mute")
    await asyncio.to_thread(process.wait_said, "committed")
    assert await ledger.effects() == [("case/c0", 1)]
    process.kill()
    await until(lambda: _holds(amqp_vhost_url, 3))
    async with following(ledger, carrier):
        assert await until_effects(ledger, 3) == [("case/c0", 1), ("case/c0", 2), ("case/c0", 3)]
    assert ledger.metrics.duplicates._value.get() == 1
    assert await depth(amqp_vhost_url) == 0


async def _holds(url: str, count: int, queue: str = QUEUE.name) -> bool:
    return await depth(url, queue) == count


async def test_poison_that_kills_the_process(
    ledger: Ledger, carrier: RabbitCarrier, amqp_vhost_url: str, start: Start
) -> None:
    """Innocents settle first; the poison ends in `<queue>.parked`."""
    await carrier.declare(QUEUE)
    innocents = story(40, 1)
    await publish(carrier, message("poison-1", 1), *innocents)
    process = start(ledger, "mortal")
    await until(lambda: _holds(amqp_vhost_url, 1, QUEUE.parked), MANY_LIVES)
    effects = await until_effects(ledger, len(innocents))
    assert sorted(effects) == sorted((f"case/c{n}", 1) for n in range(40))
    assert process.said("died") == DELIVERY_LIMIT + 1
    await until(lambda: _holds(amqp_vhost_url, 0))


async def test_poison_that_kills_the_process_when_its_turn_comes(
    ledger: Ledger, carrier: RabbitCarrier, amqp_vhost_url: str, start: Start
) -> None:
    """It came too early and waited in the database, where no broker counts: its forerunner settles, and it is parked."""
    await carrier.declare(QUEUE)
    await publish(carrier, message("poison-2", 3), message("poison-2", 2), message("poison-2", 1), message("a", 1))
    start(ledger, "mortal")
    await until_parked(ledger, 1, MANY_LIVES)
    assert sorted(await ledger.effects()) == [("case/a", 1), ("case/poison-2", 1)]
    (parked,) = await ledger.parked()
    assert (parked.kind, parked.subject, parked.sequence) == ("defect", "case/poison-2", 2)
    assert "died" in parked.error
    assert await depth(amqp_vhost_url, QUEUE.parked) == 0


async def test_broker_cancels_the_consumer_queue_deleted(
    ledger: Ledger, carrier: RabbitCarrier, amqp_vhost_url: str
) -> None:
    """Session restarts, queue declared again."""
    async with following(ledger, carrier) as worker:
        await publish(carrier, message("a", 1))
        await until_effects(ledger, 1)
        async with await aio_pika.connect(amqp_vhost_url) as connection:
            await (await connection.channel()).queue_delete(QUEUE.name)
        await until(lambda: _ended(worker))
        await until(lambda: _connected(worker))
        await publish(carrier, message("a", 2))
        assert await until_effects(ledger, 2) == [("case/a", 1), ("case/a", 2)]


async def _connected(worker: Worker) -> bool:
    return worker.connected


async def _ended(worker: Worker) -> bool:
    return not worker.connected


async def test_replay_of_a_parked_or_a_three_week_old_message(ledger: Ledger, carrier: RabbitCarrier) -> None:
    """No second effect."""
    ledger.script.failures["parked", 1] = [Permanent("unknown review")] * 2
    stream = [message("parked", 1), message("parked", 2), *story(3, 3)]
    async with following(ledger, carrier):
        await publish(carrier, *stream)
        before = await until_effects(ledger, 9)
        await until(lambda: _is_parked(ledger))
        (parked,) = await ledger.parked()
        by = By("operator", "the review is known now")
        await ledger.act(lambda unit: replay(unit, parked.id, by))
        effects = await until_effects(ledger, 11)
        assert effects == [*before, ("case/parked", 1), ("case/parked", 2)]
        with pytest.raises(NotNow):
            await ledger.act(lambda unit: replay(unit, parked.id, by))

        ledger.clock.advance(timedelta(weeks=3))
        await publish(carrier, *stream, message("last", 1))
        assert await until_effects(ledger, 12) == [*effects, ("case/last", 1)]
        await until(lambda: _dropped(ledger, len(stream)))
    assert await ledger.effects() == [*effects, ("case/last", 1)]
    assert not await ledger.parked()


async def _is_parked(ledger: Ledger) -> bool:
    return len(await ledger.parked()) == 1


async def _dropped(ledger: Ledger, count: int) -> bool:
    return ledger.metrics.duplicates._value.get() == count


async def test_consumer_database_down_back_later(
    mortal_postgres: PrivatePostgres, carrier: RabbitCarrier, amqp_vhost_url: str
) -> None:
    """No ack, no loss, resumes."""
    name = f"down_{secrets.token_hex(4)}"
    run_sql(mortal_postgres.url, f"CREATE DATABASE {name}")
    url = make_url(mortal_postgres.url).set(database=name).render_as_string(hide_password=False)
    async with open_ledger(url) as ledger:
        async with following(ledger, carrier):
            await publish(carrier, *story(2, 3))
            await until_effects(ledger, 6)
            mortal_postgres.kill()
            with capture_logs() as logs:
                await publish(carrier, *story(5, 6))
                await until(lambda: _said(logs, "database_unavailable"))
            await asyncio.to_thread(mortal_postgres.start)
            assert in_order(await until_effects(ledger, 30), 5, 6)
        assert not await ledger.parked()
    assert await depth(amqp_vhost_url) == 0


async def _said(logs: Sequence[MutableMapping[str, Any]], event: str) -> bool:
    return any(entry["event"] == event for entry in logs)
