"""What both carriers promise, checked on both: in process, and on a real RabbitMQ."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import aio_pika
import pytest

from tests.support.ledger import message
from yimen.bus.carrier import Carrier, Incoming, Message, Queue, Subscriber
from yimen.bus.local import LocalCarrier, matches
from yimen.bus.rabbit import RabbitCarrier
from yimen.bus.topology import UNROUTED
from yimen.errors import CarrierDown

CASES = Queue("cases", ("intake.case.#",))


class Kit:
    """A carrier, and what its outside can do to it."""

    def __init__(self, carrier: Carrier, url: str | None) -> None:
        self.carrier = carrier
        self._url = url

    async def publish(self, *messages: Message) -> list[bool]:
        async with self.carrier.publisher() as publisher:
            return await publisher.publish(messages)

    async def cancel_consumers(self, queue: str) -> None:
        if isinstance(self.carrier, LocalCarrier):
            self.carrier.end_sessions(queue)
            return
        assert self._url
        async with await aio_pika.connect(self._url) as connection:
            channel = await connection.channel()
            await channel.queue_delete(queue)

    async def unrouted(self) -> int:
        if isinstance(self.carrier, LocalCarrier):
            return self.carrier.unrouted
        assert self._url
        async with await aio_pika.connect(self._url) as connection:
            channel = await connection.channel()
            queue = await channel.get_queue(UNROUTED)
            return queue.declaration_result.message_count or 0


@pytest.fixture(params=["local", pytest.param("rabbit", marks=pytest.mark.real)])
async def kit(request: pytest.FixtureRequest) -> AsyncIterator[Kit]:
    if request.param == "local":
        yield Kit(LocalCarrier(settle_seconds=5), None)
    else:
        url = request.getfixturevalue("amqp_vhost_url")
        yield Kit(RabbitCarrier(url), url)


async def _take(subscriber: Subscriber, count: int) -> list[Incoming]:
    taken: list[Incoming] = []
    async with asyncio.timeout(10):
        while len(taken) < count:
            taken += await subscriber.batch(count - len(taken), 0.01)
    return taken


async def _consume(carrier: Carrier, queue: Queue, count: int) -> list[Message]:
    async with carrier.subscriber(queue) as subscriber:
        taken = await _take(subscriber, count)
        await subscriber.settle(taken)
    return [incoming.message for incoming in taken]


async def test_what_was_published_arrives_as_it_was_sent(kit: Kit) -> None:
    await kit.carrier.declare(CASES)
    sent = message("a", 1)
    confirmed, arrived = await asyncio.gather(kit.publish(sent), _consume(kit.carrier, CASES, 1))
    assert confirmed == [True]
    assert arrived == [sent]


async def test_a_queue_collects_from_the_moment_it_is_declared(kit: Kit) -> None:
    await kit.carrier.declare(CASES)
    publishing = asyncio.create_task(kit.publish(message("a", 1), message("a", 2)))
    await asyncio.sleep(0)
    assert len(await _consume(kit.carrier, CASES, 2)) == 2
    assert await publishing == [True, True]


async def test_every_queue_that_follows_gets_its_own_copy_and_no_other(kit: Kit) -> None:
    fire = Queue("fire", ("intake.review.*.fire",))
    for queue in (CASES, Queue("everything", ("#",)), fire):
        await kit.carrier.declare(queue)
    publishing = asyncio.create_task(kit.publish(message("a", 1)))
    both = await asyncio.gather(_consume(kit.carrier, CASES, 1), _consume(kit.carrier, Queue("everything", ("#",)), 1))
    assert await publishing == [True]
    assert both[0] == both[1]
    async with kit.carrier.subscriber(fire) as subscriber:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await subscriber.batch(1, 0.01)


async def test_what_was_not_settled_comes_again_and_says_so(kit: Kit) -> None:
    await kit.carrier.declare(CASES)
    publishing = asyncio.create_task(kit.publish(message("a", 1), message("b", 1)))
    async with kit.carrier.subscriber(CASES) as subscriber:
        first = await _take(subscriber, 2)
        await subscriber.settle(first[:1])
    async with kit.carrier.subscriber(CASES) as subscriber:
        (again,) = await _take(subscriber, 1)
        assert again.message == first[1].message
        assert again.deliveries >= 1
        await subscriber.settle([again])
    assert await publishing == [True, True]


async def test_settling_out_of_order_forgets_only_what_was_settled(kit: Kit) -> None:
    await kit.carrier.declare(CASES)
    publishing = asyncio.create_task(kit.publish(*(message(case, 1) for case in "abc")))
    async with kit.carrier.subscriber(CASES) as subscriber:
        taken = await _take(subscriber, 3)
        await subscriber.settle([taken[2]])
        await subscriber.settle([taken[0]])
    left = await _consume(kit.carrier, CASES, 1)
    assert left == [taken[1].message]
    assert await publishing == [True, True, True]


async def test_an_event_that_nobody_follows_is_confirmed_and_counted(kit: Kit) -> None:
    await kit.carrier.declare(CASES)
    stray = message("a", 1)
    lost = Message("fees.notice.issued.all", stray.headers | {"cloudEvents_id": str(uuid4())}, stray.body)
    assert await kit.publish(lost) == [True]
    assert await kit.unrouted() == 1


async def test_a_cancelled_consumer_learns_that_its_session_is_over(kit: Kit) -> None:
    async with kit.carrier.subscriber(CASES) as subscriber:
        waiting = asyncio.create_task(subscriber.batch(10, 0.01))
        await asyncio.sleep(0)
        await kit.cancel_consumers(CASES.name)
        with pytest.raises(CarrierDown):
            async with asyncio.timeout(10):
                await waiting


async def test_a_batch_is_never_larger_than_asked(kit: Kit) -> None:
    await kit.carrier.declare(CASES)
    publishing = asyncio.create_task(kit.publish(*(message(f"c{n}", 1) for n in range(10))))
    async with kit.carrier.subscriber(CASES) as subscriber:
        async with asyncio.timeout(10):
            batch = await subscriber.batch(3, 0.05)
        assert 1 <= len(batch) <= 3
        rest = await _take(subscriber, 10 - len(batch))
        await subscriber.settle(batch + rest)
    assert all(await publishing)


@pytest.mark.parametrize(
    ("binding", "key", "chosen"),
    [
        ("#", "intake.case.accepted.all", True),
        ("intake.#", "intake.case.accepted.all", True),
        ("intake.case.#", "intake.review.requested.fire", False),
        ("*.review.*.fire", "approval.review.decided.fire", True),
        ("*.review.*.fire", "approval.review.decided.housing", False),
        ("fees.list.*.fire", "fees.list.verified.fire", True),
        ("fees.list.*", "fees.list.verified.fire", False),
    ],
)
def test_bindings_choose_as_amqp_topics_do(binding: str, key: str, chosen: bool) -> None:
    assert matches(binding, key) is chosen


async def test_a_queue_declared_before_in_another_way_is_named_with_what_differs(amqp_vhost_url: str) -> None:
    async with await aio_pika.connect(amqp_vhost_url) as connection:
        channel = await connection.channel()
        await channel.declare_queue("cases", durable=True, arguments={"x-queue-type": "quorum", "x-delivery-limit": 3})
    with pytest.raises(CarrierDown, match=r"inequivalent arg .* for queue 'cases'"):
        await RabbitCarrier(amqp_vhost_url).declare(CASES)
