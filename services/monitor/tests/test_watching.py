"""Following cases: rows, timers and alerts, through the real inbox and the real timers."""

import secrets
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.monitor.tests.harness import message, rows, supervisor, tell
from services.monitor.tests.samples import (
    CHIEF,
    NUMBER,
    accepted,
    answered,
    at,
    closed,
    decided,
    due,
    joint_case,
    paused,
    received,
    recorded,
    requested,
    resumed,
    submitted,
)
from yimen.contracts import fees, intake, monitor
from yimen.worktime import Calendar

WHOLE = recorded(joint_case())
LATE_STEP = ("/intake", requested("fire", silence_consents=False), at(3, 2))
RECEIPT = [("/approval/fire", received("fire"), at(3, 2))]


def intake_case(*events, days=10):
    first = (submitted(), accepted(days, {10: due(3, 16), 2: due(3, 4)}[days]))
    return recorded(("/intake", event, at(3, 2)) for event in (*first, *events))


async def alerts(harness):
    return [(alert.rung, alert.level.value, alert.rule) for alert in await harness.events(monitor.AlertRaised)]


async def the_row(harness):
    (row,) = await rows(harness, "SELECT * FROM cases")
    return row


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    order=st.permutations(WHOLE),
    doubles=st.lists(st.sampled_from(WHOLE), max_size=10),
    size=st.integers(min_value=1, max_value=len(WHOLE)),
)
async def test_any_order_of_arrival_stores_the_same_row_and_the_same_alerts(tmp_path, order, doubles, size):
    """Batches of any size, shuffled, with doubles among them."""
    stream = [message(one) for one in (*order, *doubles)]
    async with supervisor(f"sqlite+aiosqlite:///{tmp_path / secrets.token_hex(8)}.db", at(4, 1)) as harness:
        for start in range(0, len(stream), size):
            await harness.process(stream[start : start + size])
        row = await the_row(harness)
        raised = await alerts(harness)
        journal = await rows(harness, "SELECT count(*) AS n FROM journal")
    assert row["state"] == "closed"
    assert (row["promised_due"], row["statutory_due"]) == ("2026-03-18", "2026-05-11")
    assert (row["late_days"], row["blue_at"], row["yellow_at"], row["red_at"]) == (0, None, None, None)
    assert row["rungs"] == "{}"
    assert raised == [("deemed-R-environment", "yellow", "R44")]
    assert journal == [{"n": len(WHOLE)}]


async def test_the_same_row_on_both_databases(database_url):
    async with supervisor(database_url, at(4, 1)) as harness:
        await tell(harness, *reversed(WHOLE))
        row = await the_row(harness)
        assert (row["state"], str(row["promised_due"]), row["late_days"]) == ("closed", "2026-03-18", 0)


@pytest.mark.rule("R70", "R71", "R72", "R77")
async def test_each_rung_raises_one_alert_at_its_instant(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *intake_case())
        harness.clock.move_to(at(3, 13, 0) - timedelta(microseconds=1))
        await harness.fire_timers()
        assert await alerts(harness) == []
        for instant, known in ((at(3, 13, 0), 1), (at(3, 17, 0), 2), (at(3, 19, 0), 3), (at(5, 9, 0), 4)):
            harness.clock.move_to(instant)
            await harness.fire_timers()
            assert len(await alerts(harness)) == known
        assert await alerts(harness) == [
            ("pre-alert", "blue", "R70"),
            ("promised", "yellow", "R71"),
            ("long-over", "red", "R72"),
            ("statutory", "red", "R72"),
        ]
        blue = (await harness.events(monitor.AlertRaised))[0]
        assert (blue.answer_by, blue.department) == (date(2026, 3, 18), "planning")
        assert (blue.code, blue.rulebook, blue.deductions) == ("pre-alert", 1, ())


@pytest.mark.rule("R74", "R81")
async def test_an_alert_names_its_row_of_the_rulebook_and_carries_what_it_costs(database_url):
    """A department without a window of its own name has one of its own code."""
    async with supervisor(database_url) as harness:
        await tell(harness, *intake_case())
        harness.clock.move_to(at(3, 17, 0))
        await harness.fire_timers()
        (yellow,) = [one for one in await harness.events(monitor.AlertRaised) if one.code == "promised"]
        assert yellow.rulebook == 1
        assert [(one.kind.value, one.party, one.part, one.tenths) for one in yellow.deductions] == [
            ("department", "planning", "time", -50),
            ("window", "planning", "limit", -50),
        ]


