"""Positions: how far every subject has come, so that a department's system can prove that it missed nothing (S20)."""

from typing import Any

import pytest

from services.notify.tests import samples
from services.notify.tests.asking import System, heard
from services.notify.tests.conftest import Messenger
from services.notify.tests.played import Listener
from services.notify.tests.test_feed import cursor_of, tell


async def positions(system: System, limit: int = 200, **asked: Any) -> dict[tuple[str, str], tuple[int, int]]:
    """Of all pages."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    after: str | None = None
    while True:
        params = asked | {"limit": limit} | ({} if after is None else {"after": after})
        answer = await system.ask("GET", "/feed/positions", params=params)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["positions"]) <= limit
        new = {(one["source"], one["subject"]): (one["first"], one["last"]) for one in page["positions"]}
        assert not new.keys() & found.keys()
        found |= new
        after = page["next"]
        if after is None:
            return found


async def test_each_source_and_subject_has_its_last_number(messenger: Messenger) -> None:
    await tell(messenger)
    system = System(messenger)
    expected = {
        ("/approval/fire", "review/R1"): (1, 2),
        ("/fees", "list/L1"): (1, 1),
        ("/monitor", "alert/A1"): (1, 1),
    }
    for limit in (1, 2, 3, 4):
        assert await positions(system, limit) == expected
    assert await positions(system, entities=["review"]) == dict([*expected.items()][:1])
    assert await positions(system, cases=["C9"]) == {}


async def test_positions_count_up_to_their_cursor(messenger: Messenger) -> None:
    system = System(messenger)
    await tell(messenger)
    page = (await system.ask("GET", "/feed/positions")).json()
    await messenger.harness.deliver(samples.review_decided(), source="/approval/fire")
    later = await system.ask("GET", f"/feed?after={page['cursor']}")
    assert [event["sequence"] for event in later.json()] == ["3"]
    assert (await system.ask("GET", "/feed/positions")).json()["cursor"] == cursor_of(later)


async def test_another_departments_positions_are_not_shown(messenger: Messenger) -> None:
    await tell(messenger)
    health = System(messenger, "health")
    assert set(await positions(health)) == {("/approval/health", "review/R2"), ("/monitor", "alert/A2")}
    assert (await health.ask("GET", "/feed/positions?departments=fire")).status_code == 403


@pytest.mark.parametrize("place", ["", "x", "fire", "fire~", "fire~/fees"])
async def test_a_place_that_no_page_gave_is_refused(messenger: Messenger, place: str) -> None:
    answer = await System(messenger).ask("GET", "/feed/positions", params={"after": place})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-place")


async def test_a_system_that_compares_finds_its_gap_and_closes_it(messenger: Messenger, listener: Listener) -> None:
    """As the guide tells integrators to do it."""
    system = System(messenger)
    made = await system.subscribe(listener.url)
    await system.change(made, entities=["list"])
    await tell(messenger)
    await messenger.work()
    await system.change(made, entities=None)
    kept = dict(heard(listener))
    lacking = {
        (source, subject): kept.get(subject, 0) + 1
        for (source, subject), (_, last) in (await positions(system)).items()
        if kept.get(subject, 0) < last
    }
    assert set(lacking) == {("/approval/fire", "review/R1"), ("/monitor", "alert/A1")}
    for (source, subject), number in lacking.items():
        await system.replay(made, subject=subject, source=source, from_sequence=number)
    await messenger.work()
    assert sorted(heard(listener)) == [("alert/A1", 1), ("list/L1", 1), ("review/R1", 1), ("review/R1", 2)]
