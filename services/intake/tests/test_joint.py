"""Meetings and site visits of a joint case, absence that consents, urging."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest

from services.intake.domain import clock, join, joint, reviewing
from services.intake.domain.case import Case, Change, Status
from services.intake.domain.values import Answer, Meeting, Pausing
from services.intake.tests.samples import (
    CLERK,
    COMMITTED,
    JOINT,
    MONDAY,
    RULES,
    TWO_STAGES,
    accepted,
    item,
    kinds,
    review_of,
    submitted,
)
from yimen.contracts.intake import CaseMeetingHeld, ReviewDeemedConsented, ReviewMeetingConvened, ReviewUrged
from yimen.contracts.parts import Kind, Opinion, Outcome, PauseKind, Staff
from yimen.errors import NotNow, Unfit
from yimen.worktime import end_of_day

MEETS = MONDAY + timedelta(days=1)
AFTER = MEETS + timedelta(hours=3)
TWO = (Staff(id="a", name="甲"), Staff(id="b", name="乙"))
OUTSPOKEN = item(Kind.JOINT, stages=(JOINT.stages[0].model_copy(update={"silence_consents": False}),))


def convened(case: Case, occasion: str = joint.MEETING, meets_at: datetime = MEETS) -> Case:
    return joint.convene(case, occasion, "三楼会议室", meets_at, CLERK, MONDAY).case


def held(
    case: Case, present: Iterable[str], *, officials: tuple[Staff, ...] = (), at: datetime = AFTER, which: int = -1
) -> Change:
    return joint.record_minutes(case, case.meetings[which], set(present), "一致同意", officials, CLERK, at, RULES)


def received(case: Case, *departments: str, at: datetime = MONDAY, now: datetime = MONDAY) -> Case:
    for department in departments:
        case = reviewing.sign_receipt(case, review_of(case, department), at, now, RULES).case
    return case


def answered(case: Case, *departments: str, reasons: str = "", at: datetime = MEETS, now: datetime = MEETS) -> Case:
    opinion = Opinion.REFUSE if reasons else Opinion.CONSENT
    given = Answer(opinion=opinion, reasons=reasons, decided_by="李主任", decided_at=at)
    for department in departments:
        case = reviewing.answer(case, review_of(case, department), given, now, RULES).case
    return case


# -- calling together ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("occasion", ["meeting", "site_visit"])
def test_whoever_has_not_answered_is_called(occasion: str) -> None:
    case = answered(accepted(), "environment")
    change = joint.convene(case, occasion, "三楼会议室", MEETS, CLERK, MONDAY)
    events = [event for event in change.events if isinstance(event, ReviewMeetingConvened)]
    assert [event.department for event in events] == ["planning", "fire"]
    assert {(event.meeting_id, event.occasion, event.convened_by) for event in events} == {
        (f"{case.case_number}.m1", occasion, CLERK)
    }
    assert change.case.meetings[0].departments == ("planning", "fire")


def test_meetings_of_a_case_are_numbered() -> None:
    case = convened(convened(accepted()), joint.SITE_VISIT)
    assert [one.meeting_id[-2:] for one in case.meetings] == ["m1", "m2"]


@pytest.mark.parametrize("meets_at", [MONDAY, MONDAY - timedelta(days=1), MONDAY + timedelta(days=366)])
def test_a_meeting_is_called_for_a_time_to_come_within_a_year(meets_at: datetime) -> None:
    with pytest.raises(Unfit, match="meeting-time-unfit"):
        convened(accepted(), meets_at=meets_at)


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (accepted(COMMITTED), "not-joint"),
        (submitted(), "case-in-wrong-state"),
        (answered(accepted(), "planning", "fire", "environment"), "case-in-wrong-state"),
    ],
)
def test_only_a_joint_case_under_review_has_meetings(case: Case, code: str) -> None:
    with pytest.raises(NotNow, match=code):
        convened(case)


# -- the minutes ---------------------------------------------------------------------------------------------------


def test_the_minutes_say_who_was_there_and_who_stayed_away_on_a_numbered_paper() -> None:
    change = held(convened(accepted()), ["planning", "fire"])
    event = change.events[0]
    assert isinstance(event, CaseMeetingHeld)
    assert (event.document.kind, event.document.dated) == ("minutes", date(2026, 9, 29))
    assert (event.present, event.absent, event.held_at) == (("fire", "planning"), ("environment",), MEETS)
    assert change.case.meetings[0].minutes == "一致同意"


def test_the_minutes_are_kept_once_and_not_before_the_meeting() -> None:
    case = convened(accepted())
    with pytest.raises(NotNow, match="meeting-not-yet-held"):
        held(case, ["planning"], at=MEETS - timedelta(seconds=1))
    once = held(case, ["planning"], at=MEETS).case
    with pytest.raises(NotNow, match="minutes-already-recorded"):
        held(once, ["planning"])


def test_only_departments_of_the_item_can_have_been_present() -> None:
    with pytest.raises(Unfit, match="department-not-asked"):
        held(convened(accepted()), ["planning", "health"])


@pytest.mark.rule("R34")
@pytest.mark.parametrize("officials", [(), TWO[:1], (TWO[0], TWO[0])])
def test_a_site_visit_without_two_officials_leaves_no_record(officials: tuple[Staff, ...]) -> None:
    case = convened(accepted(), joint.SITE_VISIT)
    with pytest.raises(Unfit, match="too-few-officials"):
        held(case, ["planning"], officials=officials)


@pytest.mark.rule("R34")
def test_a_site_visit_by_two_officials_is_recorded_with_their_names() -> None:
    event = held(convened(accepted(), joint.SITE_VISIT), ["planning"], officials=TWO).events[0]
    assert isinstance(event, CaseMeetingHeld)
    assert event.officials == TWO


def test_minutes_of_a_meeting_at_which_all_answered_are_kept_and_change_nothing_else() -> None:
    case = answered(convened(accepted()), "planning", "fire", "environment")
    assert case.status is Status.DECIDED
    change = held(case, ["planning", "fire"])
    assert kinds(change) == ["meeting_held"]
    assert change.case.outcome is Outcome.GRANTED


def test_a_case_that_has_ended_takes_no_minutes() -> None:
    case = convened(accepted()).but(status=Status.WITHDRAWN)
    with pytest.raises(NotNow, match="case-in-wrong-state"):
        held(case, ["planning"])


# -- absence -------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R45")
@pytest.mark.parametrize("occasion", ["meeting", "site_visit"])
def test_whoever_signed_and_stayed_away_consents_by_absence_and_it_says_so(occasion: str) -> None:
    case = received(convened(accepted(), occasion), "fire")
    change = held(case, ["planning", "environment"], officials=TWO)
    assert kinds(change) == ["meeting_held", "deemed_consented"]
    event = change.events[1]
    assert isinstance(event, ReviewDeemedConsented)
    assert (event.department, event.ground, event.deemed_at) == ("fire", "absence", MEETS)
    assert join.label(review_of(change.case, "fire"), RULES) == "缺席视为同意"


@pytest.mark.rule("R45")
def test_the_last_absence_joins_the_answers() -> None:
    case = received(convened(accepted()), "fire", "environment")
    change = held(answered(case, "planning"), ["planning"])
    assert kinds(change)[:4] == ["meeting_held", "deemed_consented", "deemed_consented", "reviewed"]
    assert change.case.outcome is Outcome.GRANTED
    assert change.case.reviewed_at == MEETS
    assert "消防救援大队：缺席视为同意" in change.case.reasons


@pytest.mark.rule("R41", "R45")
def test_absence_without_a_receipt_signed_before_the_meeting_is_urged_and_no_consent() -> None:
    change = held(convened(accepted()), ["planning", "environment"])
    assert kinds(change) == ["meeting_held", "urged"]
    event = change.events[1]
    assert isinstance(event, ReviewUrged)
    assert (event.department, event.rule) == ("fire", "R45")
    assert review_of(change.case, "fire").unanswered
    assert kinds(held(received(convened(accepted()), "fire", at=MEETS), ["planning", "environment"])) == kinds(change)


@pytest.mark.rule("R41", "R45")
def test_a_receipt_signed_before_the_meeting_that_arrives_after_the_minutes_completes_the_consent() -> None:
    case = held(convened(accepted()), ["planning", "environment"]).case
    fire = review_of(case, "fire")
    before = reviewing.sign_receipt(case, fire, MEETS - timedelta(seconds=1), AFTER, RULES)
    assert kinds(before) == ["deemed_consented"]
    assert review_of(before.case, "fire") == review_of(
        held(received(convened(accepted()), "fire", at=MEETS - timedelta(seconds=1)), ["planning", "environment"]).case,
        "fire",
    ).but(urged_at=AFTER)
    assert kinds(reviewing.sign_receipt(case, fire, MEETS, AFTER, RULES)) == []


@pytest.mark.rule("R45", "R46")
def test_the_lead_is_urged_and_never_deemed() -> None:
    case = received(convened(accepted()), "planning")
    change = held(case, ["fire", "environment"])
    assert kinds(change) == ["meeting_held", "urged"]
    assert review_of(change.case, "planning").unanswered


@pytest.mark.rule("R45")
def test_absence_says_nothing_where_silence_says_nothing() -> None:
    case = received(convened(accepted(OUTSPOKEN)), "fire")
    assert kinds(held(case, ["planning", "environment"])) == ["meeting_held", "urged"]


@pytest.mark.rule("R45", "R49")
def test_whoever_answered_before_the_minutes_is_not_deemed() -> None:
    case = answered(received(convened(accepted()), "fire"), "fire", reasons="通道不足")
    change = held(case, ["planning", "environment"])
    assert kinds(change) == ["meeting_held"]
    assert join.label(review_of(change.case, "fire"), RULES) == "不同意"


@pytest.mark.rule("R45", "R49")
def test_a_refusal_that_arrives_after_the_minutes_changes_nothing_whenever_it_was_spoken() -> None:
    case = held(received(convened(accepted()), "fire"), ["planning", "environment"]).case
    for spoken in (MEETS - timedelta(hours=1), AFTER):
        assert answered(case, "fire", reasons="通道不足", at=spoken, now=AFTER) == case


@pytest.mark.rule("R26", "R45")
def test_absence_during_a_special_procedure_consents_and_ends_the_pause() -> None:
    case = received(convened(accepted()), "fire")
    pausing = Pausing(kind=PauseKind.EXPERT_REVIEW, basis="第四十五条", planned_days=10, started_at=MONDAY)
    case = reviewing.pause(case, review_of(case, "fire"), pausing).case
    change = held(case, ["planning", "environment"])
    assert kinds(change) == ["meeting_held", "deemed_consented", "resumed"]
    assert clock.promised_due(change.case, RULES) is not None


def test_absence_from_a_meeting_of_an_earlier_stage_says_nothing_about_the_next() -> None:
    both = item(
        Kind.JOINT,
        stages=(TWO_STAGES.stages[0], JOINT.stages[0].model_copy(update={"departments": ("planning", "fire")})),
    )
    case = answered(convened(accepted(both)), "fire", "environment")
    case = received(case, "fire")
    change = held(case, ["planning"])
    assert kinds(change) == ["meeting_held"]
    assert review_of(change.case, "fire").unanswered


def test_absence_from_a_meeting_says_nothing_about_a_review_that_was_asked_for_after_the_call() -> None:
    case = convened(accepted())
    fire = review_of(case, "fire").but(requested_at=MEETS - timedelta(hours=2), received_at=MEETS - timedelta(hours=1))
    assert kinds(held(case.with_review(fire), ["planning", "environment"])) == ["meeting_held"]


@pytest.mark.rule("R44", "R45")
def test_of_a_missed_meeting_and_a_passed_limit_the_earlier_is_the_ground() -> None:
    case = convened(convened(accepted()), meets_at=MONDAY + timedelta(days=30))
    limit = end_of_day(date(2026, 10, 13))
    fire = review_of(case, "fire")
    due = clock.review_due(fire, RULES.calendar)
    assert due is not None
    case = reviewing.pass_limit(case, fire, due, limit, RULES).case
    late = MONDAY + timedelta(days=31)
    case = held(case, ["planning", "environment"], at=late).case
    change = reviewing.sign_receipt(case, review_of(case, "fire"), MONDAY, late, RULES)
    assert review_of(change.case, "fire").deemed_ground == "silence"
    earlier = held(case, ["planning", "environment"], at=late, which=0).case
    change = reviewing.sign_receipt(earlier, review_of(earlier, "fire"), MONDAY, late, RULES)
    assert (review_of(change.case, "fire").deemed_ground, review_of(change.case, "fire").deemed_at) == (
        "absence",
        MEETS,
    )


# -- urging --------------------------------------------------------------------------------------------------------


def test_a_person_urges_an_unanswered_review_once_a_day() -> None:
    case = accepted()
    change = joint.urge(case, review_of(case, "fire"), "请尽快答复", CLERK, MONDAY)
    (event,) = change.events
    assert isinstance(event, ReviewUrged)
    assert (event.urged_by, event.reason) == (CLERK, "请尽快答复")
    last_minute = datetime(2026, 9, 28, 15, 59, tzinfo=UTC)
    with pytest.raises(NotNow, match="urged-today"):
        joint.urge(change.case, review_of(change.case, "fire"), "再催", CLERK, last_minute)
    tomorrow = last_minute + timedelta(minutes=1)
    assert kinds(joint.urge(change.case, review_of(change.case, "fire"), "再催", CLERK, tomorrow)) == ["urged"]


def test_an_answered_review_is_not_urged() -> None:
    case = answered(accepted(), "fire")
    with pytest.raises(NotNow, match="review-answered"):
        joint.urge(case, review_of(case, "fire"), "请尽快答复", CLERK, MONDAY)


@pytest.mark.rule("R44")
@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_urging_never_spares_a_department_the_consent_by_silence(hours: int) -> None:
    case = received(accepted(), "fire")
    limit = end_of_day(date(2026, 10, 13))
    urged = joint.urge(case, review_of(case, "fire"), "请尽快答复", CLERK, limit + timedelta(hours=hours)).case
    fire = review_of(urged, "fire")
    assert clock.timers(urged, RULES)[clock.REVIEW_LIMIT, fire.review_id] == limit
    due = clock.review_due(fire, RULES.calendar)
    assert due is not None
    change = reviewing.pass_limit(urged, fire, due, limit + timedelta(hours=2), RULES)
    assert kinds(change) == ["deemed_consented"]


def test_a_meeting_is_read_back_as_it_was_kept() -> None:
    (meeting,) = held(convened(accepted(), joint.SITE_VISIT), ["planning"], officials=TWO).case.meetings
    assert Meeting.model_validate(meeting.model_dump(mode="json")) == meeting
