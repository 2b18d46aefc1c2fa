"""What a department's step can do wrong while the whole case is in time, at the law's edges."""

from datetime import date, timedelta

import pytest

from services.monitor.domain import clocks
from services.monitor.domain.fold import fold
from services.monitor.domain.steps import step_watches
from services.monitor.domain.views import State
from services.monitor.domain.violations import content_findings
from services.monitor.tests.books import BOOK
from services.monitor.tests.samples import (
    CHIEF,
    CLERK,
    NUMBER,
    accepted,
    at,
    due,
    from_intake,
    received,
    recorded,
    requested,
    review,
    submitted,
)
from yimen.contracts import approval, intake
from yimen.contracts.parts import Extension, Kind, Material, Office, Paper, PauseKind, RequestedMaterial, Staff
from yimen.worktime import Calendar, Limit, Pause, end_of_day

CALENDAR = Calendar.seeded()
MOMENT = timedelta(microseconds=1)


def told(*said, **changes):
    """A case of the fire brigade's, accepted on Monday 2 March, and what the brigade said of it."""
    quiet = {"silence_consents": False, "limit_days": 60, "due": due(5, 29)} | changes
    kind = quiet.pop("case_kind", Kind.JOINT)
    asked = [submitted(kind), accepted(60, due(5, 29), statutory_days=60, kind=kind), requested("fire", **quiet)]
    events = [("/intake", event, at(3, 2)) for event in asked]
    return fold(NUMBER, recorded([*events, *(("/approval/fire", one, at(3, 3)) for one in said)]))


def reached(view, rule):
    return [rung.at for rung in clocks.reached(tuple(step_watches(view)), CALENDAR, BOOK) if rung.step.rule == rule]


def visited(when, *officials):
    return approval.ReviewSiteVisited(
        **review("fire"), officials=officials, place="城北", findings="属实", visited_at=when
    )


def pause(when, kind=PauseKind.TESTING, days=3):
    return approval.ReviewPaused(
        **review("fire"), kind=kind, basis="第四十五条", planned_days=days, paused_by=CLERK, paused_at=when
    )


def resume(when):
    return approval.ReviewResumed(**review("fire"), resumed_by=CLERK, resumed_at=when)


@pytest.mark.rule("R33")
def test_an_inspection_by_two_officials_is_due_within_five_working_days():
    """Monday 2 March: the fifth working day is Monday the 9th."""
    ends = end_of_day(date(2026, 3, 9))
    inspected = {"inspection_by": due(3, 9)}
    assert reached(told(**inspected), "R33") == [ends]
    assert reached(told(visited(ends - MOMENT, CLERK, CHIEF), **inspected), "R33") == []
    assert reached(told(visited(ends, CLERK, CHIEF), **inspected), "R33") == [ends]
    assert reached(told(), "R33") == []


@pytest.mark.rule("R33", "R34")
def test_one_official_twice_is_no_inspection():
    view = told(visited(at(3, 3), CLERK, CLERK), inspection_by=due(3, 9))
    assert reached(view, "R33") == [end_of_day(date(2026, 3, 9))]


@pytest.mark.rule("R48")
def test_a_forwarded_case_goes_up_within_three_working_days():
    ends = end_of_day(date(2026, 3, 5))
    up = {"opinion": "拟同意", "superior": "市局", "forwarded_by": CLERK}
    asked = {"case_kind": Kind.FORWARDED, "forward_by": due(3, 5)}
    for when, late in ((ends - MOMENT, []), (ends, [ends])):
        forwarded = approval.ReviewForwarded(**review("fire"), **up, forwarded_at=when)
        assert reached(told(forwarded, **asked), "R48") == late
    assert reached(told(**asked), "R48") == [ends]


@pytest.mark.rule("R31")
def test_a_hearing_that_was_asked_for_is_held_within_twenty_working_days():
    asked = approval.ReviewHearingRequested(
        **review("fire"),
        requested_by="张三",
        told_on=date(2026, 3, 2),
        requested_on=date(2026, 3, 3),
        hold_by=due(3, 31),
        recorded_by=CLERK,
        recorded_at=at(3, 3),
    )
    ends = end_of_day(date(2026, 3, 31))
    assert reached(told(asked), "R31") == [ends]
    held = approval.ReviewHearingHeld(**review("fire"), chair=CHIEF, record="笔录", held_at=at(3, 31, 17))
    assert reached(told(asked, held), "R31") == []


@pytest.mark.rule("R28")
def test_a_pause_longer_than_was_told_is_an_alert_and_one_as_long_is_none():
    """Three working days from Tuesday 3 March end on Friday the 6th."""
    ends = end_of_day(date(2026, 3, 6))
    assert reached(told(pause(at(3, 3))), "R28") == [ends]
    assert reached(told(pause(at(3, 3)), resume(at(3, 6, 23, 59))), "R28") == []
    assert reached(told(pause(at(3, 3)), resume(at(3, 9))), "R28") == [ends]


