"""Whose turn it is: a recipient's order, the night, the day's cap, test numbers."""

import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.notify.tests import samples
from services.notify.tests.conftest import Messenger, start
from yimen.contracts.notify import MessageDelivered, MessageFailed
from yimen.worktime import SHANGHAI

PHONE = "13800001234"


def to_clock(messenger: Messenger, *clock: int, day: int = 23) -> None:
    hour, minute, second = (*clock, 0, 0)[:3]
    messenger.harness.clock.move_to(datetime(2026, 11, day, hour, minute, second, tzinfo=SHANGHAI).astimezone(UTC))


async def texts(messenger: Messenger) -> list[str]:
    """Of the first gateway, in the order in which they were taken."""
    rows = messenger.gateway.shelf.taken() + messenger.other.shelf.taken()
    return [row["text"] for row in sorted(rows, key=lambda row: row["received_at"])]


async def written(messenger: Messenger) -> list[str]:
    rows = [row for row in await messenger.messages() if row["channel"] == "sms"]
    return [str(row["text"]) for row in sorted(rows, key=lambda row: int(str(row["place"])))]


async def states(messenger: Messenger) -> list[str]:
    rows = sorted(await messenger.messages(), key=lambda row: int(str(row["place"])))
    return [str(row["state"]) for row in rows if row["channel"] == "sms"]


STORY = (samples.submitted(), samples.accepted(), samples.decided())


async def test_what_is_written_at_night_rings_in_the_morning_in_its_order(messenger: Messenger) -> None:
    to_clock(messenger, 21)
    await messenger.harness.deliver(samples.contact(), *STORY, source="/intake")
    await messenger.work()
    to_clock(messenger, 7, 59, 59, day=24)
    await messenger.work()
    assert await texts(messenger) == []
    to_clock(messenger, 8, day=24)
    await messenger.harness.deliver(samples.notice(), source="/fees")  # may not pass those who waited
    await messenger.work()
    assert len(await texts(messenger)) == 4
    assert await texts(messenger) == await written(messenger)


async def test_what_is_urgent_rings_at_night(messenger: Messenger) -> None:
    to_clock(messenger, 23, 30)
    called_in = samples.order_issued(stage=2)
    await messenger.harness.deliver(samples.alert(), called_in, source="/monitor")
    await messenger.work()
    (told,) = await texts(messenger)
    assert "约谈" in told
    to_clock(messenger, 8, day=24)
    await messenger.work()
    assert len(await texts(messenger)) == 2


async def test_what_could_not_be_handed_over_before_nine_in_the_evening_waits_too(messenger: Messenger) -> None:
    messenger.gateway.moods.fail_next = messenger.other.moods.fail_next = 1
    to_clock(messenger, 20, 59, 58)
    await messenger.harness.deliver(samples.contact(), samples.submitted(), source="/intake")
    await messenger.work()
    for hour in (21, 22, 23):
        to_clock(messenger, hour, 5)
        await messenger.work()
    assert await texts(messenger) == []
    to_clock(messenger, 8, day=24)
    await messenger.work()
    assert await states(messenger) == ["sent"]


async def test_a_message_waits_for_the_one_before_it_and_no_longer_than_that(messenger: Messenger) -> None:
    messenger.gateway.moods.fail_next = messenger.other.moods.fail_next = 1
    await messenger.harness.deliver(samples.contact(), *STORY, source="/intake")
    await messenger.work()
    assert await states(messenger) == ["queued"] * 3
    await messenger.after(seconds=6)
    assert await states(messenger) == ["sent"] * 3
    assert await texts(messenger) == await written(messenger)


async def test_other_recipients_do_not_wait(messenger: Messenger) -> None:
    messenger.gateway.moods.fail_next = messenger.other.moods.fail_next = 1
    await messenger.harness.deliver(samples.contact(), samples.submitted(), source="/intake")
    await messenger.work()
    await messenger.harness.deliver(samples.contact("C2"), samples.submitted("C2"), source="/intake")
    await messenger.work()
    assert sorted(await states(messenger)) == ["queued", "sent"]


