"""From handing in to acceptance, at the law's edges."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.intake.domain import clock, door
from services.intake.domain.case import Change, Status
from services.intake.domain.grounds import RefusalGround
from services.intake.tests.samples import (
    CLERK,
    FORWARDED,
    INSTANT,
    JOINT,
    MONDAY,
    RULES,
    held,
    kinds,
    review_of,
    submitted,
)
from yimen.contracts.intake import (
    CaseAccepted,
    CaseCorrectionRequested,
    CaseRefused,
    CaseReturned,
    CaseSubmitted,
    ContactRecorded,
    ReviewRequested,
)
from yimen.contracts.parts import DocumentKind
from yimen.errors import Refusal, Unfit
from yimen.worktime import end_of_day

LAST_DAY_ENDS = end_of_day(date(2026, 10, 10))


def refused(code: str) -> pytest.RaisesExc[Refusal]:
    return pytest.RaisesExc(Refusal, check=lambda refusal: refusal.code == code)


def asked(at: datetime = MONDAY, *codes: str) -> Change:
    missing = dict.fromkeys(codes or ("02",), "未盖章")
    return door.request_correction(submitted(), missing, CLERK, at, RULES)


@pytest.mark.rule("R01")
def test_an_application_is_receipted_with_counted_copies() -> None:
    event, contact = door.submit(submitted(), RULES, as_is=False).events
    assert isinstance(event, CaseSubmitted)
    assert event.document.kind is DocumentKind.RECEIPT
    assert [(m.code, m.copies) for m in event.materials] == [("01", 1), ("02", 1)]
    assert isinstance(contact, ContactRecorded)


def test_events_of_the_case_carry_no_whole_identification_and_no_telephone_number() -> None:
    event, _contact = door.submit(submitted(), RULES, as_is=False).events
    assert b"11010519491231002X" not in event.to_body()
    assert b"13800000000" not in event.to_body()


@pytest.mark.rule("R04")
def test_an_incomplete_application_is_refused_naming_everything_that_is_missing() -> None:
    with pytest.raises(Refusal) as caught:
        door.submit(submitted(materials=()), RULES, as_is=False)
    assert isinstance(caught.value, Unfit)
    assert "申请表、平面图" in caught.value.detail
    assert "授权书" not in caught.value.detail


def test_an_incomplete_application_may_be_handed_in_as_it_is_and_is_then_not_accepted() -> None:
    change = door.submit(submitted(materials=("01",)), RULES, as_is=True)
    with refused("materials-missing"):
        door.accept(change.case, CLERK, MONDAY, RULES)


@pytest.mark.rule("R05")
def test_the_fifth_working_day_is_a_worked_saturday_after_the_national_holiday() -> None:
    assert clock.answer_by(submitted(), RULES).date == date(2026, 10, 10)
    assert clock.timers(submitted(), RULES) == {("deem_acceptance", submitted().case_number): LAST_DAY_ENDS}


@pytest.mark.rule("R05")
def test_silence_of_five_working_days_is_acceptance_as_of_the_day_of_receipt() -> None:
    change = door.deem_accepted(submitted(), LAST_DAY_ENDS, LAST_DAY_ENDS, RULES)
    event = change.events[0]
    assert isinstance(event, CaseAccepted)
    assert (event.accepted_on, event.accepted_at, event.deemed) == (date(2026, 9, 28), LAST_DAY_ENDS, True)
    assert event.promised_due.on == RULES.calendar.add(date(2026, 9, 28), 10).date


@pytest.mark.rule("R05")
def test_what_is_missing_when_silence_accepts_is_named() -> None:
    case = submitted()
    whole, gone = case.materials[1:], case.materials[0]
    change = door.deem_accepted(case.but(materials=whole), LAST_DAY_ENDS, LAST_DAY_ENDS, RULES)
    assert [material.code for material in change.events[0].awaited] == [gone.code]
    assert door.deem_accepted(case, LAST_DAY_ENDS, LAST_DAY_ENDS, RULES).events[0].awaited == ()


@pytest.mark.rule("R05")
def test_instant_items_too_are_accepted_by_silence() -> None:
    change = door.deem_accepted(submitted(INSTANT), LAST_DAY_ENDS, LAST_DAY_ENDS, RULES)
    assert change.case.deemed


@pytest.mark.rule("R05")
def test_the_last_minute_of_the_fifth_day_is_in_time_and_the_next_is_not() -> None:
    last_minute = LAST_DAY_ENDS - timedelta(minutes=1)
    assert door.accept(submitted(), CLERK, last_minute, RULES).case.accepted_on == date(2026, 10, 10)
    assert kinds(asked(last_minute)) == ["correction_requested"]
    with refused("deemed-accepted"):
        door.accept(submitted(), CLERK, LAST_DAY_ENDS, RULES)
    with refused("deemed-accepted"):
        asked(LAST_DAY_ENDS)
    with refused("deemed-accepted"):
        door.refuse(submitted(), RefusalGround.NOT_A_LICENCE_MATTER, "另有规定", None, CLERK, LAST_DAY_ENDS, RULES)


@pytest.mark.rule("R06")
def test_nothing_may_be_asked_for_a_second_time() -> None:
    with refused("correction-already-requested"):
        door.request_correction(asked().case, {"01": "又缺"}, CLERK, MONDAY, RULES)


@pytest.mark.rule("R10")
def test_a_material_that_is_not_on_the_list_may_not_be_asked_for() -> None:
    with refused("material-not-listed"):
        asked(MONDAY, "02", "99")


@pytest.mark.rule("R04")
def test_the_one_time_notice_lists_everything_with_its_reason_and_stops_deemed_acceptance() -> None:
    change = asked(MONDAY, "01", "02")
    (event,) = change.events
    assert isinstance(event, CaseCorrectionRequested)
    assert [(m.code, m.name, m.reason) for m in event.requested] == [
        ("01", "申请表", "未盖章"),
        ("02", "平面图", "未盖章"),
    ]
    assert {name for name, _key in clock.timers(change.case, RULES)} == {"supplement_limit"}


@pytest.mark.rule("R04")
def test_a_notice_that_leaves_out_a_missing_material_is_refused_because_there_is_no_second() -> None:
    case = submitted(materials=())
    with refused("notice-incomplete"):
        door.request_correction(case, {"01": "未提交"}, CLERK, MONDAY, RULES)
    assert door.request_correction(case, {"01": "未提交", "02": "未提交"}, CLERK, MONDAY, RULES).case.requested


@pytest.mark.rule("R07")
def test_with_the_last_piece_the_case_is_accepted_as_of_that_day() -> None:
    case = asked(MONDAY, "01", "02").case
    first = door.supplement(case, held("01", at=MONDAY + timedelta(days=10)), MONDAY + timedelta(days=10), RULES)
    assert kinds(first) == ["supplemented"]
    assert first.case.status is Status.CORRECTION_REQUESTED
    day = MONDAY + timedelta(days=16)
    last = door.supplement(first.case, held("02", at=day), day, RULES)
    assert kinds(last)[:2] == ["supplemented", "accepted"]
    assert last.case.accepted_on == date(2026, 10, 14)
    assert not last.case.deemed


@pytest.mark.rule("R08")
def test_a_supplement_on_the_ninetieth_day_is_in_time_and_after_it_the_case_is_returned() -> None:
    case = asked().case
    ends = end_of_day(date(2026, 12, 27))
    assert clock.timers(case, RULES) == {("supplement_limit", case.case_number): ends}
    last = ends - timedelta(minutes=1)
    assert door.supplement(case, held("02", at=last), last, RULES).case.status is Status.ACCEPTED
    with refused("supplement-too-late"):
        door.supplement(case, held("02", at=ends), ends, RULES)
    change = door.return_unsupplemented(case, ends, RULES)
    (event,) = change.events
    assert isinstance(event, CaseReturned)
    assert event.returned_by is None
    assert change.case.status is Status.RETURNED


def test_only_what_was_asked_for_may_be_supplemented() -> None:
    with refused("material-not-requested"):
        door.supplement(asked().case, held("03"), MONDAY, RULES)


@pytest.mark.rule("R02", "R03", "R09")
def test_a_refusal_at_the_door_is_a_numbered_document_and_names_the_competent_organ() -> None:
    change = door.refuse(submitted(), RefusalGround.ANOTHER_ORGAN, "属于其他机关职权", "市公安局", CLERK, MONDAY, RULES)
    (event,) = change.events
    assert isinstance(event, CaseRefused)
    assert event.competent_organ == "市公安局"
    assert event.document.kind is DocumentKind.REFUSAL
    assert clock.timers(change.case, RULES) == {}


@pytest.mark.rule("R20")
def test_the_promise_counts_from_the_day_after_acceptance() -> None:
    event = door.accept(submitted(), CLERK, MONDAY, RULES).events[0]
    assert isinstance(event, CaseAccepted)
    assert event.promised_due.on == date(2026, 10, 16)


@pytest.mark.rule("R22")
def test_twenty_working_days_are_the_statutory_limit_of_an_ordinary_item() -> None:
    at = datetime(2026, 9, 30, 1, 0, tzinfo=UTC)
    event = door.accept(submitted(FORWARDED, at=at), CLERK, at, RULES).events[0]
    assert isinstance(event, CaseAccepted)
    assert event.statutory_due.on == date(2026, 11, 3)


@pytest.mark.rule("R24")
def test_forty_five_working_days_are_the_statutory_limit_of_a_joint_case() -> None:
    at = datetime(2026, 9, 30, 1, 0, tzinfo=UTC)
    event = door.accept(submitted(JOINT, at=at), CLERK, at, RULES).events[0]
    assert isinstance(event, CaseAccepted)
    assert event.statutory_due.on == date(2026, 12, 8)


@pytest.mark.rule("R36")
def test_a_limit_that_reaches_into_a_year_without_a_plan_says_so() -> None:
    at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    event = door.accept(submitted(JOINT, at=at), CLERK, at, RULES).events[0]
    assert isinstance(event, CaseAccepted)
    assert event.statutory_due.provisional
    assert not event.promised_due.provisional


@pytest.mark.rule("R29")
@pytest.mark.parametrize(
    ("received", "due"),
    [
        (datetime(2026, 10, 9, 8, 59, 59, tzinfo=UTC), date(2026, 10, 9)),
        (datetime(2026, 10, 9, 9, 0, tzinfo=UTC), date(2026, 10, 10)),
        (datetime(2026, 10, 10, 9, 0, tzinfo=UTC), date(2026, 10, 12)),
        (datetime(2026, 10, 11, 2, 0, tzinfo=UTC), date(2026, 10, 12)),
    ],
)
def test_an_instant_item_after_closing_time_or_on_a_rest_day_is_due_the_next_working_day(
    received: datetime, due: date
) -> None:
    event = door.accept(submitted(INSTANT, at=received), CLERK, received, RULES).events[0]
    assert isinstance(event, CaseAccepted)
    assert event.promised_due.on == due


@pytest.mark.rule("R40")
def test_every_department_is_asked_at_the_same_moment_with_a_joint_notice_each() -> None:
    change = door.accept(submitted(), CLERK, MONDAY, RULES)
    requests = [event for event in change.events if isinstance(event, ReviewRequested)]
    assert [r.department for r in requests] == ["planning", "fire", "environment"]
    assert len({r.requested_at for r in requests}) == 1
    assert all(r.document is not None and r.document.kind is DocumentKind.JOINT_NOTICE for r in requests)


@pytest.mark.rule("R11")
def test_what_is_in_the_file_goes_with_every_request_so_that_nobody_need_ask_for_it_again() -> None:
    change = door.accept(submitted(FORWARDED), CLERK, MONDAY, RULES)
    (request,) = (event for event in change.events if isinstance(event, ReviewRequested))
    assert [m.code for m in request.materials] == ["01", "02"]


def test_withdrawal_cancels_the_open_reviews_and_every_timer() -> None:
    case = door.accept(submitted(), CLERK, MONDAY, RULES).case
    change = door.withdraw(case, "不办了", MONDAY)
    assert kinds(change) == ["withdrawn", "cancelled", "cancelled", "cancelled"]
    assert review_of(change.case, "fire").cancelled_at == MONDAY
    assert clock.timers(change.case, RULES) == {}
    with refused("case-in-wrong-state"):
        door.withdraw(change.case, "再撤", MONDAY)
