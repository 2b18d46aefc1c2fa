"""A changed calendar (R35): what it moves, what it leaves, what is kept of it, and alerts that it takes back."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from services.monitor import recomputing
from services.monitor.domain.clocks import reached
from services.monitor.domain.fold import fold
from services.monitor.domain.limits import unpack
from services.monitor.domain.watches import watches
from services.monitor.tests.books import BOOK
from services.monitor.tests.harness import change, rows, supervisor, tell
from services.monitor.tests.samples import (
    NUMBER,
    accepted,
    at,
    closed,
    decided,
    due,
    joint_case,
    paused,
    recorded,
    requested,
    resumed,
    submitted,
)
from services.monitor.watching import dates_of, row_of
from yimen.contracts import intake, monitor
from yimen.web import Role
from yimen.worktime import Calendar, YearPlan

KNOWN = Calendar.seeded().plans[2026]
WHOLE = recorded(joint_case())


def revised(version, *more, without=()):
    """The known plan with these days off too."""
    return recorded(
        [
            (
                "/intake",
                intake.CalendarRevised(
                    year=2026,
                    version=version,
                    days_off=tuple(sorted((KNOWN.days_off | set(more)) - set(without))),
                    worked_weekends=tuple(sorted(KNOWN.worked_weekends)),
                    revised_at=at(3, 3) + timedelta(minutes=version),
                ),
                at(3, 3),
            )
        ]
        * (version - 1)
    )[-1]


def numbered(number, *events):
    which = {"case_number": f"K{number:04}"}
    first = (submitted(), accepted())
    return recorded(("/intake", event.model_copy(update=which), at(3, 2)) for event in (*first, *events))


async def the_alerts(harness):
    return [(one.rung, one.level.value) for one in await harness.events(monitor.AlertRaised)]


@pytest.mark.rule("R35")
async def test_open_cases_are_counted_again_in_portions_and_old_and_new_dates_are_kept(database_url, monkeypatch):
    monkeypatch.setattr(recomputing, "AT_ONCE", 3)
    async with supervisor(database_url) as harness:
        for number in range(8):
            await tell(harness, *numbered(number, *([closed(at(3, 2, 11))] if number == 7 else [])))
        await tell(harness, revised(2, date(2026, 3, 10)))
        await harness.fire_timers()
        kept = await rows(harness, "SELECT * FROM recomputations ORDER BY case_number")
        assert [row["case_number"] for row in kept] == [f"K{number:04}" for number in range(7)]
        assert {(str(row["old_promised"]), str(row["new_promised"])) for row in kept} == {("2026-03-16", "2026-03-17")}
        assert {(str(row["old_statutory"]), str(row["new_statutory"])) for row in kept} == {
            ("2026-05-08", "2026-05-09")
        }
        (said,) = await harness.events(monitor.CalendarApplied)
        assert (said.year, said.version, said.cases, said.moved) == (2026, 2, 7, 7)


@pytest.mark.rule("R35")
async def test_a_plan_that_changes_nothing_moves_nothing_and_says_so(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *numbered(1))
        before = await rows(harness, "SELECT * FROM rungs ORDER BY rung")
        await tell(harness, revised(2))
        await harness.fire_timers()
        assert await rows(harness, "SELECT * FROM rungs ORDER BY rung") == before
        (said,) = await harness.events(monitor.CalendarApplied)
        assert (said.cases, said.moved) == (1, 0)


@pytest.mark.rule("R35")
async def test_an_alert_that_was_raised_too_early_is_taken_back_and_raised_when_its_day_has_come(database_url):
    """Late on the 17th by the old plan, in time by the new one, and late on the 18th."""
    async with supervisor(database_url) as harness:
        await tell(harness, *numbered(1))
        for day in (13, 17):
            harness.clock.move_to(at(3, day, 0))
            await harness.fire_timers()
        assert [rung for rung, _ in await the_alerts(harness)] == ["pre-alert", "promised"]
        await tell(harness, revised(2, date(2026, 3, 10)))
        await harness.fire_timers()
        (lifted,) = await harness.events(monitor.AlertLifted)
        early = (await harness.events(monitor.AlertRaised))[1]
        assert (lifted.alert_id, lifted.department, lifted.lifted_by) == (early.alert_id, "planning", None)
        harness.clock.move_to(at(3, 18, 0))
        for _ in range(2):
            await harness.fire_timers()
        again = (await harness.events(monitor.AlertRaised))[2:]
        assert [(one.rung, one.code) for one in again] == [("promised.2", "promised")]
        assert again[0].alert_id != early.alert_id


@pytest.mark.rule("R35", "R71")
async def test_a_limit_that_ends_earlier_by_the_new_plan_is_found_late_at_once(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, revised(2, date(2026, 3, 10)), *numbered(1))
        harness.clock.move_to(at(3, 13, 0))
        await harness.fire_timers()
        harness.clock.move_to(at(3, 17, 0))
        await tell(harness, revised(3))
        await harness.fire_timers()
        harness.clock.advance(timedelta(seconds=5))
        await harness.fire_timers()
        assert "promised" in [rung for rung, _ in await the_alerts(harness)]


@pytest.mark.rule("R30", "R35")
async def test_a_licence_that_waits_to_be_served_has_a_limit_that_a_calendar_moves(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *numbered(1, decided(at(3, 12))))
        before = await rows(harness, "SELECT at FROM rungs WHERE rung = 'service'")
        await tell(harness, revised(2, date(2026, 3, 17)))
        await harness.fire_timers()
        after = await rows(harness, "SELECT at FROM rungs WHERE rung = 'service'")
        assert str(before[0]["at"]) < str(after[0]["at"])


@pytest.mark.rule("R36")
async def test_a_date_that_was_told_by_a_plan_still_to_come_is_judged_when_the_plan_comes(database_url):
    """Told without reserve for 2027, whose plan the supervisor does not know: wrong, as it turns out."""
    far = accepted(240, due(12, 31), statutory_days=240)
    wrong = far.model_copy(update={"promised_due": due(12, 31).model_copy(update={"on": date(2027, 3, 1)})})
    plan = intake.CalendarRevised(
        year=2027, version=1, days_off=(date(2027, 1, 1),), worked_weekends=(), revised_at=at(3, 3)
    )
    async with supervisor(database_url) as harness:
        await tell(harness, *recorded(("/intake", event, at(3, 2)) for event in (submitted(), wrong)))
        assert await the_alerts(harness) == []
        await tell(harness, *recorded([("/intake", plan, at(3, 3))]))
        await harness.fire_timers()
        assert await the_alerts(harness) == [("date-mismatch", "red")]


async def test_what_was_kept_of_a_recomputation_cannot_be_changed(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *numbered(1))
        await tell(harness, revised(2, date(2026, 3, 10)))
        await harness.fire_timers()
        for statement in ("UPDATE recomputations SET new_promised = old_promised", "DELETE FROM recomputations"):
            with pytest.raises(DBAPIError, match="append-only"):
                await change(harness, statement)


@pytest.mark.rule("R35")
async def test_supervisors_page_through_what_a_plan_moved(database_url):
    async with supervisor(database_url) as harness:
        for number in range(3):
            await tell(harness, *numbered(number))
        await tell(harness, revised(2, date(2026, 3, 10)))
        await harness.fire_timers()
        headers = harness.as_(Role.SUPERVISOR)
        seen, address = [], "/recomputations?limit=2"
        while address is not None:
            page = (await harness.client.get(address, headers=headers)).json()
            seen += [item["case_number"] for item in page["items"]]
            address = page["next"] and f"/recomputations?limit=2&year=2026&version=2&after={page['next']}"
        assert seen == ["K0000", "K0001", "K0002"]
        other = await harness.client.get("/recomputations?year=2026&version=1", headers=headers)
        assert other.json()["items"] == []
        for place in ("x", "2026~2", "2026~9999999999~K", "-1~2~K"):
            answer = await harness.client.get(f"/recomputations?after={place}", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid-place")
        clerk = harness.as_(Role.WINDOW_CLERK, departments=["planning"])
        assert (await harness.client.get("/recomputations?year=2026&version=2", headers=clerk)).status_code == 403


async def test_cases_that_an_older_supervisor_kept_are_folded_once_more(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *numbered(1), *numbered(2))
        whole = await rows(harness, "SELECT * FROM cases ORDER BY number")
        await change(harness, "UPDATE cases SET watches = NULL, running = NULL")
    async with supervisor(database_url) as harness:
        await harness.fire_timers()
        assert await rows(harness, "SELECT * FROM cases ORDER BY number") == whole
        assert await rows(harness, "SELECT * FROM timers WHERE name = 'refold'") == []


# -- what a row keeps is enough -----------------------------------------------------------------------------------------

STORIES = (
    WHOLE,
    recorded(
        [
            *(("/intake", event, at(3, 2)) for event in (submitted(), accepted(), requested("fire"))),
            ("/intake", paused(at(3, 4)), at(3, 4)),
            ("/intake", resumed(at(3, 10), due(3, 20), due(5, 13)), at(3, 10)),
            ("/intake", decided(at(3, 17)), at(3, 17)),
        ]
    ),
)
assert WHOLE[0].event.case_number == NUMBER


@pytest.mark.rule("R35")
@settings(max_examples=60)
@given(
    story=st.sampled_from(STORIES),
    told=st.integers(1, 40),
    more=st.sets(st.dates(date(2026, 3, 2), date(2026, 6, 1)), max_size=6),
)
def test_counting_again_from_the_row_gives_what_folding_the_events_again_gives(story, told, more):
    """Any part of a story, under any plan."""
    days_off = (KNOWN.days_off | more) - KNOWN.worked_weekends
    newer = Calendar.seeded().with_plan(YearPlan(2026, frozenset(days_off), KNOWN.worked_weekends, 2))
    seen = fold(NUMBER, story[:told])
    kept = row_of(seen, watches(seen), Calendar.seeded())["watches"]
    again, fresh = unpack(kept), watches(seen)
    standing = reached(again, newer, BOOK)
    assert standing == reached(fresh, newer, BOOK)
    assert dates_of(again, standing, newer) == dates_of(fresh, reached(fresh, newer, BOOK), newer)
    promised = seen.promised.due(newer) if seen.promised else None
    assert dates_of(again, standing, newer)["promised_due"] == (promised.date if promised else None)
