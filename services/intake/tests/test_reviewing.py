"""Departments' words: receipts, pauses, silence, answers."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.intake.domain import clock, deciding, join, reviewing
from services.intake.domain.case import Case, Status
from services.intake.domain.values import Answer, FeeList, Pausing, SuperiorAnswer
from services.intake.tests.samples import (
    COMMITTED,
    FORWARDED,
    JOINT,
    MONDAY,
    RULES,
    TWO_STAGES,
    accepted,
    kinds,
    review_of,
)
from yimen.contracts.intake import CaseDecided, CaseResumed, CaseReviewed, ReviewUrged
from yimen.contracts.parts import Opinion, Outcome, PauseKind
from yimen.terms import REDRESS
from yimen.worktime import end_of_day

LATER = MONDAY + timedelta(days=14)


def saying(opinion: Opinion, reasons: str = "", at: datetime = LATER) -> Answer:
    return Answer(opinion=opinion, reasons=reasons, legal_basis="第四条", decided_by="李主任", decided_at=at)


def answered(case: Case, department: str, answer: Answer) -> Case:
    return reviewing.answer(case, review_of(case, department), answer, LATER, RULES).case


def consented(case: Case, *departments: str) -> Case:
    for department in departments:
        case = answered(case, department, saying(Opinion.CONSENT))
    return case


def received(case: Case, department: str, at: datetime = MONDAY) -> Case:
    return reviewing.sign_receipt(case, review_of(case, department), at, at, RULES).case


def limit_ends(case: Case, department: str) -> datetime:
    due = clock.review_due(review_of(case, department), RULES.calendar)
    assert due is not None
    return end_of_day(due.date)


def in_silence(case: Case, department: str, now: datetime | None = None) -> reviewing.Change:
    review = review_of(case, department)
    due = clock.review_due(review, RULES.calendar)
    assert due is not None
    return reviewing.pass_limit(case, review, due, now or end_of_day(due.date), RULES)


def paused(case: Case, department: str, start: datetime, end: datetime | None = None) -> Case:
    pausing = Pausing(kind=PauseKind.EXPERT_REVIEW, basis="第四十五条", planned_days=10, started_at=start)
    case = reviewing.pause(case, review_of(case, department), pausing).case
    return case if end is None else reviewing.resume(case, review_of(case, department), end, RULES).case


@pytest.mark.rule("R44")
def test_silence_past_the_joint_limit_counts_as_consent_and_says_so() -> None:
    change = in_silence(received(accepted(), "fire"), "fire")
    assert kinds(change) == ["deemed_consented"]
    review = review_of(change.case, "fire")
    assert join.verdict(review, RULES) is join.Verdict.CONSENT
    assert join.label(review, RULES) == "超时视为同意"


@pytest.mark.rule("R41")
def test_silence_without_a_signed_receipt_is_urged_and_no_consent() -> None:
    change = in_silence(accepted(), "fire")
    (event,) = change.events
    assert isinstance(event, ReviewUrged)
    assert review_of(change.case, "fire").unanswered
    assert ("review_limit", event.review_id) not in clock.timers(change.case, RULES)


@pytest.mark.rule("R41")
def test_a_receipt_signed_in_time_that_arrives_after_the_limit_completes_the_consent() -> None:
    case = in_silence(accepted(), "fire").case
    ends = limit_ends(case, "fire")
    in_time = reviewing.sign_receipt(
        case, review_of(case, "fire"), ends - timedelta(seconds=1), ends + timedelta(hours=1), RULES
    )
    assert kinds(in_time) == ["deemed_consented"]
    late = reviewing.sign_receipt(case, review_of(case, "fire"), ends, ends + timedelta(hours=1), RULES)
    assert kinds(late) == []


@pytest.mark.rule("R46")
@pytest.mark.parametrize("item", [COMMITTED, FORWARDED, JOINT])
def test_the_lead_departments_silence_is_never_the_final_licence(item: object) -> None:
    case = received(accepted(item), "planning")  # type: ignore[arg-type]
    assert kinds(in_silence(case, "planning")) == ["urged"]


@pytest.mark.rule("R49")
def test_late_and_doubled_answers_change_nothing() -> None:
    case = in_silence(received(accepted(), "fire"), "fire").case
    late = reviewing.answer(case, review_of(case, "fire"), saying(Opinion.REFUSE, "通道不足"), LATER, RULES)
    assert (late.case, late.events) == (case, ())
    once = consented(accepted(), "environment")
    twice = reviewing.answer(once, review_of(once, "environment"), saying(Opinion.REFUSE, "改主意"), LATER, RULES)
    assert (twice.case, twice.events) == (once, ())


@pytest.mark.rule("R42")
def test_one_refusal_with_reasons_denies() -> None:
    case = consented(accepted(), "planning", "environment")
    change = reviewing.answer(case, review_of(case, "fire"), saying(Opinion.REFUSE, "疏散通道不足"), LATER, RULES)
    reviewed, decided = change.events
    assert isinstance(reviewed, CaseReviewed)
    assert isinstance(decided, CaseDecided)
    assert decided.outcome is Outcome.DENIED
    assert "消防救援大队：不同意，疏散通道不足" in decided.reasons
    assert decided.reasons.endswith(REDRESS)
    assert decided.legal_basis == "第四条"


@pytest.mark.rule("R43")
def test_a_refusal_without_reasons_counts_as_consent_and_is_flagged() -> None:
    case = consented(accepted(), "planning", "environment")
    change = reviewing.answer(case, review_of(case, "fire"), saying(Opinion.REFUSE, "  "), LATER, RULES)
    assert change.case.outcome is Outcome.GRANTED
    assert "不同意但未说明理由，按同意处理" in change.case.reasons


@pytest.mark.rule("R48")
def test_consent_but_forward_waits_for_the_superiors_answer() -> None:
    case = answered(accepted(FORWARDED), "planning", saying(Opinion.CONSENT_BUT_FORWARD))
    assert case.status is Status.ACCEPTED
    said = SuperiorAnswer(superior="省厅", granted=False, opinion="不符合规划", answered_at=LATER + timedelta(days=3))
    change = reviewing.superior_answers(case, review_of(case, "planning"), said, LATER + timedelta(days=4), RULES)
    assert change.case.outcome is Outcome.DENIED
    assert change.case.decided_at == said.answered_at
    assert "不符合规划" in change.case.reasons


def test_the_superiors_refusal_binds_the_department_that_answers_after_it() -> None:
    case = accepted(FORWARDED)
    said = SuperiorAnswer(superior="省厅", granted=False, opinion="不同意", answered_at=LATER)
    case = reviewing.superior_answers(case, review_of(case, "planning"), said, LATER, RULES).case
    assert answered(case, "planning", saying(Opinion.CONSENT)).outcome is Outcome.DENIED


def test_the_last_answer_of_a_stage_asks_the_next() -> None:
    case = consented(accepted(TWO_STAGES), "fire")
    change = reviewing.answer(case, review_of(case, "environment"), saying(Opinion.CONSENT), LATER, RULES)
    assert kinds(change) == ["requested"]
    assert [r.department for r in change.case.current_reviews] == ["planning"]
    assert consented(change.case, "planning").status is Status.DECIDED


def test_a_refusal_in_the_first_stage_ends_the_review_without_a_second() -> None:
    case = consented(accepted(TWO_STAGES), "fire")
    case = answered(case, "environment", saying(Opinion.REFUSE, "环评未通过"))
    assert (case.stage, case.outcome) == (0, Outcome.DENIED)


@pytest.mark.rule("R26")
def test_a_pause_stops_case_and_review_and_takes_the_timer_away() -> None:
    case = paused(accepted(), "fire", MONDAY)
    assert clock.promised_due(case, RULES) is None
    assert ("review_limit", review_of(case, "fire").review_id) not in clock.timers(case, RULES)
    assert ("review_limit", review_of(case, "planning").review_id) in clock.timers(case, RULES)


@pytest.mark.rule("R27")
def test_a_pause_inside_a_pause_is_counted_once() -> None:
    october = [datetime(2026, 10, day, 2, 0, tzinfo=UTC) for day in (8, 9, 10, 14)]
    outer = paused(accepted(), "fire", october[0], october[3])
    both = paused(outer, "environment", october[1], october[2])
    assert clock.promised_due(both, RULES) == clock.promised_due(outer, RULES)
    # 10-09, 10-10, 10-12, 10-13 and 10-14 were not counted.
    assert clock.promised_due(both, RULES) == RULES.calendar.add(date(2026, 10, 16), 5)


@pytest.mark.rule("R27")
def test_resuming_one_of_two_pauses_tells_no_dates_yet() -> None:
    case = paused(paused(accepted(), "fire", MONDAY), "environment", MONDAY)
    one = reviewing.resume(case, review_of(case, "fire"), LATER, RULES)
    (event,) = one.events
    assert isinstance(event, CaseResumed)
    assert event.promised_due is None
    (last,) = reviewing.resume(one.case, review_of(one.case, "environment"), LATER, RULES).events
    assert isinstance(last, CaseResumed)
    assert last.promised_due is not None


def test_a_second_pause_of_a_paused_review_is_no_second_pause() -> None:
    case = paused(accepted(), "fire", MONDAY)
    assert paused(case, "fire", LATER) == case


def test_an_answer_ends_the_reviews_own_pause() -> None:
    case = paused(accepted(), "fire", MONDAY)
    change = reviewing.answer(case, review_of(case, "fire"), saying(Opinion.CONSENT), LATER, RULES)
    assert kinds(change) == ["resumed"]
    assert clock.promised_due(change.case, RULES) is not None


@pytest.mark.rule("R49")
def test_the_word_that_all_have_answered_names_the_reviews_and_which_silence_decided() -> None:
    case = in_silence(received(consented(accepted(), "planning"), "fire"), "fire").case
    change = reviewing.answer(case, review_of(case, "environment"), saying(Opinion.CONSENT), LATER, RULES)
    reviewed = change.events[0]
    assert isinstance(reviewed, CaseReviewed)
    asked = {department: review_of(case, department).review_id for department in ("environment", "fire", "planning")}
    assert reviewed.reviews == tuple(asked.values())
    assert reviewed.deemed == (asked["fire"],)


@pytest.mark.rule("R54")
def test_a_grant_with_fee_lists_waits_until_nothing_is_owed() -> None:
    case = accepted(COMMITTED)
    case = reviewing.list_fees(case, review_of(case, "planning"), FeeList(list_id="L1", listed_at=MONDAY)).case
    change = reviewing.answer(case, review_of(case, "planning"), saying(Opinion.CONSENT), LATER, RULES)
    (event,) = change.events
    assert isinstance(event, CaseReviewed)
    assert event.fee_lists == ("L1",)
    paid = deciding.clear_fees(change.case, LATER + timedelta(days=2), RULES)
    assert kinds(paid) == ["decided", "licence_issued"]
    assert paid.case.decided_at == LATER + timedelta(days=2)
    assert kinds(deciding.clear_fees(paid.case, LATER + timedelta(days=3), RULES)) == []


def test_a_denial_does_not_wait_for_fees() -> None:
    case = accepted(COMMITTED)
    case = reviewing.list_fees(case, review_of(case, "planning"), FeeList(list_id="L1", listed_at=MONDAY)).case
    assert answered(case, "planning", saying(Opinion.REFUSE, "不符合")).status is Status.DECIDED


@pytest.mark.rule("R47")
def test_the_lists_named_are_those_that_no_other_replaces() -> None:
    case = accepted(COMMITTED)
    review = review_of(case, "planning")
    for fee_list in (
        FeeList(list_id="L1", listed_at=MONDAY),
        FeeList(list_id="L2", replaces="L1", listed_at=LATER),
        FeeList(list_id="L3", listed_at=LATER),
    ):
        case = reviewing.list_fees(case, review_of(case, review.department), fee_list).case
    assert case.standing_lists == ("L2", "L3")
