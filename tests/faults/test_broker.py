"""What a broker can do to a service: refuse, run out of memory, be away. One test for each row of the fault table."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from urllib.parse import urlsplit

import aio_pika
from prometheus_client import Counter

from tests.faults.dose import dose
from tests.support.consuming import QUEUE, depth, following, until_effects
from tests.support.driving import until, working
from tests.support.ledger import Ledger, in_order
from tests.support.publishing import emit, leads, left, waiting
from tests.support.rabbit import PrivateRabbit
from tests.support.tiny_running import complete, failing, made, readiness, running, withdraw
from yimen.bus import Queue
from yimen.bus.rabbit import RabbitCarrier
from yimen.bus.relay import Relay
from yimen.bus.topology import UNROUTED
from yimen.contracts import intake

ITEMS = Queue("items", ("intake.item.#",))


@contextmanager
def at_most(broker: PrivateRabbit, url: str, queue: str, messages: int) -> Iterator[None]:
    """Inside the block a policy lets that queue hold so many; a quorum queue takes a few more before it notices."""
    path = f"/api/policies{urlsplit(url).path}/full"
    policy = {"pattern": f"^{queue}$", "apply-to": "queues", "definition": {"max-length": messages}}
    broker.management.put(path, policy)
    yield
    broker.management.delete(path)


def _count(counter: Counter) -> int:
    return int(next(sample.value for one in counter.collect() for sample in one.samples))


async def _all_tried(ledger: Ledger, emitted: int) -> bool:
    """Whether each event was confirmed and deleted, or refused and kept."""
    confirmed, refused = _count(ledger.metrics.published), _count(ledger.metrics.refused)
    return confirmed + refused >= emitted and confirmed + await waiting(ledger.units) == emitted


async def _fill_up(ledger: Ledger) -> int:
    """Commits events of two cases by turns until one is refused; how many of each."""
    for number in range(1, 100):
        await emit(ledger, "c0", "c1")
        await until(partial(_all_tried, ledger, 2 * number))
        if _count(ledger.metrics.refused):
            return number
    raise AssertionError("the queue is never full")


async def test_broker_nack_queue_full(mortal_rabbit: PrivateRabbit, ledger: Ledger) -> None:
    """Rows stay, backoff, others go on. Without backoff each new event would send all that was refused once more."""
    url = mortal_rabbit.new_vhost()
    carrier = RabbitCarrier(url)
    with at_most(mortal_rabbit, url, QUEUE.name, 2):
        for queue in (QUEUE, ITEMS):
            await carrier.declare(queue)
        async with working(Relay(ledger.units, carrier, ledger.metrics)):
            events = await _fill_up(ledger)
            full, before = await waiting(ledger.units), _count(ledger.metrics.refused)
            for number in range(30):
                async with ledger.units.begin() as unit:
                    unit.emit(intake.ItemWithdrawn(item_code=f"i{number}", version=1, reason="换新"))
                await until(left(ledger.units, full))
            assert await depth(url, ITEMS.name) == 30
            assert _count(ledger.metrics.refused) - before < 15 * full
    async with working(Relay(ledger.units, carrier, ledger.metrics)), following(ledger, carrier):
        await until(left(ledger.units, 0))
        assert in_order(await until_effects(ledger, 2 * events), 2, events)


@contextmanager
def out_of_memory(broker: PrivateRabbit) -> Iterator[None]:
    """Inside the block the broker takes nothing from publishers."""
    broker.ctl("set_vm_memory_high_watermark", "0.00001")
    try:
        yield
    finally:
        broker.ctl("set_vm_memory_high_watermark", "0.4")


async def test_memory_alarm(mortal_rabbit: PrivateRabbit, postgres_database: Callable[[], str]) -> None:
    """Requests go on, outbox grows, drains after."""
    service = made(postgres_database(), RabbitCarrier(mortal_rabbit.new_vhost(), publish_seconds=1.0))
    during = {f"during{number}" for number in range(30)}
    async with running(service) as http:
        await withdraw(http, "a")
        await until(complete(http, {"a"}))
        await until(left(service.units, 0))
        with out_of_memory(mortal_rabbit):
            await withdraw(http, *during)
            await until(lambda: _without_carrier(service.relay))
            assert await waiting(service.units) == len(during)
        await until(complete(http, {"a"} | during), 40)
        await until(left(service.units, 0))


async def _without_carrier(relay: Relay) -> bool:
    return not relay.connected


async def test_event_bound_by_nobody(ledger: Ledger, amqp_vhost_url: str) -> None:
    """In `yimen.unrouted`, counted: by the broker, since with an alternate exchange it does not tell the publisher."""
    async with working(relay := Relay(ledger.units, RabbitCarrier(amqp_vhost_url), ledger.metrics)):
        await until(leads(relay))
        await emit(ledger, "a", "b", "c")
        await until(left(ledger.units, 0))
    assert await depth(amqp_vhost_url, UNROUTED) == 3
    async with await aio_pika.connect(amqp_vhost_url) as connection:
        queue = await (await connection.channel()).get_queue(UNROUTED)
        kept = [await queue.get(no_ack=True) for _ in range(3)]
    assert [message.headers["cloudEvents_subject"] for message in kept] == ["case/a", "case/b", "case/c"]


async def test_broker_restarted_broker_down_for_minutes(
    mortal_rabbit: PrivateRabbit, postgres_database: Callable[[], str]
) -> None:
    """Requests answered as usual; readiness says degraded; drains."""
    service = made(postgres_database(), RabbitCarrier(mortal_rabbit.new_vhost()))
    spells = [[f"{spell}-{number}" for number in range(30)] for spell in range(dose(1, 30))]
    async with running(service) as http:
        await withdraw(http, "a")
        await until(complete(http, {"a"}))
        await asyncio.to_thread(mortal_rabbit.stop)
        await until(readiness(http, False))
        for cases in spells:
            await withdraw(http, *cases)
            assert await failing(http) == {"bus"}
            await asyncio.sleep(dose(0.0, 4.0))  # the outage itself: nothing happens that could be awaited
        assert await waiting(service.units) == sum(map(len, spells))
        await asyncio.to_thread(mortal_rabbit.start)
        await until(complete(http, {"a"}.union(*spells)), 60)
        await until(readiness(http, True))
        await until(left(service.units, 0))
