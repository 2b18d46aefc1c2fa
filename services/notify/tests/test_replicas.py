"""Several replicas at once on a real database: nothing is left behind between two transactions blind to each other."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from services.notify.handlers import tell_everyone
from services.notify.tests import samples
from services.notify.tests.conftest import Messenger, start
from services.notify.tests.played import Listener
from services.notify.tests.test_webhooks import subscribe
from yimen.bus import Unit
from yimen.contracts import Meta
from yimen.contracts.envelope import Event

CASES = [f"C{n}" for n in range(12)]


@pytest.fixture
async def messenger(postgres_database: Callable[..., str]) -> AsyncIterator[Messenger]:
    async for one in start(postgres_database()):
        yield one


async def test_contacts_and_cases_that_commit_side_by_side_leave_no_message_waiting(messenger: Messenger) -> None:
    events = [event for case in CASES for event in (samples.submitted(case), samples.contact(case))]
    await asyncio.gather(*(messenger.harness.deliver(event, source="/intake") for event in events))
    await messenger.work()
    assert [row["state"] for row in await messenger.messages()] == ["sent"] * len(CASES)


async def test_a_contact_that_commits_while_its_message_is_being_written_is_not_missed(messenger: Messenger) -> None:
    """The message's transaction stays open until the contact's has begun and waits for it."""

    async def handle(event: Event, unit: Unit[object]) -> None:
        meta = Meta.from_headers(messenger.harness.message(event, "/intake").headers)
        await tell_everyone(unit, event, meta)

    units = messenger.harness.units
    async with units.begin() as first:
        await handle(samples.submitted(), first)

        async def second() -> None:
            async with units.begin() as unit:
                await handle(samples.contact(), unit)

        contact = asyncio.create_task(second())
        done, _ = await asyncio.wait({contact}, timeout=0.3)
        assert not done
    await contact
    await messenger.work()
    assert [row["state"] for row in await messenger.messages()] == ["sent"]


async def test_deliveries_that_are_added_while_others_are_settled_all_go_in_order(
    messenger: Messenger, listener: Listener
) -> None:
    await subscribe(messenger, listener.url)
    events = [samples.review_received(), *[samples.review_decided() for _ in range(19)]]

    async def add() -> None:
        for event in events:
            await messenger.harness.deliver(event, source="/approval/fire")

    async def send(adding: asyncio.Task[None]) -> None:
        while not adding.done():
            await messenger.harness.run_senders()

    adding = asyncio.create_task(add())
    await asyncio.gather(adding, send(adding), send(adding))
    await messenger.work()
    assert [row["state"] for row in await messenger.deliveries()] == ["delivered"] * len(events)
    sequences = [int(body.partition(b'"sequence":"')[2].partition(b'"')[0]) for _, body in listener.calls]
    assert sequences == list(range(1, len(events) + 1))


async def test_the_streams_ids_have_no_gap_and_no_twin_under_concurrent_writers(messenger: Messenger) -> None:
    await asyncio.gather(*(messenger.harness.deliver(samples.submitted(case), source="/intake") for case in CASES))
    table = messenger.harness.units.metadata.tables["stream"]
    async with messenger.harness.units.view() as view:
        ids = [row.id for row in await view.execute(table.select().order_by(table.c.id))]
    assert ids == list(range(1, len(CASES) + 1))
