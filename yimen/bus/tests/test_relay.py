"""What a relay does when the carrier refuses or the database cuts it off."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from tests.support.driving import until, working
from tests.support.ledger import NINE, Ledger, message, open_ledger
from tests.support.postgres import run_sql
from tests.support.publishing import emit, left
from yimen.bus.carrier import Message, Queue
from yimen.bus.local import LocalCarrier
from yimen.bus.relay import _LEADER, Relay, backlog
from yimen.contracts import Meta
from yimen.errors import CarrierDown
from yimen.keys import Keys, new_key

QUEUE = Queue("ledger", ("intake.case.#",))


@pytest.fixture
async def ledger(database_url: str) -> AsyncIterator[Ledger]:
    async with open_ledger(database_url) as opened:
        yield opened


class Capricious:
    """A carrier that takes what it is told to take, and remembers all that it was given."""

    def __init__(self, *, takes: Callable[[Meta], bool] = lambda _: True) -> None:
        self.takes = takes
        self.given: list[tuple[str, int]] = []
        self.down = False
        self.sessions = 0

    async def declare(self, queue: Queue) -> None:
        """It has no queues."""

    @asynccontextmanager
    async def publisher(self) -> AsyncIterator["Capricious"]:
        self.check()
        self.sessions += 1
        yield self

    @asynccontextmanager
    async def subscriber(self, queue: Queue) -> AsyncIterator[None]:
        raise CarrierDown("it carries nothing to anybody")
        yield

    def check(self) -> None:
        if self.down:
            raise CarrierDown("told to be")

    async def publish(self, messages: Sequence[Message]) -> list[bool]:
        self.check()
        metas = [Meta.from_headers(one.headers) for one in messages]
        self.given += [(meta.subject, meta.sequence) for meta in metas]
        return [self.takes(meta) for meta in metas]


async def test_what_the_carrier_refuses_stays_and_others_go_on(ledger: Ledger) -> None:
    carrier = Capricious(takes=lambda meta: meta.subject != "case/full")
    relay = Relay(ledger.units, carrier, ledger.metrics)
    await emit(ledger, "full", "a", "b")
    async with working(relay):
        await until(left(ledger.units, 1))
        await emit(ledger, "c")
        await until(left(ledger.units, 1))
        assert ("case/c", 1) in carrier.given
        carrier.takes = lambda _: True
        await until(left(ledger.units, 0))


async def test_a_session_that_goes_on_refusing_is_given_up_for_another(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A channel of RabbitMQ may refuse for ever what the next one takes; others go on in both."""
    monkeypatch.setattr("yimen.bus.relay.REFUSED_SESSION_SECONDS", 0.1)
    carrier = Capricious()
    carrier.takes = lambda meta: carrier.sessions > 1 or meta.subject != "case/stuck"
    relay = Relay(ledger.units, carrier, ledger.metrics)
    await emit(ledger, "stuck", "a")
    async with working(relay):
        await until(left(ledger.units, 0))
    assert [case for case in carrier.given if case != ("case/stuck", 1)] == [("case/a", 1)]


async def test_rows_wait_out_a_carrier_that_is_down_and_go_in_order(ledger: Ledger) -> None:
    carrier = Capricious()
    carrier.down = True
    relay = Relay(ledger.units, carrier, ledger.metrics)
    async with working(relay):
        for _ in range(3):
            await emit(ledger, "a", "b")
        carrier.down = False
        await until(left(ledger.units, 0))
    assert [n for subject, n in carrier.given if subject == "case/a"] == [1, 2, 3]


async def test_a_relay_says_under_which_key_an_event_lies_that_it_cannot_read(
    ledger: Ledger, logged: list[str]
) -> None:
    await emit(ledger, "a")
    sealed = Keys.told(new_key())
    async with ledger.units.begin() as unit:
        await unit.execute(text("UPDATE outbox SET body = :body").bindparams(body=sealed.seal_bytes(b"{}")))
    assert sealed.writer is not None

    async def told() -> bool:
        return any("database_unavailable" in line and sealed.writer.name in line for line in logged)

    async with working(Relay(ledger.units, Capricious(), ledger.metrics)):
        await until(told)
    assert await left(ledger.units, 1)()


async def test_the_backlog_says_how_many_wait_and_for_how_long(ledger: Ledger) -> None:
    assert await backlog(ledger.units) == (0, 0.0)
    await emit(ledger, "a", "b")
    ledger.clock.move_to(NINE.replace(hour=NINE.hour + 1))
    assert await backlog(ledger.units) == (2, 3600.0)


