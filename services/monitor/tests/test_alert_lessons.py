"""What users of other supervision systems complained of: each a thing that must not happen here."""

from datetime import date, timedelta

import pytest

from services.monitor.tests.harness import rows, supervisor, tell
from services.monitor.tests.samples import (
    CLERK,
    NUMBER,
    accepted,
    at,
    closed,
    decided,
    due,
    paper,
    paused,
    recorded,
    resumed,
    submitted,
)
from services.monitor.tests.test_violations import re_examined, reopened, returned
from yimen.contracts import intake, monitor
from yimen.contracts.parts import DocumentKind, RequestedMaterial
from yimen.testing import Harness
from yimen.web import Role


def told(*events):
    return recorded(("/intake", event, at(3, 2)) for event in events)


async def raised(harness: Harness) -> list[str]:
    return [one.rung for one in await harness.events(monitor.AlertRaised)]


async def every_day(harness: Harness, first: date, last: date) -> None:
    """The supervisor looks at each midnight, and again at noon."""
    for day in range((last - first).days + 1):
        for hour in (0, 12):
            on = first + timedelta(day)
            harness.clock.move_to(at(on.month, on.day, hour))
            await harness.fire_timers()


@pytest.mark.rule("R37", "R78")
async def test_a_closed_case_shows_no_red_however_long_ago_it_began(database_url):
    """Lateness was counted from the publication to now, although the case was closed (siteserver/cms 1348)."""
    async with supervisor(database_url) as harness:
        await tell(harness, *told(submitted(), accepted(), decided(at(3, 16, 23, 59)), closed(at(3, 17))))
        await every_day(harness, date(2026, 6, 1), date(2026, 6, 3))
        shown = (await harness.client.get(f"/cases/{NUMBER}", headers=harness.as_(Role.SUPERVISOR))).json()
        assert (shown["light"], shown["late_days"]) == ("green", 0)
        assert "promised" not in await raised(harness)
        assert "statutory" not in await raised(harness)


@pytest.mark.rule("R78")
async def test_a_clock_that_stands_reminds_nobody_and_the_days_it_stood_are_nobodys_lateness(database_url):
    """The clock ran on while the applicant was asked (righttoknow 183). Told in time again, when it runs again."""
    stood = (paused(at(3, 4)), resumed(at(3, 25), due(4, 7), due(6, 1)))
    whole = told(submitted(), accepted(), *stood)
    async with supervisor(database_url) as harness:
        await tell(harness, *whole[:3])
        await every_day(harness, date(2026, 3, 5), date(2026, 3, 24))
        assert await raised(harness) == []
        harness.clock.move_to(at(3, 25))
        await tell(harness, whole[3])
        await every_day(harness, date(2026, 3, 26), date(2026, 4, 2))
        assert [rung for rung in await raised(harness) if rung == "promised"] == []


async def test_what_was_told_once_is_not_told_again_at_each_run(database_url):
    """A message row at every run of the job, until somebody closed the case (平潭)."""
    async with supervisor(database_url) as harness:
        await tell(harness, *told(submitted(), accepted()))
        await every_day(harness, date(2026, 3, 16), date(2026, 3, 24))
        assert sorted(await raised(harness)) == ["long-over", "pre-alert", "promised"]
        assert await rows(harness, "SELECT rung FROM rungs") == [{"rung": "statutory"}]


async def test_every_event_that_is_heard_of_a_case_raises_nothing_again(database_url):
    wrong = (submitted(), accepted(deemed=True, accepted_by=None, accepted_at=at(3, 10, 0)))
    later = (paused(at(3, 11)), resumed(at(3, 12), due(3, 17), due(5, 9)), decided(at(3, 13)), closed(at(3, 13, 11)))
    async with supervisor(database_url, at(3, 10, 0)) as harness:
        for one in told(*wrong, *later):
            await tell(harness, one, one)
        assert (await raised(harness)).count("deemed-acceptance") == 1


@pytest.mark.rule("R17", "R70", "R71", "R72")
async def test_after_a_return_and_its_reopening_the_reminders_come_again(database_url):
    """After a return to an earlier step its reminder never fired again (ruoyi-vue-pro 1018)."""
    begun = (submitted(), accepted(2, due(3, 4)))
    back = (returned(), re_examined(upheld=False), reopened(10))
    anew = accepted(2, due(3, 12), accepted_on=date(2026, 3, 10), accepted_at=at(3, 10, 11), statutory_due=due(5, 14))
    whole = told(*begun, *(one.model_copy(update={"returned_at": at(3, 6)}) for one in back[:1]), *back[1:], anew)
    async with supervisor(database_url) as harness:
        await tell(harness, *whole[:2])
        await every_day(harness, date(2026, 3, 4), date(2026, 3, 5))
        assert await raised(harness) == ["pre-alert", "promised"]
        harness.clock.move_to(at(3, 10, 12))
        await tell(harness, *whole[2:])
        await every_day(harness, date(2026, 3, 11), date(2026, 3, 17))
        assert (await raised(harness))[-3:] == ["pre-alert-r2", "promised-r2", "long-over-r2"]


@pytest.mark.rule("R06")
async def test_a_notice_that_asks_for_more_is_one_alert_though_the_case_goes_on(database_url):
    def notice(*codes):
        asked = tuple(RequestedMaterial(code=code, name=code, reason="缺") for code in codes)
        known = {"document": paper(DocumentKind.ONE_TIME_NOTICE, 3, 3), "requested_by": CLERK}
        until = {"requested_at": at(3, 3), "supplement_by": date(2026, 6, 1)}
        return intake.CaseCorrectionRequested(case_number=NUMBER, requested=asked, **known, **until)

    async with supervisor(database_url, at(3, 4)) as harness:
        await tell(harness, *told(submitted(), notice("01"), notice("01", "02"), accepted(), decided(at(3, 5))))
        assert (await raised(harness)).count("second-notice2") == 1
        (alert,) = [one for one in await harness.events(monitor.AlertRaised) if one.code == "second-notice"]
        assert [(one.kind.value, one.tenths) for one in alert.deductions] == [("department", -50), ("window", -20)]