@pytest.mark.rule("R28")
def test_the_same_procedure_twice_in_one_review_is_an_alert_and_two_different_ones_are_none():
    once = (pause(at(3, 3)), resume(at(3, 4)))
    assert content_findings(told(*once, pause(at(3, 5), PauseKind.APPRAISAL), resume(at(3, 6))), BOOK) == ()
    (finding,) = content_findings(told(*once, pause(at(3, 5)), resume(at(3, 6))), BOOK)
    assert (finding.step.rule, finding.step.level, finding.department) == ("R28", "yellow", "fire")


@pytest.mark.rule("R45")
def test_consent_by_absence_is_a_finding_of_its_own():
    absent = intake.ReviewDeemedConsented(**review("fire"), due=due(3, 11), deemed_at=at(3, 4), ground="absence")
    events = [("/intake", event, at(3, 2)) for event in (submitted(), accepted(), requested("fire"), absent)]
    (finding,) = content_findings(
        fold(NUMBER, recorded([*events, ("/approval/fire", received("fire"), at(3, 2))])), BOOK
    )
    assert (finding.step.rule, finding.step.reason) == ("R45", "未参加联合会审或踏勘，缺席视为同意。")


def extended(when, days, office=Office.ORGAN_HEAD):
    extension = Extension(days=days, reasons="案情复杂", approver=CHIEF, approved_at=when, office=office)
    return approval.ReviewExtended(**review("fire"), extension=extension)


@pytest.mark.rule("R23", "R24")
def test_an_extension_that_intake_declined_lengthens_no_limit():
    declined = intake.ReviewExtensionDeclined(
        **review("fire"), rule="R24", reason="须经县政府负责人批准", approved_at=at(3, 3), declined_at=at(3, 3)
    )
    events = [("/intake", event, at(3, 2)) for event in (submitted(), accepted(), requested("fire"), declined)]
    said = [("/approval/fire", extended(at(3, day), days), at(3, day)) for day, days in ((3, 10), (4, 5))]
    (found,) = fold(NUMBER, recorded([*events, *said])).reviews
    assert found.limit == Limit(date(2026, 3, 2), 7, (), 5)


MISSING = (RequestedMaterial(code="03", name="平面图", reason="容缺"),)


def lapsed(when):
    return intake.CaseDeferralLapsed(
        case_number=NUMBER,
        document=Paper(kind="deferral_lapsed", number="容催字〔2026〕1号", dated=date(2026, 3, 5)),
        materials=MISSING,
        make_up_by=due(3, 26),
        lapsed_at=when,
    )


@pytest.mark.rule("R16")
def test_the_clock_stands_while_minor_material_is_overdue():
    standing = fold(NUMBER, from_intake(submitted(), accepted(), lapsed(at(3, 5, 0))))
    assert standing.paused
    met = intake.CaseDeferralMet(
        case_number=NUMBER,
        materials=(Material(code="03", name="平面图"),),
        met_at=at(3, 9),
        promised_due=due(3, 18),
        statutory_due=due(5, 12),
    )
    running = fold(NUMBER, from_intake(submitted(), accepted(), lapsed(at(3, 5, 0)), met))
    assert running.promised == Limit(date(2026, 3, 2), 10, (Pause(date(2026, 3, 5), date(2026, 3, 9)),))
    assert not running.paused


@pytest.mark.rule("R16", "R29")
def test_an_instant_case_counts_by_the_visit_that_fills_its_gap() -> None:
    """Let until the end of its own day, and brought three days later."""
    day = {"accepted_on": date(2026, 3, 2), "kind": Kind.INSTANT}
    begun = (submitted(Kind.INSTANT), accepted(0, due(3, 2), **day))
    end = end_of_day(date(2026, 3, 2)) - MOMENT
    standing = fold(NUMBER, from_intake(*begun, lapsed(end)))
    assert standing.promised.due(CALENDAR) is None
    met = intake.CaseDeferralMet(
        case_number=NUMBER,
        materials=(Material(code="03", name="平面图"),),
        met_at=at(3, 5),
        promised_due=due(3, 5),
        statutory_due=due(5, 13),
    )
    view = fold(NUMBER, from_intake(*begun, lapsed(end), met))
    assert view.promised.due(CALENDAR).date == date(2026, 3, 5)


@pytest.mark.rule("R17")
def test_a_case_reopened_after_a_return_is_counted_anew():
    returned = intake.CaseReturned(
        case_number=NUMBER,
        document=submitted().document,
        reasons="不符合",
        policy_basis="规定",
        returned_by=Staff(id="c", name="李"),
        returned_at=at(3, 3),
    )
    reopened = intake.CaseReopened(
        case_number=NUMBER, received_on=date(2026, 3, 5), answer_by=due(3, 12), reopened_at=at(3, 5)
    )
    view = fold(NUMBER, from_intake(submitted(), returned, reopened))
    assert (view.state, view.stopped_at, view.accepted) == (State.SUBMITTED, None, None)
    again = accepted(10, due(3, 19), accepted_on=date(2026, 3, 5), accepted_at=at(3, 5), statutory_due=due(5, 13))
    view = fold(NUMBER, from_intake(submitted(), accepted(), returned, reopened, again))
    assert view.promised == Limit(date(2026, 3, 5), 10)
    assert [one.limit.start for one in view.announced][-2:] == [date(2026, 3, 5)] * 2
