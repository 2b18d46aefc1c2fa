"""What is watched of a case beside its promise: stages, service, supplements, the window's answer, superiors' answers."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.domain.clocks import findings, reached
from services.monitor.domain.fold import fold
from services.monitor.domain.limits import Watch, pack, passings, unpack
from services.monitor.domain.watches import watches
from services.monitor.tests.books import BOOK, book_with
from services.monitor.tests.samples import (
    CHIEF,
    CLERK,
    NUMBER,
    accepted,
    answered,
    at,
    closed,
    decided,
    due,
    paper,
    paused,
    recorded,
    requested,
    review,
    submitted,
)
from yimen.contracts import approval, intake, notify
from yimen.contracts.parts import DocumentKind, Kind, Opinion, Outcome, PauseKind, RequestedMaterial
from yimen.worktime import Calendar, Limit, Pause, end_of_day, start_of_day

CALENDAR = Calendar.seeded()
MOMENT = timedelta(microseconds=1)
ASKED = (
    requested("fire", silence_consents=False, lead=False),
    requested("planning", silence_consents=False, lead=True),
)


def case(*events):
    """Told by intake, and by the departments what is theirs."""
    first = () if any(isinstance(event, intake.CaseSubmitted) for event in events) else (submitted(),)
    speakers = {"approval": "/approval/x", "intake": "/intake", "notify": "/notify"}
    return fold(NUMBER, recorded((speakers[event.speaker], event, at(3, 2)) for event in (*first, *events)))


def instants(view, code, book=BOOK, calendar=CALENDAR):
    return [one.at for one in reached(watches(view), calendar, book) if one.step.code == code]


def contradictions(view, book=BOOK):
    return [one.step.reason for one in findings(view, [CALENDAR], book) if one.step.code == "date-mismatch"]


# -- stages -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R73")
def test_a_stage_is_late_when_its_last_review_ends_after_the_limit_it_was_asked_with():
    """Seven working days from Monday 2 March end on Wednesday the 11th."""
    end = end_of_day(date(2026, 3, 11))
    asked = (accepted(), *ASKED)
    assert instants(case(*asked), "stage") == [end]
    assert instants(case(*asked, answered("fire", at(3, 5))), "stage") == [end]
    assert instants(case(*asked, answered("fire", at(3, 5)), answered("planning", end - MOMENT)), "stage") == []
    assert instants(case(*asked, answered("fire", at(3, 5)), answered("planning", end)), "stage") == [end]


@pytest.mark.rule("R71", "R73")
def test_a_stage_is_none_of_its_own_once_the_whole_case_is_late():
    late = (accepted(7, due(3, 11)), *ASKED)
    assert instants(case(*late), "stage") == []
    assert instants(case(*late), "promised") == [end_of_day(date(2026, 3, 11))]


@pytest.mark.rule("R44", "R73")
def test_where_silence_consents_a_stage_is_not_late():
    quiet = [requested(one) for one in ("fire", "planning")]
    signed = [
        approval.ReviewReceived(**review(one), signed_by=CLERK, received_at=at(3, 2)) for one in ("fire", "planning")
    ]
    assert instants(case(accepted(), *quiet, *signed), "stage") == []


@pytest.mark.rule("R27", "R73")
def test_the_pauses_of_a_stages_reviews_are_counted_as_their_union():
    """4 to 6 March in one department, 5 to 9 in the other: three working days stood, not four."""
    stood = [(one, first, last) for one, first, last in (("fire", 4, 6), ("planning", 5, 9))]
    said = [event for one, first, last in stood for event in pause_of(one, first, last)]
    view = case(accepted(60, due(5, 29), statutory_days=60), *ASKED, *said)
    assert instants(view, "stage") == [end_of_day(date(2026, 3, 16))]


def pause_of(department, first, last):
    yield approval.ReviewPaused(
        **review(department),
        kind=PauseKind.TESTING,
        basis="第四十五条",
        planned_days=9,
        paused_by=CLERK,
        paused_at=at(3, first),
    )
    yield approval.ReviewResumed(**review(department), resumed_by=CLERK, resumed_at=at(3, last))


def test_a_review_that_was_called_off_is_no_part_of_its_stage():
    off = intake.ReviewCancelled(**review("fire"), reason="重新分办", cancelled_at=at(3, 4))
    assert instants(case(accepted(), *ASKED, off), "stage") == []


# -- the window -------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R04", "R05")
def test_the_window_has_five_working_days_to_answer():
    end = end_of_day(date(2026, 3, 9))
    assert instants(case(), "deemed-acceptance") == [end]
    for answer in (accepted(accepted_at=end - MOMENT), notice(end - MOMENT), refusal(end - MOMENT)):
        assert instants(case(answer), "deemed-acceptance") == []
    assert instants(case(notice(end)), "deemed-acceptance") == [end]


@pytest.mark.rule("R05", "R17")
def test_a_reopened_case_gives_the_window_its_time_once_more():
    back = intake.CaseReopened(
        case_number=NUMBER, received_on=date(2026, 3, 16), answer_by=due(3, 23), reopened_at=at(3, 16)
    )
    assert instants(case(refusal(at(3, 4)), back), "deemed-acceptance") == [end_of_day(date(2026, 3, 23))]


def notice(when, **changes):
    values = {
        "case_number": NUMBER,
        "document": paper(DocumentKind.ONE_TIME_NOTICE, 3, 4),
        "requested": (RequestedMaterial(code="03", name="平面图", reason="缺页"),),
        "requested_by": CLERK,
        "requested_at": when,
        "supplement_by": when.date() + timedelta(days=90),
    }
    return intake.CaseCorrectionRequested(**values | changes)


def refusal(when):
    return intake.CaseRefused(
        case_number=NUMBER,
        document=paper(DocumentKind.REFUSAL, 3, 4),
        reasons="无权",
        refused_by=CLERK,
        refused_at=when,
    )


@pytest.mark.rule("R08")
def test_a_case_that_is_not_returned_when_its_supplements_are_overdue_is_an_alert():
    """By Tuesday 2 June; the hall has until the end of the next working day."""
    asked = notice(at(3, 4))
    end = end_of_day(date(2026, 6, 3))
    assert instants(case(asked), "supplement") == [end]
    returned = intake.CaseReturned(
        case_number=NUMBER,
        document=paper(DocumentKind.REFUSAL, 6, 3),
        reasons="逾期未补正",
        policy_basis="规定",
        returned_at=at(6, 3, 0),
    )
    assert instants(case(asked, returned), "supplement") == []
    whole = intake.CaseSupplemented(case_number=NUMBER, materials=(), complete=True, supplemented_at=at(5, 4))
    assert instants(case(asked, whole), "supplement") == []


@pytest.mark.rule("R08")
def test_a_supplement_date_that_is_not_the_centres_days_is_a_contradiction():
    assert contradictions(case(notice(at(3, 4)))) == []
    short = case(notice(at(3, 4), supplement_by=date(2026, 4, 3)))
    (told,) = contradictions(short)
    assert "2026-04-03" in told
    assert "2026-06-02" in told
    for days in (30, 0):
        assert contradictions(short, book_with(numbers={"supplement_days": days})) == []


# -- after the decision -----------------------------------------------------------------------------------------------


@pytest.mark.rule("R30")
def test_a_granted_licence_is_served_within_ten_working_days():
    """Decided on Tuesday 17 March: the tenth working day is the 31st."""
    end = end_of_day(date(2026, 3, 31))
    done = (accepted(), decided(at(3, 17)))
    assert instants(case(*done), "service") == [end]
    for when, late in ((end - MOMENT, []), (end, [end])):
        assert instants(case(*done, served(when)), "service") == late
    assert instants(case(*done, closed(end - MOMENT)), "service") == []


@pytest.mark.rule("R30")
def test_a_denial_is_no_licence_to_serve():
    no = decided(at(3, 17)).model_copy(update={"outcome": Outcome.DENIED})
    assert instants(case(accepted(), no), "service") == []


def served(when):
    return intake.CaseServed(
        case_number=NUMBER,
        document=paper(DocumentKind.SERVICE, 3, 20),
        way="自取",
        receiver="张三",
        served_by=CLERK,
        served_at=when,
    )


# -- superiors --------------------------------------------------------------------------------------------------------

UP = {"superior": "市局", "opinion": "同意"}


def superior(when):
    return approval.ReviewSuperiorAnswered(**review("fire"), **UP, granted=True, answered_at=when)


@pytest.mark.rule("R48")
def test_the_applicant_is_told_of_the_superiors_answer_within_two_working_days():
    """Answered on Friday 6 March: by the end of Tuesday the 10th."""
    end = end_of_day(date(2026, 3, 10))
    asked = (accepted(kind=Kind.FORWARDED), requested("fire", silence_consents=False), superior(at(3, 6)))
    assert instants(case(*asked), "reply") == [end]
    told = notify.MessageSent(message_id="M1", case_number=NUMBER, template="superior_granted", sent_at=end - MOMENT)
    other = notify.MessageSent(message_id="M2", case_number=NUMBER, template="accepted", sent_at=end - MOMENT)
    assert instants(case(*asked, told), "reply") == []
    assert instants(case(*asked, other), "reply") == [end]
    assert instants(case(*asked, answered("fire", end - MOMENT)), "reply") == []


@pytest.mark.rule("R48")
def test_consent_before_the_superior_spoke_tells_nobody_of_its_answer():
    first = approval.ReviewDecided(
        **review("fire"), opinion=Opinion.CONSENT, reasons="拟同意", decided_by=CHIEF, decided_at=at(3, 4)
    )
    asked = (accepted(kind=Kind.FORWARDED), requested("fire", silence_consents=False), first, superior(at(3, 6)))
    assert instants(case(*asked), "reply") == [end_of_day(date(2026, 3, 10))]


@pytest.mark.rule("R48")
def test_the_centre_sets_the_days_for_forwarding_and_telling():
    slow = book_with(numbers={"forward_days": 5, "reply_days": 1})
    asked = (submitted(Kind.FORWARDED), accepted(kind=Kind.FORWARDED), requested("fire", forward_by=due(3, 5)))
    assert instants(case(*asked), "upward") == [end_of_day(date(2026, 3, 5))]
    assert instants(case(*asked), "upward", slow) == [end_of_day(date(2026, 3, 9))]
    assert instants(case(*asked, superior(at(3, 6))), "reply", slow) == [end_of_day(date(2026, 3, 9))]


# -- dates that were told -----------------------------------------------------------------------------------------------


def licensed(serve_by):
    return intake.CaseLicenceIssued(
        case_number=NUMBER,
        licence_number="灵建字001",
        licence_name="规划许可证",
        valid_from=date(2026, 3, 17),
        valid_until=None,
        serve_by=serve_by,
        issued_at=at(3, 17),
    )


def hearing(hold_by):
    return approval.ReviewHearingRequested(
        **review("fire"),
        requested_by="张三",
        told_on=date(2026, 3, 2),
        requested_on=date(2026, 3, 3),
        hold_by=hold_by,
        recorded_by=CLERK,
        recorded_at=at(3, 3),
    )


def deferred(until):
    return intake.CaseMaterialsDeferred(
        case_number=NUMBER,
        document=paper(DocumentKind.RECEIPT, 3, 2),
        materials=(RequestedMaterial(code="03", name="平面图", reason="容缺"),),
        until=until,
        deferred_at=at(3, 2),
    )


@pytest.mark.rule("R16", "R30", "R31", "R33")
@pytest.mark.parametrize(
    ("told", "right", "wrong"),
    [
        (lambda day: (decided(at(3, 17)), licensed(day)), due(3, 31), due(4, 1)),
        (lambda day: (hearing(day),), due(3, 31), due(4, 2)),
        (lambda day: (requested("fire", inspection_by=day),), due(3, 9), due(3, 16)),
        (lambda day: (deferred(day),), due(3, 10), due(3, 17)),
    ],
    ids=["service", "hearing", "inspection", "deferral"],
)
def test_each_date_that_is_told_is_set_beside_the_limit_it_follows_from(told, right, wrong):
    assert contradictions(case(accepted(), *told(right))) == []
    (reason,) = contradictions(case(accepted(), *told(wrong)))
    assert str(wrong.on) in reason


# -- as a row keeps them ------------------------------------------------------------------------------------------------

days = st.dates(date(2026, 1, 1), date(2026, 12, 1))
pauses = st.builds(
    lambda start, length: Pause(start, None if length is None else start + timedelta(days=length)),
    days,
    st.none() | st.integers(0, 60),
)
limits = st.builds(
    Limit, days, st.integers(0, 90), st.lists(pauses, max_size=3).map(tuple), st.sampled_from([0, 10, 15])
)
kept = st.builds(
    Watch,
    code=st.sampled_from(["promised", "statutory", "stage", "step", "service", "upward"]),
    rung=st.text("abcR-12", min_size=1, max_size=20),
    department=st.sampled_from(["fire", "planning"]),
    limit=limits,
    until=st.none() | st.datetimes(at(1, 2).replace(tzinfo=None), timezones=st.just(at(1, 2).tzinfo)),
    nearly=st.booleans(),
)


@pytest.mark.rule("R35")
@given(st.lists(kept, max_size=6))
def test_what_a_row_keeps_of_a_case_gives_the_same_rungs_as_the_case(watched):
    again = unpack(pack(watched))
    assert again == tuple(watched)
    assert passings(again, CALENDAR, BOOK) == passings(watched, CALENDAR, BOOK)


@pytest.mark.rule("R37", "R78")
@given(st.lists(kept, max_size=6))
def test_nothing_is_reached_after_the_end_nor_by_a_clock_that_stands(watched):
    ends = {(one.code, one.rung): one.until for one in watched}
    for one in passings(watched, CALENDAR, BOOK):
        until = ends.get((one.code, one.rung))
        assert until is None or one.at <= until or sum(w.rung == one.rung for w in watched) > 1
    standing = [w for w in watched if any(p.end is None and p.start <= w.limit.start for p in w.limit.pauses)]
    assert passings(standing, CALENDAR, BOOK) == ()


@pytest.mark.rule("R78")
def test_long_over_is_not_reached_while_the_clock_stands():
    running = case(accepted())
    assert instants(running, "long-over") == [start_of_day(date(2026, 3, 19))]
    assert instants(case(accepted(), paused(at(3, 18))), "long-over") == []