@pytest.mark.rule("R70")
async def test_an_alert_is_raised_once_although_its_rung_is_reached_again(database_url):
    """Blue on the 13th; a pause and its end make it blue again on another day."""
    told = intake_case(paused(at(3, 13)), resumed(at(3, 17), due(3, 18), due(5, 11)))
    async with supervisor(database_url) as harness:
        await tell(harness, *told[:2])
        harness.clock.move_to(at(3, 13, 0))
        await harness.fire_timers()
        await tell(harness, *told[2:])
        harness.clock.move_to(at(3, 18, 23))
        await harness.fire_timers()
        harness.clock.advance(timedelta(minutes=1))
        await harness.fire_timers()
        assert await alerts(harness) == [("pre-alert", "blue", "R70")]


@pytest.mark.rule("R78")
async def test_a_pause_takes_the_rungs_away_and_its_end_sets_them_anew(database_url):
    told = intake_case(paused(at(3, 4)), resumed(at(3, 10), due(3, 20), due(5, 13)))
    async with supervisor(database_url) as harness:
        await tell(harness, *told[:3])
        assert await rows(harness, "SELECT * FROM rungs") == []
        await tell(harness, told[3])
        standing = await rows(harness, "SELECT rung FROM rungs ORDER BY at")
        assert [row["rung"] for row in standing] == ["pre-alert", "promised", "long-over", "statutory"]
        assert (await the_row(harness))["paused"] in (False, 0)
        harness.clock.move_to(at(3, 21, 0))
        await harness.fire_timers()
        harness.clock.advance(timedelta(seconds=5))
        await harness.fire_timers()
        assert [rung for rung, _, _ in await alerts(harness)] == ["promised", "pre-alert"]


@pytest.mark.rule("R37", "R78")
async def test_a_case_closed_in_time_raises_nothing_and_one_closed_late_keeps_its_days(database_url):
    told = intake_case(decided(at(3, 18)), closed(at(4, 20)))
    async with supervisor(database_url) as harness:
        await tell(harness, *told[:2])
        harness.clock.move_to(at(3, 17, 0))
        await harness.fire_timers()
        harness.clock.move_to(at(4, 21))
        await tell(harness, *told[2:])
        row = await the_row(harness)
        assert row["late_days"] == 2
        assert row["red_at"] is None
        harness.clock.move_to(at(9, 1))
        for _ in range(2):
            await harness.fire_timers()
            harness.clock.advance(timedelta(seconds=5))
        assert "red" not in [level for _, level, _ in await alerts(harness)]


async def test_a_supervisor_that_slept_hears_the_backlog_before_it_accuses(database_url):
    """Its rungs ran out while it was down; that the case was closed in time is still in the queue."""
    told = intake_case(decided(at(3, 10)), closed(at(3, 11)))
    async with supervisor(database_url) as harness:
        await tell(harness, *told[:2])
        harness.clock.move_to(at(6, 1))
        await harness.fire_timers()
        await tell(harness, *told[2:])
        harness.clock.advance(timedelta(hours=1))
        await harness.fire_timers()
        assert await alerts(harness) == []


async def test_a_case_heard_of_late_is_accused_once_the_backlog_is_through(database_url):
    async with supervisor(database_url, at(6, 1)) as harness:
        await tell(harness, *intake_case())
        await harness.fire_timers()
        assert await alerts(harness) == []
        harness.clock.advance(timedelta(seconds=5))
        await harness.fire_timers()
        assert {level for _, level, _ in await alerts(harness)} == {"blue", "yellow", "red"}


@pytest.mark.rule("R05")
async def test_deemed_acceptance_is_a_red_alert_at_once(database_url):
    deemed = accepted(deemed=True, accepted_by=None, accepted_at=at(3, 10, 0))
    told = recorded([("/intake", submitted(), at(3, 2)), ("/intake", deemed, at(3, 10, 0))])
    async with supervisor(database_url, at(3, 10, 0)) as harness:
        await tell(harness, *told)
        assert await alerts(harness) == [("deemed-acceptance", "red", "R05")]


@pytest.mark.rule("R44")
async def test_deemed_consent_is_an_alert_for_the_department_that_kept_silent(database_url):
    async with supervisor(database_url, at(4, 1)) as harness:
        await tell(harness, *WHOLE)
        (raised,) = await harness.events(monitor.AlertRaised)
        assert (raised.department, raised.rule) == ("environment", "R44")


