"""The journal: every event once, in one chain, and nobody changes it."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from services.monitor.app import BINDINGS
from services.monitor.domain.chain import GENESIS, Head, canonical, link
from services.monitor.recording import append
from services.monitor.tests.harness import change, message, rows, supervisor, tell
from services.monitor.tests.samples import at, joint_case, recorded
from services.monitor.tests.sealed import verification
from yimen.bus.local import matches
from yimen.contracts import event_types, intake
from yimen.web import Role

WHOLE = recorded(joint_case())
WAITING = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


async def test_every_event_stands_once_in_a_gapless_chain(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *WHOLE)
        await tell(harness, *WHOLE)
        positions = [row["position"] for row in await rows(harness, "SELECT position FROM journal ORDER BY position")]
        assert positions == list(range(1, len(WHOLE) + 1))
        assert (await verification(harness))["sound"]


async def test_the_journal_can_be_read_page_by_page_and_followed_to_the_first_link(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *WHOLE)
        headers, entries, after = harness.as_(Role.SUPERVISOR), [], 0
        while after is not None:
            answer = await harness.client.get(f"/journal?after={after}&limit=10", headers=headers)
            entries += answer.json()["items"]
            after = answer.json()["next"]
        assert [entry["position"] for entry in entries] == list(range(1, len(WHOLE) + 1))
        assert (await harness.client.get("/journal", headers=harness.as_(Role.LEADER))).status_code == 403


@pytest.mark.parametrize("statement", ["UPDATE journal SET body = '{}' WHERE position = 3", "DELETE FROM journal"])
async def test_the_database_refuses_to_change_the_journal(database_url, statement):
    async with supervisor(database_url) as harness:
        await tell(harness, *WHOLE[:5])
        with pytest.raises(DBAPIError, match="append-only"):
            await change(harness, statement)
        assert (await verification(harness))["checked"] == 5


@pytest.mark.real
async def test_postgresql_refuses_to_truncate_the_journal(postgres_database):
    async with supervisor(postgres_database()) as harness:
        await tell(harness, *WHOLE[:5])
        with pytest.raises(DBAPIError, match="append-only"):
            await change(harness, "TRUNCATE journal")


@pytest.mark.real
async def test_two_replicas_writing_at_once_make_one_chain(postgres_database):
    url = postgres_database()
    async with supervisor(url) as one, supervisor(url) as other:
        subjects = [event for event in WHOLE if event.meta.sequence == 1]
        await asyncio.gather(tell(one, *subjects[::2]), tell(other, *subjects[1::2]))
        await asyncio.gather(tell(one, *WHOLE), tell(other, *WHOLE))
        assert await verification(one) == await verification(other)
        assert (await verification(one))["sound"]
        assert (await verification(one))["checked"] == len(WHOLE)


@pytest.mark.real
async def test_a_unit_waits_for_the_chain_until_the_other_has_committed(postgres_database):
    """Without the lock both would follow the same head, and one of them fail."""
    async with supervisor(postgres_database()) as harness:
        async with harness.units.begin() as unit:
            await append(unit, WHOLE[0].event, WHOLE[0].meta)
            other = asyncio.create_task(tell(harness, WHOLE[2]))
            async with asyncio.timeout(10):
                while not await rows(harness, WAITING):
                    assert not other.done()
        await other
        assert (await verification(harness))["checked"] == 2


async def test_a_batch_that_fails_leaves_no_hole_in_the_chain(database_url):
    plan = intake.CalendarRevised(
        year=2027, version=1, days_off=(at(3, 2).date(),), worked_weekends=(), revised_at=at(3, 2)
    )
    impossible = recorded([("/intake", plan, at(3, 2))])
    async with supervisor(database_url) as harness:
        await tell(harness, *WHOLE[:6], *impossible, *WHOLE[6:])
        assert len(await harness.parked()) == 1
        assert (await verification(harness))["checked"] == len(WHOLE)
        assert (await verification(harness))["sound"]


def test_the_hash_covers_every_attribute_and_the_body():
    meta, body = WHOLE[0].meta, "{}"
    usual = link(Head(), canonical(meta, body))
    others = [
        replace(meta, id=uuid4()),
        replace(meta, type="intake.case.closed.v1"),
        replace(meta, source="/x"),
        replace(meta, subject="case/x"),
        replace(meta, sequence=2),
        replace(meta, scope="fire"),
        replace(meta, time=at(3, 3)),
        replace(meta, correlation_id=None),
        replace(meta, causation_id="x"),
        replace(meta, traceparent="x"),
    ]
    assert len({usual.hash, *(link(Head(), canonical(other, body)).hash for other in others)}) == len(others) + 1
    assert link(Head(), canonical(meta, "{ }")).hash != usual.hash
    assert link(Head(1, usual.hash), canonical(meta, body)).hash != usual.hash
    assert len(GENESIS) == 64
    assert canonical(meta, body) == canonical(replace(meta, time=meta.time.astimezone(at(3, 2).tzinfo)), body)


def test_it_hears_everything_but_contacts():
    for event in event_types().values():
        key = f"{event.speaker}.{event.entity}.{event.action}.all"
        heard = any(matches(binding, key) for binding in BINDINGS)
        assert heard is (event not in (intake.ContactRecorded, intake.ContactErased))


async def test_what_is_carried_is_what_is_kept(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, WHOLE[0])
        (row,) = await rows(harness, "SELECT body FROM journal")
        assert row["body"].encode() == message(WHOLE[0]).body
