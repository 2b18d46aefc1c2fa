"""Acceptance with a gap (容缺受理), at its edges."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.intake.domain import clock, deciding, deferring, door, reviewing, words
from services.intake.domain.case import Case, Status
from services.intake.domain.values import Answer
from services.intake.tests.door_samples import (
    MINOR_INSTANT,
    NOVEMBER_2,
    OCTOBER_14,
    accepted_with,
    gap,
    handed_in,
    lapsed,
    pieces,
    refused,
    with_a_gap,
)
from services.intake.tests.samples import CLERK, MONDAY, RULES, kinds, review_of, submitted
from yimen.contracts.intake import (
    CaseAccepted,
    CaseDeferralLapsed,
    CaseDeferralMet,
    CaseMaterialsDeferred,
    CaseReturned,
    ReviewMaterialsAdded,
)
from yimen.contracts.parts import Opinion, Outcome
from yimen.worktime import YearPlan, end_of_day

UNTIL = date(2026, 10, 10)
MAKE_UP_BY = date(2026, 10, 30)


def answered(case: Case, department: str, opinion: Opinion = Opinion.CONSENT, at: datetime = OCTOBER_14) -> Case:
    given = Answer(opinion=opinion, reasons="不符合规划", legal_basis="第四条", decided_by="李主任", decided_at=at)
    return reviewing.answer(case, review_of(case, department), given, at, RULES).case


def all_answered(case: Case, opinion: Opinion = Opinion.CONSENT) -> Case:
    for department in ("planning", "fire", "environment"):
        case = answered(case, department, opinion if department == "fire" else Opinion.CONSENT)
    return case


@pytest.mark.rule("R16")
def test_a_gap_of_minor_material_is_accepted_and_told_on_a_paper_with_its_last_day() -> None:
    change = accepted_with(gap())
    event = change.events[-1]
    assert kinds(change)[0] == "accepted"
    assert isinstance(event, CaseMaterialsDeferred)
    assert (event.document.kind, event.until.on, event.until.provisional) == ("deferral", UNTIL, False)
    assert [(m.code, m.reason) for m in event.materials] == [("02", "尚在制作"), ("04", "尚在制作")]
    assert isinstance(change.events[0], CaseAccepted)
    assert change.events[0].awaited == event.materials
    assert change.case.status is Status.ACCEPTED
    assert clock.timers(change.case, RULES)["deferral_limit", change.case.case_number] == end_of_day(UNTIL)


@pytest.mark.rule("R16")
@pytest.mark.parametrize(
    ("days", "until"), [(10, date(2026, 10, 16)), (None, date(2026, 10, 16)), (1, date(2026, 9, 29))]
)
def test_the_gap_is_to_be_filled_within_the_promised_limit_whatever_the_usual_grace(
    days: int | None, until: date
) -> None:
    case = with_a_gap(days=days)
    assert case.deferral is not None
    assert case.deferral.until == until
    with refused("deferral-beyond-promise"):
        accepted_with(gap(days=11))


@pytest.mark.rule("R16", "R36")
def test_a_gap_that_reaches_into_a_year_without_a_plan_says_so() -> None:
    event = accepted_with(gap(days=9), at=datetime(2026, 12, 21, 1, 0, tzinfo=UTC)).events[-1]
    assert isinstance(event, CaseMaterialsDeferred)
    assert (event.until.on, event.until.provisional) == (date(2027, 1, 1), True)


@pytest.mark.rule("R16")
def test_only_minor_material_that_is_missing_may_follow_and_only_against_a_commitment() -> None:
    with refused("material-not-deferrable"):
        door.accept(submitted(MINOR_INSTANT, materials=()), CLERK, MONDAY, RULES, gap("01", "02", "04"))
    with refused("material-not-deferrable"):
        accepted_with(gap("02", "04", "99"))
    with refused("material-not-missing"):
        door.accept(submitted(MINOR_INSTANT, materials=("01", "02")), CLERK, MONDAY, RULES, gap("02", "04"))
    with refused("commitment-missing"):
        accepted_with(gap(committed=False))


@pytest.mark.rule("R04", "R16")
def test_what_is_missing_and_not_let_follow_still_forbids_acceptance() -> None:
    with refused("materials-missing"):
        accepted_with(gap("02"))


@pytest.mark.rule("R16")
def test_in_the_last_minute_of_the_last_day_the_gap_is_filled_in_time_and_no_clock_stood() -> None:
    case, last = with_a_gap(), end_of_day(UNTIL) - timedelta(minutes=1)
    change = handed_in(case, "02", "04", at=last)
    event = change.events[-1]
    assert isinstance(event, CaseDeferralMet)
    assert event.promised_due == clock.maybe_due(clock.promised_due(case, RULES))
    assert [m.code for m in event.materials] == ["02", "04"]
    assert not change.case.awaits_deferred
    assert all(name == "review_limit" for name, _key in clock.timers(change.case, RULES))


@pytest.mark.rule("R16")
def test_a_gap_unfilled_at_the_end_of_its_last_day_stops_the_cases_clock_and_is_told_on_a_paper() -> None:
    change = deferring.lapse(with_a_gap(), RULES)
    (event,) = change.events
    assert isinstance(event, CaseDeferralLapsed)
    assert event.document.kind == "deferral_lapsed"
    assert event.make_up_by.on == MAKE_UP_BY
    assert event.lapsed_at == end_of_day(UNTIL) - timedelta(microseconds=1)
    assert clock.promised_due(change.case, RULES) is clock.statutory_due(change.case, RULES) is None
    assert clock.stands(change.case)
    assert deferring.lapse(change.case, RULES).events == ()


@pytest.mark.rule("R16", "R44")
def test_departments_go_on_reviewing_while_the_cases_clock_stands() -> None:
    before, after = with_a_gap(), lapsed()
    for department in ("planning", "fire", "environment"):
        limits = [clock.review_due(review_of(case, department), RULES.calendar) for case in (before, after)]
        assert limits[0] == limits[1]
    assert {name for name, _key in clock.timers(after, RULES)} == {"review_limit", "deferral_make_up"}


@pytest.mark.rule("R16")
def test_the_days_from_the_lapse_to_the_day_the_gap_is_filled_are_not_counted() -> None:
    change = handed_in(lapsed(), "02", "04")
    event = change.events[-1]
    assert isinstance(event, CaseDeferralMet)
    assert event.promised_due is not None
    # Five of ten days were used up on 10 October; five follow the 14th.
    assert event.promised_due.on == date(2026, 10, 21)
    assert not clock.stands(change.case)


@pytest.mark.rule("R16")
def test_a_gap_that_may_stay_open_for_the_whole_promise_stops_the_clock_on_its_last_day() -> None:
    case = deferring.lapse(with_a_gap(days=None), RULES).case
    assert clock.promised_due(case, RULES) is None
    filled = handed_in(case, "02", "04", at=datetime(2026, 10, 20, 2, 0, tzinfo=UTC)).case
    due = clock.promised_due(filled, RULES)
    assert due is not None
    assert due.date == date(2026, 10, 20)


@pytest.mark.rule("R16")
def test_what_comes_after_the_last_day_before_the_timer_ran_counts_as_late_all_the_same() -> None:
    change = handed_in(with_a_gap(), "02", "04")
    assert [kind for kind in kinds(change) if kind != "materials_added"] == ["deferral_lapsed", "deferral_met"]
    assert change.case == handed_in(lapsed(), "02", "04").case


@pytest.mark.rule("R11", "R16")
def test_each_piece_goes_to_the_departments_that_have_not_answered() -> None:
    case = answered(with_a_gap(), "fire", at=MONDAY)
    part = handed_in(case, "02", at=MONDAY)
    added = [event for event in part.events if isinstance(event, ReviewMaterialsAdded)]
    assert [event.department for event in added] == ["planning", "environment"]
    assert {m.code for event in added for m in event.materials} == {"02"}
    assert kinds(part).count("deferral_met") == 0
    assert [m.code for m in part.case.outstanding_deferred] == ["04"]
    assert kinds(handed_in(part.case, "04", at=MONDAY)).count("deferral_met") == 1


@pytest.mark.rule("R16")
def test_nothing_else_is_handed_in_under_a_gap_and_nothing_without_one() -> None:
    with refused("material-not-deferred"):
        deferring.hand_in(with_a_gap(), pieces("01"), MONDAY, RULES)
    with refused("case-in-wrong-state"):
        deferring.hand_in(submitted(), pieces("02"), MONDAY, RULES)
    with refused("case-in-wrong-state"):
        handed_in(handed_in(with_a_gap(), "02", "04").case, "02")


@pytest.mark.rule("R16")
def test_a_grant_waits_for_the_gap_and_is_dated_by_the_day_it_is_filled() -> None:
    case = all_answered(with_a_gap())
    assert (case.status, case.outcome) == (Status.REVIEWED, Outcome.GRANTED)
    change = handed_in(case, "02", "04", at=NOVEMBER_2 - timedelta(days=3))
    assert kinds(change)[-2:] == ["decided", "licence_issued"]
    assert change.case.decided_on == date(2026, 10, 30)


@pytest.mark.rule("R16")
def test_a_denial_does_not_wait_for_the_gap_and_ends_the_standing_of_the_clock() -> None:
    case = all_answered(lapsed(), Opinion.REFUSE)
    assert (case.status, case.outcome) == (Status.DECIDED, Outcome.DENIED)
    assert clock.timers(case, RULES) == {}
    assert not clock.stands(case)
    with refused("case-in-wrong-state"):
        handed_in(case, "02")


@pytest.mark.rule("R16")
def test_the_window_grants_nothing_while_material_that_was_let_follow_is_missing() -> None:
    case = with_a_gap(MINOR_INSTANT, None)
    with refused("deferred-material-missing"):
        deciding.decide_at_window(case, Outcome.GRANTED, "", "", CLERK, MONDAY, RULES)
    denied = deciding.decide_at_window(case, Outcome.DENIED, "不符合", "第五条", CLERK, MONDAY, RULES)
    assert denied.case.status is Status.DECIDED
    filled = handed_in(case, "02", "04", at=MONDAY).case
    granted = deciding.decide_at_window(filled, Outcome.GRANTED, "", "", CLERK, MONDAY, RULES)
    assert granted.case.outcome is Outcome.GRANTED


@pytest.mark.rule("R16", "R29")
def test_an_instant_item_whose_gap_lapsed_is_due_on_the_visit_that_fills_it() -> None:
    case = lapsed(MINOR_INSTANT)
    assert case.deferral is not None
    assert case.deferral.until == date(2026, 9, 28)
    assert clock.promised_due(case, RULES) is None
    due = clock.promised_due(handed_in(case, "02", "04").case, RULES)
    assert due is not None
    assert due.date == date(2026, 10, 14)


@pytest.mark.rule("R16")
def test_the_last_minute_of_the_grace_is_in_time_and_after_it_the_case_is_returned_and_its_reviews_cancelled() -> None:
    case, ends = lapsed(), end_of_day(MAKE_UP_BY)
    assert clock.timers(case, RULES)["deferral_make_up", case.case_number] == ends
    assert not handed_in(case, "02", "04", at=ends - timedelta(minutes=1)).case.awaits_deferred
    with refused("deferral-too-late"):
        handed_in(case, "02", "04", at=ends)
    change = door.return_unfilled(answered(case, "fire"), ends)
    event = change.events[0]
    assert isinstance(event, CaseReturned)
    assert "平面图、现场照片" in event.reasons
    assert kinds(change) == ["returned", "cancelled", "cancelled"]
    assert clock.timers(change.case, RULES) == {}


@pytest.mark.rule("R16")
def test_the_applicant_is_told_what_to_bring_by_when_and_what_follows() -> None:
    before, after = words.progress(with_a_gap(), RULES), words.progress(lapsed(), RULES)
    assert (before.by, after.by) == (UNTIL, MAKE_UP_BY)
    assert "平面图、现场照片" in before.next
    assert (after.state, "退回" in after.next) == ("已受理，办理时限暂停", True)


def test_a_withdrawn_case_waits_for_nothing_any_more() -> None:
    case = door.withdraw(lapsed(), "不办了", NOVEMBER_2).case
    assert clock.timers(case, RULES) == {}
    assert not clock.stands(case)


@pytest.mark.rule("R16", "R35")
def test_a_day_off_announced_late_moves_the_last_day_of_the_grace() -> None:
    plan = RULES.calendar.plans[2026]
    after = RULES.calendar.with_plan(
        YearPlan(2026, plan.days_off | {date(2026, 10, 20)}, plan.worked_weekends, version=2)
    )
    moved = clock.moved(lapsed(), RULES, RULES.calendar, after)
    assert moved["make_up"] == (MAKE_UP_BY, date(2026, 11, 2))