@pytest.mark.rule("R73")
@pytest.mark.parametrize(
    ("later", "raised"),
    [
        ([], [("step-R-fire", "blue", "R73")]),
        ([("/approval/fire", answered("fire", at(3, 11, 23, 59)), at(3, 11))], []),
        ([("/approval/fire", answered("fire", at(3, 12, 0)), at(3, 12))], [("step-R-fire", "blue", "R73")]),
        ([("/intake", requested("fire", silence_consents=True), at(3, 2)), *RECEIPT], []),
    ],
    ids=["silence", "answered in the last minute", "answered a moment too late", "where silence consents"],
)
async def test_a_late_step_is_an_alert_for_its_department_although_the_whole_is_in_time(database_url, later, raised):
    asked = later if later and later[0][0] == "/intake" else [LATE_STEP, *later]
    told = recorded([("/intake", submitted(), at(3, 2)), ("/intake", accepted(), at(3, 2)), *asked])
    async with supervisor(database_url) as harness:
        await tell(harness, *told)
        harness.clock.move_to(at(3, 12, 0))
        await harness.fire_timers()
        assert await alerts(harness) == raised
        row = await the_row(harness)
        assert str(row["blue_at"])[:10] == "2026-03-12"  # 13 March in Shanghai: a late step is no light of the whole


async def test_a_wrong_date_raises_a_red_alert(database_url):
    told = recorded([("/intake", submitted(), at(3, 2)), ("/intake", accepted(promised=due(3, 20)), at(3, 2))])
    async with supervisor(database_url) as harness:
        await tell(harness, *told)
        (raised,) = await harness.events(monitor.AlertRaised)
        assert (raised.rung, raised.level, raised.rule) == ("date-mismatch", "red", "R20")
        assert "2026-03-20" in raised.reason
        assert "2026-03-16" in raised.reason


async def test_its_own_words_come_back_into_the_journal_and_end_there(database_url):
    async with supervisor(database_url, at(4, 1)) as harness:
        await tell(harness, *WHOLE)
        ((_, raised),) = [one for one in await harness.emitted() if one[1].entity == "alert"]
        await tell(harness, *recorded([("/monitor", raised, at(4, 1))]))
        assert await harness.events(monitor.AlertRaised) == [raised]
        assert await rows(harness, "SELECT source FROM journal WHERE type LIKE 'monitor.%'") == [{"source": "/monitor"}]


@pytest.mark.rule("R35")
async def test_a_revised_calendar_moves_open_limits_and_leaves_closed_ones(database_url):
    plan = Calendar.seeded().plans[2026]
    revised = intake.CalendarRevised(
        year=2026,
        version=2,
        days_off=(*sorted(plan.days_off), date(2026, 3, 10)),
        worked_weekends=tuple(sorted(plan.worked_weekends)),
        revised_at=at(3, 3),
    )
    async with supervisor(database_url) as harness:
        await tell(harness, *intake_case())
        before = await the_row(harness)
        await tell(harness, *recorded([("/intake", revised, at(3, 3))]))
        await harness.fire_timers()
        after = await the_row(harness)
        assert (str(before["promised_due"]), str(after["promised_due"])) == ("2026-03-16", "2026-03-17")
        harness.clock.move_to(at(3, 17, 12))
        await harness.fire_timers()
        harness.clock.advance(timedelta(seconds=5))
        await harness.fire_timers()
        assert await alerts(harness) == [("pre-alert", "blue", "R70")]
        assert after["number"] == NUMBER


def violation(number="WG2026000001", department="fire", kind=fees.ViolationKind.ILLEGAL_FEE):
    return fees.ViolationFound(
        violation_number=number,
        department=department,
        case_number=NUMBER,
        kind=kind,
        list_id="L1",
        notice_number="JK2026000001",
        refund_number="TK2026000001",
        detail="收取了已经取消的费用",
        found_by=CHIEF,
        found_at=at(3, 20),
    )


@pytest.mark.rule("R62")
async def test_a_violation_raises_one_red_alert_to_the_department_that_asked_for_the_fee(database_url):
    """Whatever else is said of the case afterwards, and however late: the case is closed by then."""
    async with supervisor(database_url, at(4, 1)) as harness:
        await tell(harness, *WHOLE)
        before = len(await alerts(harness))
        found = recorded([("/fees", violation(), at(4, 1))])
        await tell(harness, *found, *found)
        later = recorded([("/fees", violation("WG2026000002", "environment"), at(4, 1))])
        await tell(harness, *later)
        raised = (await harness.events(monitor.AlertRaised))[before:]
        assert [(one.rung, one.department, one.level, one.rule) for one in raised] == [
            ("violation-WG2026000001", "fire", "red", "R62"),
            ("violation-WG2026000002", "environment", "red", "R62"),
        ]
        assert "违法收费" in raised[0].reason
        assert "收取了已经取消的费用" in raised[0].reason
