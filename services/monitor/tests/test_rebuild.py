"""What follows from the journal can be thrown away and made again."""

import pytest
from sqlalchemy import text

from services.monitor import rebuild
from services.monitor.tests.harness import change, rows
from services.monitor.tests.samples import at
from yimen.testing import Harness

TABLES = ("cases", "case_counts", "stage_counts", "rungs", "alerts", "counted_items")


async def everything(harness: Harness) -> dict[str, list[str]]:
    return {name: sorted(map(repr, await rows(harness, f"SELECT * FROM {name}"))) for name in TABLES}


async def test_what_was_kept_is_what_the_journal_has(blue: Harness) -> None:
    before = await everything(blue)
    assert before["cases"]
    assert before["case_counts"]
    assert await rebuild.rebuild(blue.units, check=True) == {}
    assert await rebuild.rebuild(blue.units) == {}
    assert await everything(blue) == before


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        ("UPDATE cases SET late_days = 9", {"cases"}),
        ("DELETE FROM cases", {"cases"}),
        ("UPDATE cases SET promised_due = NULL, contribution = NULL", {"cases"}),
        ("UPDATE case_counts SET accepted = accepted + 1", {"case_counts"}),
        ("DELETE FROM stage_counts", {"stage_counts"}),
        ("INSERT INTO cases (number, provisional, paused, rungs) VALUES ('K9', false, false, '{}')", {"cases"}),
    ],
)
async def test_what_was_changed_beside_the_journal_is_named_and_made_again(
    harm: str, named: set[str], blue: Harness
) -> None:
    before = await everything(blue)
    await change(blue, harm)
    harmed = await everything(blue)
    assert harmed != before
    assert set(await rebuild.rebuild(blue.units, check=True)) >= named
    assert await everything(blue) == harmed
    assert set(await rebuild.rebuild(blue.units)) >= named
    assert await everything(blue) == before


async def test_a_rung_that_is_to_come_is_set_again_and_one_that_passed_is_not_raised_twice(blue: Harness) -> None:
    before = await everything(blue)
    blue.clock.move_to(at(3, 13, 1))
    await change(blue, "DELETE FROM rungs")
    await rebuild.rebuild(blue.units)
    await blue.fire_timers()
    assert (await everything(blue))["alerts"] == before["alerts"]
    async with blue.units.view() as view:
        assert (await view.execute(text("SELECT count(*) FROM rungs"))).scalar_one() == len(before["rungs"])
