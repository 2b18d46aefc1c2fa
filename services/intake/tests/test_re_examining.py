"""Re-examination of a return (复核), at its edges."""

from datetime import date, timedelta

import pytest

from services.intake.domain import clock, door, re_examining, reviewing, words
from services.intake.domain.case import Case, Change, Status
from services.intake.domain.values import Answer, FeeList, Pausing
from services.intake.tests.door_samples import (
    NOVEMBER_2,
    gap,
    later,
    refused,
    returned_unfilled,
    with_a_gap,
)
from services.intake.tests.samples import CLERK, MONDAY, RULES, accepted, held, kinds, submitted
from yimen.contracts.intake import CaseReExamined, CaseReopened, ReviewRequested
from yimen.contracts.parts import Opinion, Outcome, PauseKind
from yimen.worktime import end_of_day

NOTICE = "退字〔2026〕1号"


def returned() -> Case:
    return door.send_back(submitted(), "不符合政策", "某文件", CLERK, MONDAY, RULES).case


def asked(case: Case) -> Case:
    return re_examining.request(case, NOTICE, {NOTICE}, "材料齐全", NOVEMBER_2).case


def found(case: Case, *, upheld: bool) -> Change:
    return re_examining.find(asked(case), "退件没有依据", CLERK, NOVEMBER_2, RULES, upheld=upheld)


def reopened(case: Case) -> Case:
    return found(case, upheld=False).case


@pytest.mark.rule("R17")
def test_the_applicant_asks_once_with_the_number_of_the_return_notice() -> None:
    with refused("return-notice-unknown"):
        re_examining.request(returned(), "退字〔2026〕2号", {NOTICE}, "材料齐全", NOVEMBER_2)
    case = asked(returned())
    assert case.status is Status.RETURNED
    with refused("re-examination-already-requested"):
        asked(case)


@pytest.mark.rule("R17")
@pytest.mark.parametrize("case", [submitted(), accepted()], ids=["submitted", "accepted"])
def test_only_a_return_is_re_examined(case: Case) -> None:
    with refused("case-in-wrong-state"):
        asked(case)


@pytest.mark.rule("R17")
def test_a_return_that_is_upheld_stands_and_the_finding_is_a_paper() -> None:
    change = found(returned(), upheld=True)
    (event,) = change.events
    assert isinstance(event, CaseReExamined)
    assert event.document.kind == "re_examination"
    assert change.case.status is Status.RETURNED
    assert clock.timers(change.case, RULES) == {}
    with refused("no-re-examination-pending"):
        re_examining.find(change.case, "再看", CLERK, NOVEMBER_2, RULES, upheld=False)


@pytest.mark.rule("R17")
def test_there_is_no_finding_without_a_request() -> None:
    with refused("no-re-examination-pending"):
        re_examining.find(returned(), "退件没有依据", CLERK, NOVEMBER_2, RULES, upheld=False)


@pytest.mark.rule("R05", "R17")
def test_a_return_that_is_not_upheld_gives_the_window_the_laws_time_to_answer_anew() -> None:
    change = found(returned(), upheld=False)
    event = change.events[-1]
    assert kinds(change) == ["re_examined", "reopened"]
    assert isinstance(event, CaseReopened)
    assert (event.received_on, event.answer_by.on) == (date(2026, 11, 2), date(2026, 11, 9))
    ends = end_of_day(date(2026, 11, 9))
    assert clock.timers(change.case, RULES) == {("deem_acceptance", change.case.case_number): ends}
    deemed = door.deem_accepted(change.case, ends, ends, RULES).case
    assert (deemed.accepted_on, deemed.deemed) == (date(2026, 11, 2), True)


@pytest.mark.rule("R06", "R17")
def test_the_one_time_notice_stays_given_and_what_it_asked_for_may_still_be_brought() -> None:
    noted = door.request_correction(submitted(), {"02": "未盖章"}, CLERK, MONDAY, RULES).case
    limit = clock.timers(noted, RULES)["supplement_limit", noted.case_number]
    case = reopened(door.return_unsupplemented(noted, limit, RULES).case)
    with refused("correction-already-requested"):
        door.request_correction(case, {"01": "再补"}, CLERK, NOVEMBER_2, RULES)
    with refused("material-not-requested"):
        door.supplement(case, held("03"), NOVEMBER_2, RULES)
    change = door.supplement(case, held("02", at=NOVEMBER_2), NOVEMBER_2, RULES)
    assert (change.case.status, change.case.accepted_on) == (Status.ACCEPTED, date(2026, 11, 2))
    with refused("deemed-accepted"):
        door.supplement(case, held("02"), end_of_day(date(2026, 11, 9)), RULES)


