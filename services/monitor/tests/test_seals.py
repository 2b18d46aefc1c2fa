"""Seals: one a day and on demand, each under everything recorded so far, signed, and provable to anybody."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from services.monitor import sealing, tree
from services.monitor.domain.chain import canonical
from services.monitor.queries import journal_head
from services.monitor.tests.harness import change, rows, tell
from services.monitor.tests.samples import at, joint_case, recorded
from services.monitor.tests.sealed import (
    entries_of,
    fill,
    get,
    head_of,
    hear_own_seals,
    new_key,
    seal_now,
    sealing_supervisor,
    verification,
)
from yimen import merkle
from yimen.contracts import monitor
from yimen.proofs import Unproven, check_answer
from yimen.web import Role

WHOLE = recorded(joint_case())


@pytest.fixture
def key(tmp_path):
    return new_key(tmp_path)


async def seals_of(harness):
    return (await get(harness, "/journal/seals?limit=200"))["items"][::-1]


async def test_a_day_is_sealed_when_it_ends_in_shanghai(database_url, key):
    async with sealing_supervisor(database_url, key, at(3, 2, 12)) as harness:
        await tell(harness, *WHOLE)
        harness.clock.move_to(at(3, 2, 23, 59))
        await harness.fire_timers()
        assert await seals_of(harness) == []
        harness.clock.move_to(at(3, 3, 0))
        await harness.fire_timers()
        (seal,) = await seals_of(harness)
        assert (seal["number"], seal["day"], seal["size"], seal["former_size"]) == (1, "2026-03-02", len(WHOLE), 0)
        assert seal["head"] == (await head_of(harness)).hash
        (said,) = await harness.events(monitor.RootSealed)
        assert said.model_dump(mode="json") == seal
        keys = await get(harness, "/journal/keys")
        assert check_answer(seal, keys) == [f"封存第1号（2026-03-02，共{len(WHOLE)}条）签名有效。"]


async def test_each_day_has_its_seal_for_the_one_before_was_recorded(database_url, key):
    async with sealing_supervisor(database_url, key, at(3, 2, 12)) as harness:
        await tell(harness, *WHOLE)
        for day in (3, 4, 5):
            harness.clock.move_to(at(3, day, 0))
            await harness.fire_timers()
            await hear_own_seals(harness)
        found = await seals_of(harness)
        assert [seal["day"] for seal in found] == ["2026-03-02", "2026-03-03", "2026-03-04"]
        assert [seal["size"] for seal in found] == [len(WHOLE) + more for more in range(3)]
        assert (await verification(harness))["sound"]


async def test_a_clock_moved_past_three_midnights_leaves_one_seal_under_the_last_of_these_days(database_url, key):
    async with sealing_supervisor(database_url, key, at(3, 2, 12)) as harness:
        await tell(harness, *WHOLE)
        harness.clock.move_to(at(3, 5, 9))
        await harness.fire_timers()
        (seal,) = await seals_of(harness)
        assert (seal["day"], seal["size"]) == ("2026-03-04", len(WHOLE))
        (timer,) = await rows(harness, "SELECT due_at FROM timers WHERE name = 'seal'")
        assert str(timer["due_at"]).replace("T", " ").startswith("2026-03-05 16:00")  # midnight in Shanghai


async def test_nothing_is_sealed_where_nothing_was_recorded(database_url, key):
    async with sealing_supervisor(database_url, key) as harness:
        harness.clock.move_to(at(3, 5, 9))
        await harness.fire_timers()
        assert await seals_of(harness) == []
        await tell(harness, *WHOLE[:3])
        await seal_now(harness)
        await seal_now(harness)
        assert len(await seals_of(harness)) == 1


async def test_a_seal_survives_a_restart_and_the_next_goes_on_from_it(database_url, key):
    async with sealing_supervisor(database_url, key) as harness:
        await tell(harness, *WHOLE[:7])
        first = await seal_now(harness)
    async with sealing_supervisor(database_url, key, at(3, 3, 12)) as harness:
        assert await seals_of(harness) == [first]
        await tell(harness, *WHOLE)
        await harness.fire_timers()
        found = await seals_of(harness)
        assert [(seal["number"], seal["former_size"]) for seal in found] == [(1, 0), (2, 7)]
        proof = await get(harness, "/journal/seals/2/consistency?former=1")
        assert len(check_answer(proof, await get(harness, "/journal/keys"))) == 3


async def test_a_new_key_signs_from_then_on_and_the_old_one_stays_published(database_url, tmp_path):
    async with sealing_supervisor(database_url, new_key(tmp_path, "old.pem")) as harness:
        await tell(harness, *WHOLE[:7])
        await seal_now(harness)
    async with sealing_supervisor(database_url, new_key(tmp_path, "new.pem"), at(3, 2, 13)) as harness:
        await tell(harness, *WHOLE)
        await seal_now(harness)
        keys = await get(harness, "/journal/keys")
        found = await seals_of(harness)
        assert [key["kid"] for key in keys["keys"]] == [seal["key_id"] for seal in found]
        assert not any("d" in key for key in keys["keys"])
        for seal in found:
            check_answer(seal, keys)


@pytest.mark.parametrize("proof", ["inclusion?position={place}", "inclusion?event_id={id}"])
async def test_anybody_gets_proof_that_an_event_is_under_a_seal(database_url, key, proof):
    async with sealing_supervisor(database_url, key) as harness:
        await tell(harness, *WHOLE)
        await seal_now(harness)
        keys = await get(harness, "/journal/keys")
        for entry in await entries_of(harness):
            path = f"/journal/seals/1/{proof.format(place=entry.position, id=entry.meta.id)}"
            answer = await get(harness, path)
            assert answer["position"] == entry.position
            check_answer(answer, keys)
            with pytest.raises(Unproven):
                check_answer(answer | {"position": answer["position"] % len(WHOLE) + 1}, keys)


async def test_what_is_asked_amiss_or_was_not_sealed_is_refused(database_url, key):
    async with sealing_supervisor(database_url, key) as harness:
        await tell(harness, *WHOLE[:5])
        await seal_now(harness)
        await tell(harness, *WHOLE)
        await seal_now(harness)
        await get(harness, "/journal/seals/1/inclusion?position=6", 404)
        await get(harness, "/journal/seals/1/inclusion?event_id=00000000-0000-4000-8000-000000000000", 404)
        await get(harness, "/journal/seals/1/inclusion", 422)
        await get(harness, "/journal/seals/1/consistency?former=2", 422)
        await get(harness, "/journal/seals/3", 404)
        assert (await get(harness, "/journal/seals?before=2"))["items"] == [await get(harness, "/journal/seals/1")]


async def test_without_a_key_nothing_is_sealed_and_who_asks_is_told(database_url, tmp_path):
    headers = {"Idempotency-Key": "k"}
    async with sealing_supervisor(database_url, None) as harness:
        await tell(harness, *WHOLE[:3])
        asked = await harness.client.post("/journal/seals", headers=harness.as_(Role.SUPERVISOR) | headers)
        assert (asked.status_code, asked.json()["code"]) == (409, "no-signing-key")
        harness.clock.move_to(at(3, 3, 0))
        await harness.fire_timers()
        assert await seals_of(harness) == []
    (tmp_path / "bad.pem").write_text("no key")
    async with sealing_supervisor(database_url, tmp_path / "bad.pem", at(3, 4, 12)) as harness:
        harness.clock.move_to(at(3, 5, 0))
        await harness.fire_timers()
        assert await seals_of(harness) == []
        new_key(tmp_path, "bad.pem")
        harness.clock.advance(timedelta(seconds=2))
        await harness.fire_timers()
        assert [seal["size"] for seal in await seals_of(harness)] == [3]


@pytest.mark.real
async def test_two_replicas_that_seal_at_once_make_one_seal(postgres_database, key):
    url = postgres_database()
    async with sealing_supervisor(url, key) as one, sealing_supervisor(url, key) as other:
        await tell(one, *WHOLE)

        async def seal(harness):
            async with harness.units.begin() as unit:
                await sealing._take_turn(unit)
                return await sealing.seal(unit, await journal_head(unit), daily=False)

        made = await asyncio.gather(seal(one), seal(other), seal(one), seal(other))
        assert len([one for one in made if one]) == 1
        for harness in (one, other):
            harness.clock.move_to(at(3, 3, 0))
        await hear_own_seals(one)
        await asyncio.gather(one.fire_timers(), other.fire_timers())
        assert [seal["number"] for seal in await seals_of(one)] == [1, 2]
        assert (await verification(other))["sound"]


@pytest.mark.real
@pytest.mark.parametrize("before", [250, 256, 511])
async def test_what_is_recorded_while_a_seal_is_made_waits_for_the_next_even_where_a_tile_becomes_full(
    postgres_database, key, monkeypatch, before
):
    """Recording takes no turn: rows are committed between the statements of who seals."""
    grow = tree.grow
    url = postgres_database()
    async with sealing_supervisor(url, key) as one, sealing_supervisor(url, key) as other:
        await tell(one, *WHOLE)
        (like, *_rest) = await entries_of(one, limit=1)
        await fill(one, before - len(WHOLE), like)

        async def grow_slowly(unit):
            more = await grow(unit)
            await fill(other, 7, like)
            return more

        monkeypatch.setattr(tree, "grow", grow_slowly)
        first = await seal_now(one)
        second = await seal_now(one)
        assert (first["size"], second["size"]) == (before, before + 7)
        leaves = [merkle.leaf_hash(canonical(entry.meta, entry.body)) for entry in await entries_of(one)]
        assert [seal["root"] for seal in (first, second)] == [
            merkle.root_of(leaves[: seal["size"]]).hex() for seal in (first, second)
        ]
        assert (await verification(other))["sound"]


async def test_a_long_journal_is_put_into_tiles_in_portions_and_every_proof_holds(database_url, key, monkeypatch):
    """Tiles of 256: two levels, and an edge."""
    async with sealing_supervisor(database_url, key) as harness:
        await tell(harness, *WHOLE)
        (like, *_rest) = await entries_of(harness, limit=1)
        monkeypatch.setattr("services.monitor.tree.TILES_AT_ONCE", 2)
        sizes = []
        for more in (300, 256 * 4, 100):
            await fill(harness, more, like)
            sizes.append((await seal_now(harness))["size"])
        leaves = [merkle.leaf_hash(canonical(entry.meta, entry.body)) for entry in await entries_of(harness)]
        found, keys = await seals_of(harness), await get(harness, "/journal/keys")
        assert [seal["root"] for seal in found] == [merkle.root_of(leaves[:size]).hex() for size in sizes]
        for place in (1, 255, 256, 257, 700, 1024, 1025, sizes[-1]):
            check_answer(await get(harness, f"/journal/seals/3/inclusion?position={place}"), keys)
        for former in (1, 2, 3):
            check_answer(await get(harness, f"/journal/seals/3/consistency?former={former}"), keys)
        assert (await rows(harness, "SELECT count(*) AS n FROM tiles"))[0]["n"] == sizes[-1] // 256
        assert await verification(harness) | {"head": ""} == {
            "sound": True,
            "checked": sizes[-1],
            "head": "",
            "sealed": sizes[-1],
            "seals": 3,
            "first_altered": None,
            "last_altered": None,
            "faults": [],
        }


@pytest.mark.parametrize("table", ["tiles", "seals", "seal_keys"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
async def test_the_database_refuses_to_change_what_was_sealed(database_url, key, table, statement):
    column = {"tiles": "level", "seals": "size", "seal_keys": "key_id"}[table]
    async with sealing_supervisor(database_url, key) as harness:
        await tell(harness, *WHOLE)
        (like, *_rest) = await entries_of(harness, limit=1)
        await fill(harness, 256, like)
        await seal_now(harness)
        with pytest.raises(DBAPIError, match="append-only"):
            await change(harness, statement.format(table, column, column))


def test_the_next_midnight_is_of_the_next_day():
    assert sealing._next_midnight(at(3, 2, 0)) == at(3, 3, 0)
    assert sealing._next_midnight(at(3, 2, 23, 59)).date() == date(2026, 3, 3)
