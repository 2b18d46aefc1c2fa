"""Content violations, found in the events themselves: each rule with what it finds and what it must not find."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.domain.clocks import reached
from services.monitor.domain.fold import fold
from services.monitor.domain.violations import content_findings
from services.monitor.domain.watches import watches
from services.monitor.tests.books import BOOK, book_with
from services.monitor.tests.samples import (
    CHIEF,
    CLERK,
    NUMBER,
    accepted,
    at,
    decided,
    due,
    from_intake,
    paper,
    paused,
    recorded,
    requested,
    review,
    submitted,
)
from yimen.contracts import Event, approval, intake
from yimen.contracts.parts import DocumentKind, Opinion, Outcome, Paper, PauseKind, RequestedMaterial
from yimen.worktime import Calendar, end_of_day

CALENDAR = Calendar.seeded()
OF_CASE = {"case_number": NUMBER}
PAPER = Paper(kind="re_examination", number="复字〔2026〕1号", dated=date(2026, 3, 5))


def found(events: list[Any], book=BOOK) -> list[tuple[str, str, str, str]]:
    view = fold(NUMBER, events)
    return [
        (one.step.rung, one.step.level.value, one.step.rule, one.department) for one in content_findings(view, book)
    ]


def of_case(*events: Event) -> list[tuple[str, str, str, str]]:
    return found(from_intake(submitted(), *events))


def of_review(*said: Event, asked: intake.ReviewRequested | None = None) -> list[tuple[str, str, str, str]]:
    first = (submitted(), accepted(), asked or requested("fire"))
    told = [("/intake", event, at(3, 2)) for event in first]
    return found(recorded([*told, *(("/approval/fire", one, at(3, 3)) for one in said)]))


def notice(*codes: str) -> intake.CaseCorrectionRequested:
    missing = tuple(RequestedMaterial(code=code, name=f"材料{code}", reason="缺") for code in codes)
    told = {"requested_by": CLERK, "requested_at": at(3, 3), "supplement_by": date(2026, 6, 1)}
    return intake.CaseCorrectionRequested(
        **OF_CASE, document=paper(DocumentKind.ONE_TIME_NOTICE, 3, 3), requested=missing, **told
    )


def refused(reasons: str) -> intake.CaseRefused:
    told = {"document": paper(DocumentKind.REFUSAL, 3, 3), "refused_by": CLERK, "refused_at": at(3, 3)}
    return intake.CaseRefused(**OF_CASE, reasons=reasons, **told)


def returned(reasons: str = "不符合") -> intake.CaseReturned:
    told = {"document": paper(DocumentKind.RETURN, 3, 3), "policy_basis": "规定", "returned_at": at(3, 3)}
    return intake.CaseReturned(**OF_CASE, reasons=reasons, **told)


def re_examined(upheld: bool) -> intake.CaseReExamined:
    told = {"reasons": "材料齐全", "examined_by": CHIEF, "examined_at": at(3, 5)}
    return intake.CaseReExamined(**OF_CASE, document=PAPER, upheld=upheld, **told)


def reopened(day: int = 5) -> intake.CaseReopened:
    told = {"received_on": date(2026, 3, day), "answer_by": due(3, day + 7), "reopened_at": at(3, day)}
    return intake.CaseReopened(**OF_CASE, **told)


def answer(opinion: Opinion, reasons: str) -> approval.ReviewDecided:
    return approval.ReviewDecided(
        **review("fire"), opinion=opinion, reasons=reasons, decided_by=CHIEF, decided_at=at(3, 5)
    )


def visited(*officials: Any) -> approval.ReviewSiteVisited:
    told = {"place": "城北", "findings": "属实", "visited_at": at(3, 4)}
    return approval.ReviewSiteVisited(**review("fire"), officials=officials, **told)


def went_out(*officials: Any, occasion: str = "site_visit") -> intake.CaseMeetingHeld:
    told = {"place": "城北", "held_at": at(3, 4), "present": ("planning",), "absent": (), "minutes": "略"}
    known = {"document": PAPER, "meeting_id": "M1", "occasion": occasion, "recorded_by": CLERK}
    return intake.CaseMeetingHeld(**OF_CASE, **known, **told, officials=officials)


@pytest.mark.rule("R05")
def test_silence_that_accepted_by_law_is_found():
    silent = accepted(deemed=True, accepted_by=None, accepted_at=at(3, 10, 0))
    assert of_case(silent) == [("deemed-acceptance", "red", "R05", "planning")]
    assert of_case(accepted()) == []


@pytest.mark.rule("R06")
def test_a_second_notice_that_asks_for_more_is_found_and_one_that_repeats_the_first_is_not():
    assert of_case(notice("01", "02")) == []
    assert of_case(notice("01", "02"), notice("02")) == []
    assert of_case(notice("01", "02"), notice("02", "03")) == [("second-notice2", "red", "R06", "planning")]


@pytest.mark.rule("R06", "R17")
def test_the_one_time_notice_stays_given_when_the_case_is_reopened():
    again = of_case(notice("01"), returned(), reopened(), notice("02"))
    assert [one for one in again if one[2] == "R06"] == [("second-notice2", "red", "R06", "planning")]


@pytest.mark.rule("R06")
def test_what_was_asked_for_beside_the_first_notice_is_named():
    (one,) = content_findings(fold(NUMBER, from_intake(submitted(), notice("01"), notice("02"))), BOOK)
    assert one.step.reason.endswith("首次告知以外的材料：材料02")


@pytest.mark.rule("R43")
@pytest.mark.parametrize("against", [refused, returned], ids=["refused at the door", "returned"])
def test_an_answer_against_the_applicant_without_reasons_is_found(against):
    assert of_case(against("  ")) == [("no-reasons", "red", "R43", "planning")]
    assert of_case(against("不属于行政许可事项")) == []


@pytest.mark.rule("R43")
def test_a_denial_without_reasons_is_found_and_a_grant_without_is_not():
    denied = decided(at(3, 10)).model_copy(update={"outcome": Outcome.DENIED, "reasons": ""})
    assert of_case(accepted(), denied) == [("no-reasons", "red", "R43", "planning")]
    assert of_case(accepted(), denied.model_copy(update={"outcome": Outcome.GRANTED})) == []


@pytest.mark.rule("R43")
def test_a_departments_refusal_without_reasons_is_that_departments():
    assert of_review(answer(Opinion.REFUSE, " ")) == [("no-reasons-R-fire", "red", "R43", "fire")]
    assert of_review(answer(Opinion.REFUSE, "消防间距不足")) == []
    assert of_review(answer(Opinion.CONSENT, "")) == []
    assert of_review(answer(Opinion.CONSENT, ""), answer(Opinion.REFUSE, "")) == []  # the first answer counts


@pytest.mark.rule("R17")
def test_a_return_that_did_not_stand_is_found_and_one_that_stood_is_not():
    assert of_case(returned(), re_examined(upheld=False), reopened()) == [("wrong-return", "red", "R17", "planning")]
    assert of_case(returned(), re_examined(upheld=True)) == []


@pytest.mark.rule("R34")
def test_each_visit_by_fewer_than_two_officials_is_found():
    assert of_review(visited(CLERK, CHIEF)) == []
    lone = of_review(visited(CLERK), visited(CLERK, CHIEF), visited(CLERK, CLERK), visited())
    assert lone == [(f"lone{turn}-R-fire", "yellow", "R34", "fire") for turn in (1, 3, 4)]


@pytest.mark.rule("R34")
def test_a_joint_visit_by_one_official_is_the_leads_and_of_a_meeting_nothing_is_asked():
    assert of_case(went_out(CLERK)) == [("lone-M1", "yellow", "R34", "planning")]
    assert of_case(went_out(CLERK, CHIEF)) == []
    assert of_case(went_out()) == []  # who went was not told at first
    assert of_case(went_out(CLERK, occasion="meeting")) == []


def pause(day: int = 3, kind: PauseKind = PauseKind.TESTING) -> approval.ReviewPaused:
    told = {"basis": "第四十五条", "planned_days": 5, "paused_by": CLERK, "paused_at": at(3, day)}
    return approval.ReviewPaused(**review("fire"), kind=kind, **told)


def unnoticed(*said: tuple[str, Event, Any]) -> list[Any]:
    first = [("/intake", event, at(3, 2)) for event in (submitted(), accepted(), requested("fire"))]
    view = fold(NUMBER, recorded([*first, *said]))
    return [rung.at for rung in reached(watches(view), CALENDAR, BOOK) if rung.step.code == "unnoticed"]


@pytest.mark.rule("R26", "R28")
def test_a_pause_of_which_the_applicant_was_not_told_in_writing_is_an_alert_at_the_end_of_its_day():
    begun = ("/approval/fire", pause(), at(3, 3))
    assert unnoticed(begun) == [end_of_day(date(2026, 3, 3))]
    assert unnoticed(begun, ("/intake", paused(at(3, 3)), at(3, 3))) == []
    assert unnoticed(begun, ("/intake", paused(at(3, 3), "R-water"), at(3, 3))) == [end_of_day(date(2026, 3, 3))]
    ended = approval.ReviewResumed(**review("fire"), resumed_by=CLERK, resumed_at=at(3, 3, 16))
    assert unnoticed(begun, ("/approval/fire", ended, at(3, 3))) == []


@pytest.mark.rule("R28", "R78")
def test_a_pause_that_came_after_the_answer_stops_nothing_and_raises_nothing():
    given = ("/approval/fire", answer(Opinion.CONSENT, "符合"), at(3, 5))
    assert unnoticed(given, ("/approval/fire", pause(6), at(3, 6))) == []


def test_a_rule_that_is_switched_off_finds_nothing():
    lone = recorded([("/intake", submitted(), at(3, 2)), ("/approval/fire", visited(CLERK), at(3, 3))])
    assert [one[0] for one in found(lone)] == ["lone1-R-fire"]
    assert found(lone, book_with(lone_inspector={"enabled": False})) == []


def test_what_is_wrong_stays_wrong_when_the_case_has_ended():
    done = (
        accepted(),
        went_out(CLERK),
        decided(at(3, 9)),
        intake.CaseClosed(case_number=NUMBER, outcome=Outcome.GRANTED, closed_at=at(3, 10)),
    )
    assert [one[0] for one in of_case(*done)] == ["lone-M1"]


WRONG = recorded(
    [
        *(("/intake", one, at(3, 2)) for one in (submitted(), notice("01"), notice("02"), returned(" "))),
        *(("/intake", one, at(3, 5)) for one in (re_examined(upheld=False), reopened(), returned(" "))),
        *(("/intake", one, at(3, 9)) for one in (went_out(CLERK), requested("fire"))),
        *(("/approval/fire", one, at(3, 9)) for one in (visited(CLERK), answer(Opinion.REFUSE, ""))),
    ]
)


@given(st.permutations(WRONG), st.lists(st.sampled_from(WRONG), max_size=5))
def test_any_order_and_repetition_finds_the_same(order, doubles):
    assert found([*order, *doubles]) == found(WRONG)
    assert {one[0] for one in found(WRONG)} == {
        *("second-notice2", "no-reasons", "no-reasons-r2", "wrong-return", "lone-M1", "lone1-R-fire"),
        "no-reasons-R-fire",
    }


# -- rounds -------------------------------------------------------------------------------------------------------------


def standing(*events: Event) -> list[str]:
    view = fold(NUMBER, from_intake(submitted(), *events))
    return [rung.step.rung for rung in reached(watches(view), CALENDAR, BOOK)]


@pytest.mark.rule("R17", "R70", "R71", "R72")
def test_the_reminders_of_a_case_that_was_reopened_are_reminders_of_their_own():
    """What was raised of the first round must not silence the second (Q7)."""
    once = [*("pre-alert", "promised", "long-over", "statutory")]
    assert set(once) <= set(standing(accepted()))
    anew = {"accepted_on": date(2026, 3, 5), "accepted_at": at(3, 5, 11)}
    again = standing(accepted(), returned(), reopened(), accepted(**anew))
    assert {f"{rung}-r2" for rung in once} <= set(again)
    assert not set(once) & set(again)


@pytest.mark.rule("R05", "R17")
def test_silence_in_the_second_round_is_found_beside_that_of_the_first():
    silent = {"deemed": True, "accepted_by": None}
    first, second = accepted(**silent), accepted(**silent, accepted_on=date(2026, 3, 5), accepted_at=at(3, 13, 0))
    found_twice = [one[0] for one in of_case(first, returned(), reopened(), second)]
    assert found_twice == ["deemed-acceptance", "deemed-acceptance-r2"]


@pytest.mark.rule("R17", "R73")
def test_a_review_from_before_the_case_was_reopened_is_not_waited_for():
    asked = requested("fire", silence_consents=False)
    assert "step-R-fire" in standing(accepted(), asked)
    assert "step-R-fire" not in standing(accepted(), asked, returned(), reopened())
    later = asked.model_copy(update={"review_id": "R-fire-2", "requested_at": at(3, 5) + timedelta(hours=1)})
    assert "step-R-fire-2" in standing(accepted(), asked, returned(), reopened(), accepted(), later)