async def test_a_relay_that_stopped_leads_no_more(ledger: Ledger) -> None:
    relay = Relay(ledger.units, Capricious(), ledger.metrics)
    async with working(relay):
        await until(lambda: _leads(relay))
    assert not relay.leads
    assert not relay.connected


async def _leads(*relays: Relay) -> bool:
    return any(relay.leads for relay in relays)


@pytest.mark.parametrize("how", ["stop", "cancel"])
async def test_however_a_relay_ends_its_lock_ends_with_it(postgres_database: Callable[[], str], how: str) -> None:
    url = postgres_database()
    async with open_ledger(url) as ledger:
        relay = Relay(ledger.units, Capricious(), ledger.metrics)
        running = asyncio.create_task(relay.run())
        await until(lambda: _leads(relay))
        if how == "stop":
            relay.stop()
        else:
            running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await until(lambda: _free(url))


async def _free(url: str) -> bool:
    """From outside the pool: the lock is nobody's."""
    return bool(await asyncio.to_thread(run_sql, url, f"SELECT pg_try_advisory_lock({_LEADER})"))


async def test_a_leader_whose_connection_is_cut_yields_and_work_goes_on(postgres_database: Callable[[], str]) -> None:
    url = postgres_database()
    async with open_ledger(url) as ledger:
        carrier = Capricious()
        relay = Relay(ledger.units, carrier, ledger.metrics)
        async with working(relay):
            await until(lambda: _leads(relay))
            cut = (
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
            assert await asyncio.to_thread(run_sql, url, cut)
            await emit(ledger, "a")
            await until(left(ledger.units, 0))
        assert carrier.given == [("case/a", 1)]


# -- the carrier in process --------------------------------------------------------------------------------------------


async def test_a_slow_subscriber_holds_a_publisher_no_longer_than_agreed_and_is_not_given_doubles() -> None:
    carrier = LocalCarrier(settle_seconds=0.05)
    await carrier.declare(QUEUE)
    async with carrier.publisher() as publisher, carrier.subscriber(QUEUE) as subscriber:
        assert await publisher.publish([message("a", 1)]) == [False]
        (slow,) = await subscriber.batch(10, 0.001)
        assert await publisher.publish([slow.message]) == [False]
        again = asyncio.create_task(publisher.publish([slow.message]))
        await asyncio.sleep(0)
        await subscriber.settle([slow])
        assert await again == [True]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(subscriber.batch(10, 0.001), 0.05)


async def test_what_came_back_too_often_is_parked_and_never_confirmed() -> None:
    carrier = LocalCarrier(settle_seconds=0.05)
    await carrier.declare(QUEUE)
    poison = message("a", 1)
    async with carrier.publisher() as publisher:
        await publisher.publish([poison])
        for _ in range(21):
            async with carrier.subscriber(QUEUE) as subscriber:
                await subscriber.batch(1, 0.001)
        assert carrier.parked(QUEUE.name) == [poison]
        assert await publisher.publish([poison, message("b", 1)]) == [False, False]
        async with carrier.subscriber(QUEUE) as subscriber:
            (innocent,) = await subscriber.batch(10, 0.001)
            assert innocent.message != poison


async def test_a_rival_that_is_quicker_leaves_a_subscriber_waiting_not_empty_handed() -> None:
    carrier = LocalCarrier(settle_seconds=0.05)
    await carrier.declare(QUEUE)
    async with carrier.publisher() as publisher, carrier.subscriber(QUEUE) as one, carrier.subscriber(QUEUE) as other:
        batches = [asyncio.create_task(each.batch(10, 0.01)) for each in (one, other)]
        await publisher.publish([message("a", 1)])
        done, late = await asyncio.wait(batches, timeout=0.1)
        assert [len(task.result()) for task in done] == [1]
        await publisher.publish([message("b", 1)])
        assert len(await asyncio.wait_for(late.pop(), 1)) == 1


async def test_a_lock_taken_by_another_session_keeps_the_relay_waiting_until_told_to_stop(
    postgres_database: Callable[[], str],
) -> None:
    async with open_ledger(postgres_database()) as ledger, ledger.database.read() as other:
        await other.execute(text(f"SELECT pg_advisory_lock({_LEADER})"))
        carrier = Capricious()
        relay = Relay(ledger.units, carrier, ledger.metrics)
        await emit(ledger, "a")
        async with working(relay):
            await asyncio.sleep(0.3)
            assert not relay.leads
        assert carrier.given == []
        await other.execute(text(f"SELECT pg_advisory_unlock({_LEADER})"))