@settings(max_examples=8, deadline=None, phases=[Phase.generate])
@given(data=st.data())
async def test_whatever_fails_at_whatever_hour_a_recipients_messages_arrive_in_their_order(
    data: st.DataObject,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async for messenger in start(f"sqlite+aiosqlite:///{Path(folder) / 'test.db'}"):
            await messenger.harness.deliver(samples.contact(), source="/intake")
            events: list[tuple[str, Any]] = [("/intake", one) for one in STORY] + [("/fees", samples.notice())]
            for source, event in events:
                messenger.harness.clock.advance(timedelta(hours=data.draw(st.integers(0, 13))))
                for gateway in (messenger.gateway, messenger.other):
                    gateway.moods.fail_next = data.draw(st.integers(0, 2))
                messenger.gateway.moods.lose_next = data.draw(st.integers(0, 2))
                await messenger.harness.deliver(event, source=source)
                if data.draw(st.booleans()):
                    await messenger.work()
            for _ in range(24):
                await messenger.after(hours=1)
            assert await states(messenger) == ["sent"] * 4
            assert list(dict.fromkeys(await texts(messenger))) == await written(messenger)
            once = sum(not row["passed_on"] for row in await messenger.messages())
            assert len(await texts(messenger)) <= 4 + (4 - once), (
                "twice only where the first gateway left it open for long"
            )


# -- the cap -----------------------------------------------------------------------------------------------------------


@pytest.fixture
async def capped(database_url: str) -> AsyncIterator[Messenger]:
    async for one in start(database_url, sms_daily_cap=2):
        yield one


async def test_what_is_over_a_numbers_cap_lies_in_the_inbox_and_says_so(capped: Messenger) -> None:
    await capped.harness.deliver(samples.contact(), *STORY, source="/intake")
    await capped.work()
    assert await states(capped) == ["sent", "sent", "capped"]
    assert len(await texts(capped)) == 2
    assert len(await capped.inbox()) == 3
    (failed,) = await capped.harness.events(MessageFailed)
    assert "2条上限" in failed.reason
    (row,) = [row for row in await capped.messages() if row["state"] == "capped"]
    assert row["error"] == failed.reason


async def test_the_cap_is_the_numbers_whatever_its_cases_and_begins_anew_each_day(capped: Messenger) -> None:
    """All of one agent's cases, at the same moment."""
    cases = [f"C{n}" for n in range(5)]
    for case in cases:
        await capped.harness.deliver(samples.contact(case), samples.submitted(case), source="/intake")
    await capped.harness.deliver(samples.contact("D1", "13800009999"), samples.submitted("D1"), source="/intake")
    await capped.work()
    assert sorted(await states(capped)) == ["capped"] * 3 + ["sent"] * 3
    to_clock(capped, 9, day=24)
    await capped.harness.deliver(samples.accepted("C4"), source="/intake")
    await capped.work()
    assert sorted(await states(capped)) == ["capped"] * 3 + ["sent"] * 4


async def test_a_message_counts_once_however_often_it_is_tried(capped: Messenger) -> None:
    capped.gateway.moods.lose_next = 3
    await capped.harness.deliver(samples.contact(), samples.submitted(), samples.accepted(), source="/intake")
    for seconds in (0, 6, 36, 340):
        await capped.after(seconds=seconds)
    assert await states(capped) == ["sent", "sent"]


# -- test numbers ------------------------------------------------------------------------------------------------------


async def test_nothing_really_goes_to_a_test_number(database_url: str) -> None:
    async for messenger in start(database_url, test_numbers=("1380000*",), sms_daily_cap=1):
        await messenger.harness.deliver(samples.contact(), samples.submitted(), samples.accepted(), source="/intake")
        await messenger.harness.deliver(samples.alert(), source="/monitor")
        await messenger.work()
        rows = {(row["recipient"], row["state"], row["mark"]) for row in await messenger.messages()}
        assert rows == {("case/C1", "delivered", "test"), ("department/fire", "sent", None)}
        assert [row["phone"] for row in messenger.gateway.shelf.taken()] == ["13900005678"]
        assert len(await messenger.harness.events(MessageDelivered)) == 2
