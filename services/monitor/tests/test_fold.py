"""The state of a case is a fold of the set of its events."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.domain.clocks import findings
from services.monitor.domain.fold import fold
from services.monitor.domain.views import State
from services.monitor.domain.violations import content_findings
from services.monitor.tests.books import BOOK
from services.monitor.tests.samples import (
    NUMBER,
    accepted,
    answered,
    at,
    due,
    from_intake,
    joint_case,
    paused,
    recorded,
    requested,
    resumed,
    submitted,
)
from yimen.contracts import fees, intake
from yimen.contracts.parts import Kind, Staff
from yimen.worktime import Calendar, Limit, Pause

WHOLE = recorded(joint_case())
CALENDAR = Calendar.seeded()


@given(st.permutations(WHOLE), st.lists(st.sampled_from(WHOLE)))
def test_any_order_of_arrival_and_any_doubling_gives_the_same_view(shuffled, doubles):
    assert fold(NUMBER, [*shuffled, *doubles]) == fold(NUMBER, WHOLE)


def test_the_whole_story_is_told():
    view = fold(NUMBER, WHOLE)
    assert view.state is State.CLOSED
    assert view.promised == Limit(date(2026, 3, 2), 10, (Pause(date(2026, 3, 4), date(2026, 3, 6)),))
    assert view.stopped_at == at(3, 17)
    assert [review.department for review in view.reviews] == ["environment", "fire", "planning"]
    assert view.notices[0].receipted.ticket_number == "0000000017"
    assert view.departments == {"planning", "fire", "environment"}
    assert view.messages == 1
    assert len(view.told) == len(WHOLE)
    assert [finding.step.rule for finding in content_findings(view, BOOK)] == ["R44"]
    assert findings(view, [CALENDAR], BOOK) == ()


@pytest.mark.rule("R54", "R55")
def test_a_disputed_notice_and_the_one_in_its_place_are_told_apart():
    whose, staff = {"case_number": NUMBER}, Staff(id="t1", name="库管")
    first = {"notice_number": "N1"} | whose
    demand = {"lists": ("L1",), "amount": 100, "pay_by": date(2026, 3, 28), "issued_at": at(3, 13)} | whose
    answer = {"dispute_number": "Y1", "upheld": True, "answer": "有误", "lists": ("L1",), "answered_by": staff}
    said = [
        fees.NoticeIssued(**demand, notice_number="N1", payment_code="C1"),
        fees.NoticeDisputed(
            **first, dispute_number="Y1", reasons="x", answer_by=date(2026, 3, 20), disputed_at=at(3, 14)
        ),
        fees.NoticeDisputeAnswered(**first, **answer, answered_at=at(3, 15)),
        fees.NoticeVoided(**first, reason="异议成立", voided_at=at(3, 15)),
        fees.NoticeIssued(**demand, notice_number="N2", payment_code="C2", replaces="N1"),
    ]
    old, new = fold(NUMBER, recorded([("/fees", event, at(3, 15)) for event in reversed(said)])).notices
    assert (old.dispute_answered.upheld, old.voided.reason) == (True, "异议成立")
    assert (new.issued.replaces, new.voided, new.disputed) == ("N1", None, None)


@pytest.mark.rule("R44", "R49")
def test_an_answer_after_deemed_consent_is_kept_and_changes_nothing():
    late = next(review for review in fold(NUMBER, WHOLE).reviews if review.department == "environment")
    assert late.decided is not None
    assert late.ended_at == late.deemed.deemed_at


@pytest.mark.rule("R49")
def test_the_first_of_two_answers_counts():
    told = [("/approval/fire", answered("fire", at(3, day)), at(3, day)) for day in (3, 4)]
    (review,) = fold(NUMBER, recorded(told)).reviews
    assert review.decided.decided_at == at(3, 3)


@pytest.mark.rule("R27")
def test_overlapping_pauses_of_two_reviews_count_as_their_union():
    view = fold(
        NUMBER,
        from_intake(
            submitted(),
            accepted(),
            paused(at(3, 3), "R-fire"),
            paused(at(3, 4), "R-planning"),
            resumed(at(3, 5), None, None, "R-fire"),
            resumed(at(3, 6), due(3, 19), due(5, 12), "R-planning"),
        ),
    )
    assert view.promised.due(CALENDAR).date == date(2026, 3, 19)
    assert findings(view, [CALENDAR], BOOK) == ()


def test_an_announced_date_is_compared_with_the_limit_as_it_stood_when_it_was_told():
    """The acceptance said 16 March; that a pause came later does not make it a lie."""
    assert findings(fold(NUMBER, WHOLE), [CALENDAR], BOOK) == ()


@pytest.mark.parametrize(
    ("events", "rule"),
    [
        ([submitted(answer_by=due(3, 10))], "R05"),
        ([submitted(), accepted(promised=due(3, 17))], "R20"),
        ([submitted(), accepted(statutory_due=due(5, 6))], "R22"),
        ([submitted(), accepted(), paused(at(3, 4)), resumed(at(3, 6), due(3, 19), due(5, 11))], "R20"),
        ([submitted(), requested("fire", due=due(3, 12))], "R44"),
    ],
)
@pytest.mark.rule("R20", "R22")
def test_a_date_that_does_not_follow_from_the_events_is_a_red_finding(events, rule):
    (finding,) = findings(fold(NUMBER, from_intake(*events)), [CALENDAR], BOOK)
    assert (finding.step.rung, finding.step.level, finding.step.rule) == ("date-mismatch", "red", rule)


@pytest.mark.rule("R36")
def test_provisional_dates_are_not_disputed():
    far = accepted(days=400, promised=due(12, 31), statutory_days=45)
    assert findings(fold(NUMBER, from_intake(submitted(), far)), [CALENDAR], BOOK) == ()


@pytest.mark.rule("R35")
def test_a_date_told_under_an_older_calendar_is_not_disputed():
    newer = CALENDAR.with_plan(
        CALENDAR.plans[2026].__class__(
            2026, CALENDAR.plans[2026].days_off | {date(2026, 3, 4)}, CALENDAR.plans[2026].worked_weekends, 2
        )
    )
    view = fold(NUMBER, from_intake(submitted(), accepted()))
    assert findings(view, [CALENDAR, newer], BOOK) == ()
    assert findings(view, [newer], BOOK)[0].step.rung == "date-mismatch"


@pytest.mark.rule("R05")
def test_deemed_acceptance_is_a_red_finding():
    deemed = accepted(deemed=True, accepted_by=None, accepted_at=at(3, 10, 0))
    (finding,) = content_findings(fold(NUMBER, from_intake(submitted(), deemed)), BOOK)
    assert (finding.step.level, finding.step.rule, finding.department) == ("red", "R05", "planning")


@pytest.mark.rule("R29")
@pytest.mark.parametrize(
    ("when", "last"),
    [(at(3, 2, 16, 59), (3, 2)), (at(3, 2, 17), (3, 3)), (at(3, 7, 10), (3, 9)), (at(3, 6, 18), (3, 9))],
)
def test_an_instant_item_is_due_on_its_day_or_the_next_working_day(when, last):
    view = fold(
        NUMBER,
        from_intake(
            submitted(Kind.INSTANT, when, received_on=when.date(), answer_by=due(3, 9)),
            accepted(0, due(*last), kind=Kind.INSTANT, accepted_on=when.date(), accepted_at=when),
        ),
    )
    assert view.promised.due(CALENDAR).date == date(2026, *last)


def test_events_of_reviews_that_arrive_before_their_case_make_a_case_without_a_state():
    view = fold(NUMBER, recorded(told for told in joint_case() if not isinstance(told[1], intake.CaseEvent)))
    assert view.state is None
    assert view.department is None
    assert len(view.reviews) == 3
