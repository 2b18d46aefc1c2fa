"""What a message or its handler can do wrong, on real parts: one test for each such row of the fault table."""

import asyncio
from datetime import timedelta

import pytest

from tests.support.consuming import WatchedCarrier, depth, following, publish, until_effects, until_parked
from tests.support.driving import until
from tests.support.ledger import Ledger, Script, in_order, message, story, write_down
from yimen.bus import Carrier, Handlers, Message, Unit
from yimen.bus.inbox import LATER_SECONDS, OUTAGE_SECONDS, Inbox
from yimen.bus.rabbit import RabbitCarrier
from yimen.contracts import Meta, intake
from yimen.errors import Permanent, Transient
from yimen.operations import By, replay


@pytest.fixture
def carrier(amqp_vhost_url: str) -> Carrier:
    return RabbitCarrier(amqp_vhost_url)


async def _waits(ledger: Ledger, count: int) -> bool:
    """So many events are deferred."""
    async with ledger.units.view() as view:
        return len((await view.execute(ledger.units.metadata.tables["inbox_deferred"].select())).all()) == count


async def test_unreadable_message(ledger: Ledger, carrier: Carrier, amqp_vhost_url: str) -> None:
    """Parked with reason, queue goes on."""
    whole = message("a", 1)
    broken = [
        Message(whole.key, {}, whole.body),
        message("a", 1, cloudEvents_id="no uuid"),
        message("a", 1, cloudEvents_sequence="0"),
        message("a", 1, cloudEvents_time="yesterday"),
        Message(whole.key, whole.headers, b"{"),
        message("b", 1, cloudEvents_type="intake.case.dreamt.v9"),
    ]
    async with following(ledger, carrier):
        await publish(carrier, *broken, message("c", 1))
        await until_parked(ledger, len(broken))
        assert await until_effects(ledger, 1) == [("case/c", 1)]
    assert {parked.kind for parked in await ledger.parked()} == {"unreadable"}
    assert all(parked.error for parked in await ledger.parked())
    assert await depth(amqp_vhost_url) == 0


async def test_transient_error(ledger: Ledger, carrier: Carrier) -> None:
    """Retried inline, then later; subject waits, others go on."""
    ledger.script.failures["inline", 1] = [Transient("down")] * 2
    ledger.script.failures["later", 1] = [Transient("down")] * 3  # in the batch, alone, inline
    async with following(ledger, carrier):
        await publish(carrier, message("inline", 1), message("later", 1), message("later", 2), message("other", 1))
        assert set(await until_effects(ledger, 2)) == {("case/inline", 1), ("case/other", 1)}
        await until(lambda: _waits(ledger, 2))
        ledger.clock.advance(timedelta(seconds=LATER_SECONDS[0]))
        assert (await until_effects(ledger, 4))[2:] == [("case/later", 1), ("case/later", 2)]
    assert not await ledger.parked()


async def test_permanent_error(ledger: Ledger, carrier: Carrier) -> None:
    """Parked; subject held; replay after the fix continues in order."""
    ledger.script.failures["a", 1] = [Permanent("unknown review")] * 1000
    async with following(ledger, carrier):
        await publish(carrier, message("a", 1), message("a", 2), message("b", 1))
        await until_parked(ledger, 1)
        await publish(carrier, message("a", 3), message("b", 2))
        assert await until_effects(ledger, 2) == [("case/b", 1), ("case/b", 2)]
        await until(lambda: _waits(ledger, 2))
        (parked,) = await ledger.parked()
        assert (parked.kind, parked.subject, parked.sequence) == ("permanent", "case/a", 1)
        ledger.script.failures.clear()
        assert await ledger.act(lambda unit: replay(unit, parked.id, By("operator", "the review is known now")))
        assert (await until_effects(ledger, 5))[2:] == [("case/a", 1), ("case/a", 2), ("case/a", 3)]
    assert not await ledger.parked()


async def test_dependency_down_for_all(ledger: Ledger, carrier: Carrier) -> None:
    """Breaker; parking not flooded; recovers."""
    cases = 20
    for case in range(cases):
        ledger.script.failures[f"c{case}", 1] = [Transient("dependency down")] * 100_000
    watched = WatchedCarrier(carrier)
    async with following(ledger, watched):
        await publish(carrier, *story(cases, 2))
        await until(lambda: _waits(ledger, 2 * cases))
        assert watched.limits[-1] == 1, "the breaker takes one message at a time"
        for _ in range(6 * cases):  # one is tried each time: everyone's turn comes more often than its ladder is long
            await ledger.later(180)
        assert not await ledger.parked(), "an outage of hours is nobody's fault"
        assert await ledger.effects() == []

        ledger.script.failures.clear()
        ledger.clock.advance(timedelta(seconds=OUTAGE_SECONDS))
        assert in_order(await until_effects(ledger, 2 * cases), cases, 2)
        await publish(carrier, *(message(f"n{case}", 1) for case in range(cases)))
        await until_effects(ledger, 3 * cases)
        assert watched.limits[-1] > 1, "the breaker ended when one succeeded"


async def test_handler_hangs(ledger: Ledger, carrier: Carrier) -> None:
    """Cancelled at its deadline, retried."""
    ledger.inbox = Inbox(ledger.units, hanging, "ledger", ledger.metrics, deadline=0.3, inline=())
    ledger.script.failures["hangs", 1] = [TimeoutError()] * 2
    async with following(ledger, carrier):
        await publish(carrier, message("hangs", 1), message("hangs", 2), message("b", 1))
        await until(lambda: _waits(ledger, 2))
        assert await until_effects(ledger, 1) == [("case/b", 1)]
        ledger.clock.advance(timedelta(seconds=LATER_SECONDS[0]))
        assert (await until_effects(ledger, 3))[1:] == [("case/hangs", 1), ("case/hangs", 2)]
    assert not await ledger.parked()


hanging = Handlers()


@hanging.on(intake.CaseWithdrawn)
async def hang_where_the_script_fails(unit: Unit[Script], event: intake.CaseWithdrawn, meta: Meta) -> None:
    try:
        await write_down(unit, event, meta)
    except TimeoutError:
        await asyncio.Event().wait()