@pytest.mark.rule("R17")
def test_where_no_notice_was_given_nothing_is_supplemented_after_reopening() -> None:
    with refused("case-in-wrong-state"):
        door.supplement(reopened(returned()), held("02"), NOVEMBER_2, RULES)


@pytest.mark.rule("R16", "R17")
def test_a_case_returned_for_its_gap_goes_back_to_the_window_as_if_it_had_never_been_accepted() -> None:
    case = reopened(returned_unfilled())
    assert (case.status, case.accepted_on, case.accepted_at, case.stage) == (Status.SUBMITTED, None, None, None)
    assert (case.deferral, case.current_reviews, clock.stands(case)) == (None, (), False)
    assert len(case.reviews) == 3
    assert all(review.cancelled_at for review in case.reviews)
    with refused("materials-missing"):
        door.accept(case, CLERK, NOVEMBER_2, RULES)


@pytest.mark.rule("R17", "R40")
def test_the_stage_is_asked_anew_under_numbers_of_its_own() -> None:
    change = door.accept(reopened(returned_unfilled()), CLERK, NOVEMBER_2, RULES, gap())
    requests = [event for event in change.events if isinstance(event, ReviewRequested)]
    assert [request.review_id for request in requests] == [
        f"{change.case.case_number}.1.{department}.2" for department in ("planning", "fire", "environment")
    ]
    assert len({review.review_id for review in change.case.reviews}) == 6
    assert [review.round for review in change.case.current_reviews] == [2, 2, 2]
    assert change.case.deferral is not None
    assert change.case.deferral.until == date(2026, 11, 9)


@pytest.mark.rule("R17")
def test_what_was_said_listed_and_paused_before_the_return_counts_for_nothing_after_it() -> None:
    case = with_a_gap()
    fire, environment = case.current_reviews[1:]
    denial = Answer(opinion=Opinion.REFUSE, reasons="通道不足", decided_by="李主任", decided_at=MONDAY)
    pausing = Pausing(kind=PauseKind.HEARING, basis="第四十五条", planned_days=5, started_at=MONDAY)
    case = reviewing.list_fees(case, fire, FeeList(list_id="L1", listed_at=MONDAY)).case
    case = reviewing.answer(case, case.reviews[1], denial, MONDAY, RULES).case
    case = reviewing.pause(case, environment, pausing).case
    again = door.accept(reopened(door.return_unfilled(case, later(30)).case), CLERK, NOVEMBER_2, RULES, gap()).case
    assert (again.standing_lists, clock.stands(again)) == ((), False)
    for review in again.current_reviews:
        consent = Answer(opinion=Opinion.CONSENT, decided_by="李主任", decided_at=NOVEMBER_2)
        again = reviewing.answer(again, review, consent, NOVEMBER_2, RULES).case
    assert again.outcome is Outcome.GRANTED
    assert {review.answer.opinion for review in again.live_reviews if review.answer} == {Opinion.CONSENT}


@pytest.mark.rule("R17")
def test_the_reasons_of_the_decision_are_of_the_second_round_alone() -> None:
    case = door.return_unfilled(with_a_gap(), later(30)).case
    again = door.accept(reopened(case), CLERK, NOVEMBER_2, RULES, gap()).case
    for review in again.current_reviews:
        denial = Answer(opinion=Opinion.REFUSE, reasons="不符合", decided_by="李主任", decided_at=NOVEMBER_2)
        again = reviewing.answer(again, review, denial, NOVEMBER_2, RULES).case
    assert again.status is Status.DECIDED
    assert "已取消" not in again.reasons
    assert again.reasons.count("消防救援大队") == 1


@pytest.mark.rule("R17", "R23", "R54")
def test_neither_an_extension_nor_a_payment_of_the_first_round_is_of_the_second() -> None:
    case = returned_unfilled().but(extension_days=10, cleared_at=MONDAY)
    again = reopened(case)
    assert (again.extension_days, again.cleared_at, again.outcome, again.reviewed_at) == (0, None, None, None)


@pytest.mark.rule("R17")
def test_a_second_return_is_not_re_examined_again() -> None:
    case = door.send_back(reopened(returned()), "仍不符合", "某文件", CLERK, NOVEMBER_2, RULES).case
    with refused("re-examination-already-requested"):
        asked(case)


@pytest.mark.rule("R17")
def test_the_applicant_is_told_of_the_way_open_to_them() -> None:
    assert "复核" in words.progress(returned(), RULES).next
    assert words.progress(asked(returned()), RULES).state == "已退件，正在复核"
    assert "复核" not in words.progress(found(returned(), upheld=True).case, RULES).next


def test_times_of_the_return_and_the_reopening_do_not_mix() -> None:
    case = reopened(returned())
    assert (case.ended_at, case.reasons) == (None, "")
    assert case.complete_at == NOVEMBER_2 > case.submitted_at + timedelta(days=1)
