"""Whoever changes the journal in its database is found, and the first row that was changed is named."""

import json

import pytest

from services.monitor.tests.harness import change, rows, tell
from services.monitor.tests.samples import joint_case, recorded
from services.monitor.tests.sealed import (
    disarm,
    entries_of,
    fill,
    hear_own_seals,
    new_key,
    rewrite,
    seal_now,
    sealing_supervisor,
    verification,
)

WHOLE = recorded(joint_case())


@pytest.fixture
async def sealed(database_url, tmp_path):
    """The joint case recorded and sealed, the seal's own word recorded, and a few rows more that no seal holds."""
    async with sealing_supervisor(database_url, new_key(tmp_path)) as harness:
        await tell(harness, *WHOLE)
        await seal_now(harness)
        await hear_own_seals(harness)
        yield harness


@pytest.fixture
async def tiled(database_url, tmp_path):
    """Sealed at 300 and at 700 rows: two full tiles, and an edge."""
    async with sealing_supervisor(database_url, new_key(tmp_path)) as harness:
        await tell(harness, *WHOLE)
        (like,) = await entries_of(harness, limit=1)
        for size in (300, 700):
            await fill(harness, size - (await entries_of(harness))[-1].position, like)
            await seal_now(harness)
        yield harness


def faults(found):
    return [(fault["flaw"], fault["first"], fault["last"]) for fault in found["faults"]]


async def named(harness):
    found = await verification(harness)
    assert found["sound"] is False
    return faults(found)


async def test_what_nobody_touched_is_sound(sealed):
    found = await verification(sealed)
    assert (found["sound"], found["checked"], found["sealed"], found["seals"]) == (True, len(WHOLE) + 1, len(WHOLE), 1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET body = body || ' ' WHERE position = 4",
        "UPDATE journal SET subject = 'case/other' WHERE position = 4",
        "UPDATE journal SET hash = (SELECT hash FROM journal AS other WHERE other.position = 5) WHERE position = 4",
        "DELETE FROM journal WHERE position = 4",
    ],
)
async def test_verification_names_the_first_altered_row(sealed, statement):
    await disarm(sealed)
    await change(sealed, statement)
    found = await verification(sealed)
    assert (found["sound"], found["first_altered"], found["last_altered"], found["checked"]) == (False, 4, 4, 3)
    assert found["faults"][0]["text"] == "日志第4条与前一条不相衔接：有记录被改动、删除或插入。"


@pytest.mark.parametrize("which", range(5))
async def test_a_single_byte_of_any_row_is_found(sealed, which):
    """One letter of the body: what an attacker with an editor would change."""
    position = 1 + which * 6
    entry = (await entries_of(sealed))[position - 1]
    place = 3 + which * 7
    letter = "z" if entry.body[place] != "z" else "y"
    changed = (entry.body[:place] + letter + entry.body[place + 1 :]).replace("'", "''").replace(":", "\\:")
    await disarm(sealed)
    await change(sealed, f"UPDATE journal SET body = '{changed}' WHERE position = {position}")
    assert await named(sealed) == [("chain", position, position)]


async def test_a_rewritten_chain_is_found_by_the_seal_and_its_row_named(sealed):
    await rewrite(sealed, 4)
    found = await verification(sealed)
    assert faults(found) == [("leaf", 4, 4)]
    assert (found["first_altered"], found["checked"]) == (4, 3)


@pytest.mark.parametrize("position", [1, 256, 257, 299, 300, 301, 512, 513, 700])
async def test_a_rewritten_chain_is_found_wherever_it_begins(tiled, position):
    await rewrite(tiled, position)
    assert await named(tiled) == [("leaf", position, position)]


async def test_where_the_tree_was_rewritten_too_the_range_between_two_roots_is_named(tiled):
    await rewrite(tiled, 400)
    for table in ("tiles", "seals"):
        await disarm(tiled, table)
    await change(tiled, "DELETE FROM tiles WHERE number = 1")
    assert await named(tiled) == [("root", 301, 700)]


async def test_rows_cut_off_at_the_end_are_missed(sealed):
    await disarm(sealed)
    await change(sealed, f"DELETE FROM journal WHERE position >= {len(WHOLE) - 2}")
    assert await named(sealed) == [("missing", len(WHOLE) - 2, len(WHOLE))]


async def test_a_row_put_in_is_found(sealed):
    await disarm(sealed)
    await change(sealed, f"UPDATE journal SET position = position + 100 WHERE position > {len(WHOLE) - 1}")
    assert await named(sealed) == [("chain", len(WHOLE), len(WHOLE))]


async def test_a_tile_that_was_altered_is_told_from_a_row_that_was(tiled):
    await disarm(tiled, "tiles")
    (before,) = await rows(tiled, "SELECT hashes FROM tiles WHERE number = 1")
    turned = bytes([before["hashes"][0] ^ 1]) + before["hashes"][1:]
    literal = f"X'{turned.hex()}'" if tiled.units.database.is_sqlite else f"decode('{turned.hex()}', 'hex')"
    await change(tiled, f"UPDATE tiles SET hashes = {literal} WHERE number = 1")
    found = await verification(tiled)
    assert faults(found) == [("tile", 257, 257), ("tile", 257, 512)]
    assert (found["first_altered"], found["checked"]) == (None, 700)


async def test_a_tile_that_was_taken_out_is_missed(tiled):
    await disarm(tiled, "tiles")
    await change(tiled, "DELETE FROM tiles WHERE number = 0")
    assert await named(tiled) == [("tile", 1, 256)]


async def test_a_row_put_in_before_the_first_is_found(sealed):
    await disarm(sealed)
    await change(sealed, "UPDATE journal SET position = 0 WHERE position = 1")
    assert await named(sealed) == [("chain", 1, 1)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE seals SET day = '2026-03-01' WHERE number = 1",
        "UPDATE seals SET signature = replace(signature, 'e', 'f') WHERE number = 1",
        "UPDATE seals SET key_id = 'other' WHERE number = 1",
        "DELETE FROM seals WHERE number = 1",
    ],
)
async def test_a_seal_that_was_altered_or_taken_out_is_missed(sealed, statement):
    await disarm(sealed, "seals")
    await change(sealed, statement)
    assert set(await named(sealed)) == {("seal", 1, 1)}


async def test_a_seal_in_the_middle_that_was_taken_out_is_missed_although_nothing_told_of_it(tiled):
    await disarm(tiled, "seals")
    await change(tiled, "DELETE FROM seals WHERE number = 1")
    assert await named(tiled) == [("seal", 1, 1)]


async def test_a_key_put_in_the_place_of_ours_convinces_nobody(sealed, tmp_path):
    await disarm(sealed, "seal_keys")
    (kept,) = await rows(sealed, "SELECT jwk FROM seal_keys")
    jwk = json.loads(kept["jwk"]) if isinstance(kept["jwk"], str) else kept["jwk"]
    jwk["x"] = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    text = json.dumps(jwk).replace(":", "\\:")
    await change(sealed, f"UPDATE seal_keys SET jwk = '{text}'")
    assert await named(sealed) == [("seal", 1, 1)]
