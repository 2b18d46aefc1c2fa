"""What got stuck is moved on or ended; sweeping again does nothing more."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, update

from services.notify.stuck import JOBS, LOST, NO_CONTACT, NO_OUTCOME, NO_RECEIPT
from services.notify.tests import samples
from services.notify.tests.conftest import Messenger
from yimen.contracts.notify import MessageDelivered, MessageFailed
from yimen.web import Role

STORY = (samples.submitted(), samples.accepted(), samples.decided())


async def sweep(messenger: Messenger) -> int:
    """How many messages were moved; a second round moves none."""
    moved = await messenger.harness.fire_timers()
    assert await messenger.harness.fire_timers() == 0
    return moved


async def rows(messenger: Messenger) -> list[tuple[Any, Any]]:
    found = sorted(await messenger.messages(), key=lambda row: int(str(row["place"])))
    return [(row["state"], row["error"]) for row in found if row["channel"] == "sms"]


async def jobs(messenger: Messenger, statement: Any) -> None:
    """Breaks what the sender has to do."""
    async with messenger.harness.units.begin() as unit:
        await unit.execute(statement)


def outgoing(messenger: Messenger) -> Any:
    return messenger.harness.units.metadata.tables["outgoing"]


async def test_what_is_well_is_left_alone(messenger: Messenger) -> None:
    messenger.gateway.moods.fail_next = messenger.other.moods.fail_next = 1
    await messenger.harness.deliver(samples.contact(), *STORY, samples.submitted("C2"), source="/intake")
    await messenger.work()
    messenger.harness.clock.advance(timedelta(hours=1))
    assert await sweep(messenger) == 0


async def test_a_queued_message_for_which_nobody_works_goes_out_in_its_order(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.contact(), *STORY, source="/intake")
    await jobs(messenger, delete(outgoing(messenger)))
    await messenger.work()
    assert [state for state, _ in await rows(messenger)] == ["queued"] * 3
    assert await sweep(messenger) == 0, "it may still be under way"
    await messenger.after(minutes=6)
    assert await sweep(messenger) == 1, "the first; it calls the others"
    await messenger.work()
    assert [state for state, _ in await rows(messenger)] == ["sent"] * 3


async def test_an_urgent_one_too(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.order_issued(stage=2), source="/monitor")
    await jobs(messenger, delete(outgoing(messenger)))
    await messenger.after(minutes=6)
    assert await sweep(messenger) == 1
    await messenger.work()
    assert [state for state, _ in await rows(messenger)] == ["sent"]


async def test_a_message_whose_outcome_was_never_written_down_is_asked_for_again_and_at_last_given_up(
    messenger: Messenger,
) -> None:
    await messenger.harness.deliver(samples.contact(), samples.submitted(), samples.accepted(), source="/intake")
    table = outgoing(messenger)
    broken = update(table).where(table.c.kind == "sms").values(state="unsettled")
    for _ in range(JOBS - 1):
        await jobs(messenger, broken)
        await messenger.after(minutes=6)
        assert await sweep(messenger) == 1
    await jobs(messenger, broken)
    await messenger.after(minutes=6)
    assert await sweep(messenger) == 1
    await messenger.work()
    assert await rows(messenger) == [("unknown", NO_OUTCOME), ("sent", None)]
    (failed,) = await messenger.harness.events(MessageFailed)
    assert failed.reason == NO_OUTCOME


async def test_a_message_without_receipt_is_asked_about_once(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.contact(), samples.submitted(), source="/intake")
    await messenger.work()
    await messenger.after(hours=23, minutes=59)
    assert await sweep(messenger) == 0
    await messenger.after(minutes=2)
    assert await sweep(messenger) == 1
    await messenger.work()
    assert await rows(messenger) == [("delivered", None)]
    assert len(await messenger.harness.events(MessageDelivered)) == 1
    assert await sweep(messenger) == 0


async def test_a_gateway_that_reports_a_failure_when_it_is_asked(messenger: Messenger) -> None:
    messenger.gateway.moods.undelivered_share = 1.0
    await messenger.harness.deliver(samples.contact(), samples.submitted(), source="/intake")
    await messenger.work()
    await messenger.after(hours=25)
    assert await sweep(messenger) == 1
    await messenger.work()
    assert await rows(messenger) == [("failed", "网关报告未送达")]


async def test_a_gateway_that_knows_nothing_of_it_ends_it(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.contact(), samples.submitted(), source="/intake")
    await messenger.work()
    messenger.gateway.shelf.connection.execute("DELETE FROM messages")
    await messenger.after(hours=25)
    assert await sweep(messenger) == 1
    await messenger.work()
    assert await rows(messenger) == [("failed", LOST)]


async def test_a_gateway_that_cannot_tell_leaves_it_unknown_and_a_late_receipt_is_harmless(
    messenger: Messenger,
) -> None:
    await messenger.harness.deliver(samples.contact(), samples.submitted(), source="/intake")
    await messenger.work()
    key, messenger.gateway.key = messenger.gateway.key, "another"  # it no longer knows us
    await messenger.after(hours=25)
    assert await sweep(messenger) == 1
    for _ in range(7):
        await messenger.after(hours=26)
    assert await rows(messenger) == [("unknown", NO_RECEIPT)]
    messenger.gateway.key = key
    (row,) = messenger.gateway.shelf.owed()
    assert await messenger.gateway._send_receipt(messenger.harness.client, row)
    assert await rows(messenger) == [("unknown", NO_RECEIPT)]
    assert len(await messenger.harness.events(MessageFailed)) == 1


async def test_a_message_whose_recipient_never_gets_a_contact_ends(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.submitted(), source="/intake")
    await messenger.after(days=6, hours=23)
    assert await sweep(messenger) == 0
    await messenger.after(hours=2)
    assert await sweep(messenger) == 1
    assert await rows(messenger) == [("failed", NO_CONTACT)]
    await messenger.harness.deliver(samples.contact(), source="/intake")
    await messenger.work()
    assert await rows(messenger) == [("failed", NO_CONTACT)]
    (failed,) = await messenger.harness.events(MessageFailed)
    assert (failed.reason, failed.channel) == (NO_CONTACT, "sms")
    shown = await messenger.harness.client.get("/messages", headers=messenger.harness.as_(Role.OPERATOR))
    assert [one["state"] for one in shown.json()["messages"]] == ["failed"]
