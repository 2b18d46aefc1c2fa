"""Alerts that nobody answers (R77): orders and the next colour, at the end of the day that was let pass."""

from datetime import date, timedelta

import pytest

from services.monitor.tests.desk import answer, midnight, orders, the_alert
from services.monitor.tests.harness import change, supervisor, tell
from services.monitor.tests.samples import accepted, at, due, recorded, submitted
from yimen.contracts import monitor

MINUTE = timedelta(minutes=1)
AS_JSON = {"sqlite": "", "postgresql": "::jsonb"}


@pytest.mark.rule("R77")
async def test_an_alert_that_nobody_answers_becomes_an_order_and_yellow_then_a_second_order_and_red(blue):
    alert = await the_alert(blue, rung="pre-alert")
    await midnight(blue, 3, 19)
    await midnight(blue, 3, 25)
    mine = [one for one in await blue.events(monitor.AlertEscalated) if one.alert_id == alert["alert_id"]]
    assert [(one.former.value, one.level.value, one.escalated_at) for one in mine] == [
        ("blue", "yellow", at(3, 19, 0)),
        ("yellow", "red", at(3, 25, 0)),
    ]
    first, second = [one for one in await blue.events(monitor.OrderIssued) if one.about == alert["alert_id"]]
    assert (first.stage, first.answer_by, first.document.number) == (1, date(2026, 3, 24), "督字〔2026〕1号")
    assert (second.stage, second.former, second.issued_by) == (2, first.order_number, None)
    assert [one.deductions[0].tenths for one in mine] == [-50, -50]
    (overdue, *_) = await blue.events(monitor.OrderOverdue)
    assert (overdue.order_number, overdue.overdue_at) == (first.order_number, at(3, 25, 0))
    assert [(one.code, one.tenths) for one in overdue.deductions] == [("order_unanswered", -50)]
    row = await the_alert(blue, rung="pre-alert")
    assert (row["level"], row["former_level"], row["order_number"]) == ("red", "blue", second.order_number)


@pytest.mark.rule("R77")
async def test_the_last_day_counts_whole(blue):
    await midnight(blue, 3, 19)
    blue.clock.move_to(at(3, 19, 0))
    assert len(await orders(blue)) == 1
    blue.clock.move_to(at(3, 24, 23, 59))
    await blue.fire_timers()
    assert await blue.events(monitor.OrderOverdue) == []
    blue.clock.advance(MINUTE)
    await blue.fire_timers()
    assert len(await blue.events(monitor.OrderOverdue)) == 1


@pytest.mark.rule("R77")
async def test_nothing_escalates_before_the_end_of_the_last_day(blue):
    blue.clock.move_to(at(3, 18, 23, 59))
    await blue.fire_timers()
    assert await orders(blue) == []


@pytest.mark.rule("R77")
async def test_an_answer_in_the_last_minute_keeps_the_colour(blue):
    blue.clock.move_to(at(3, 18, 23, 59))
    await answer(blue, await the_alert(blue, rung="pre-alert"))
    await midnight(blue, 3, 19)
    assert await blue.events(monitor.AlertEscalated) == []
    assert await orders(blue) == []


@pytest.mark.rule("R77")
async def test_an_answer_after_the_last_day_finds_the_order_issued_although_no_timer_ran_yet(blue):
    blue.clock.move_to(at(3, 19, 0))
    shown = await answer(blue, await the_alert(blue, rung="pre-alert"))
    assert (shown["level"], shown["answered_by"]) == ("yellow", "王首席")
    assert [stage for _, stage, _, _ in await orders(blue)] == [1]
    assert [one.order_number for one in await blue.events(monitor.OrderAnswered)] == [shown["order_number"]]
    await midnight(blue, 4, 20)
    assert (await the_alert(blue, rung="pre-alert"))["level"] == "yellow"


@pytest.mark.rule("R77")
async def test_a_worked_saturday_is_a_day_to_answer_and_a_holiday_is_none(database_url):
    """Raised on Wednesday 11 February 2026; the 14th, a Saturday, is worked, the 15th to the 23rd is Spring Festival."""
    async with supervisor(database_url, at(2, 11)) as harness:
        wrong = accepted(promised=due(3, 20), case_number="K1", accepted_on=date(2026, 2, 11), accepted_at=at(2, 11))
        await tell(harness, *recorded(("/intake", event, at(2, 11)) for event in (submitted(case_number="K1"), wrong)))
        assert str((await the_alert(harness))["answer_by"]) == "2026-02-14"
        harness.clock.move_to(at(2, 14, 23, 59))
        await harness.fire_timers()
        assert await orders(harness) == []
        await midnight(harness, 2, 15)
        assert [answer_by for _, _, _, answer_by in await orders(harness)] == [date(2026, 2, 26)]


@pytest.mark.rule("R77")
async def test_a_supervisor_that_slept_dates_the_silence_rightly_and_gives_the_order_its_whole_limit(blue):
    """Nobody is late with an order that nobody had given."""
    blue.clock.move_to(at(4, 8, 10))
    await blue.fire_timers()
    (moved, *_) = await blue.events(monitor.AlertEscalated)
    (issued, *_) = await blue.events(monitor.OrderIssued)
    assert (moved.level, moved.escalated_at) == ("yellow", at(3, 19, 0))
    assert (issued.stage, issued.issued_at, issued.answer_by) == (1, at(4, 8, 10), date(2026, 4, 13))
    assert await blue.events(monitor.OrderOverdue) == []


@pytest.mark.rule("R77")
async def test_what_is_red_stays_red_and_the_head_is_called_in_all_the_same(blue):
    await change(blue, "UPDATE alerts SET level = 'red'")
    await midnight(blue, 3, 19)
    await midnight(blue, 3, 25)
    assert await blue.events(monitor.AlertEscalated) == []
    assert [(stage, level) for _, stage, level, _ in await orders(blue)][:2] == [(1, "red"), (2, "red")]


@pytest.mark.rule("R77")
async def test_there_is_no_third_stage_and_the_second_silence_is_charged_once(blue):
    for day in (19, 25, 31):
        await midnight(blue, 3, day)
    await midnight(blue, 6, 1)
    mine = (await the_alert(blue, rung="pre-alert"))["alert_id"]
    assert [one.stage for one in await blue.events(monitor.OrderIssued) if one.about == mine] == [1, 2]
    assert [one.stage for one in await blue.events(monitor.OrderOverdue) if one.about == mine] == [1, 2]


@pytest.mark.rule("R77")
async def test_a_colour_that_the_centre_switched_off_costs_nothing(blue):
    await change(
        blue,
        "UPDATE rulebooks SET body = REPLACE(CAST(body AS TEXT), 'escalated_yellow', 'another')"
        + AS_JSON[blue.units.database.dialect],
    )
    blue.service.context.shelf.book = None
    await midnight(blue, 3, 19)
    assert {one.deductions for one in await blue.events(monitor.AlertEscalated)} == {()}
