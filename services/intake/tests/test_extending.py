"""Extensions: once, in time, within the law's days, approved by whom the law names; anything else moves nothing."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.intake.domain import clock, reviewing
from services.intake.domain.case import Case, Change
from services.intake.domain.item import Item
from services.intake.domain.values import Answer, Pausing
from services.intake.tests.hall import Hall
from services.intake.tests.samples import CLERK, COMMITTED, JOINT, MONDAY, RULES, accepted, kinds, review_of
from yimen.contracts import approval
from yimen.contracts.intake import CaseExtended, ReviewExtensionDeclined
from yimen.contracts.parts import Extension, Office, Opinion, PauseKind
from yimen.worktime import end_of_day

LATER = MONDAY + timedelta(days=14)
LAWFUL = {COMMITTED.code: Office.ORGAN_HEAD, JOINT.code: Office.GOVERNMENT_HEAD}


def extended(case: Case, days: int = 5, at: datetime = LATER, **more: Any) -> Change:
    office = {"office": LAWFUL[case.item.code]} | more
    extension = Extension(days=days, reasons="案情复杂", approver=CLERK, approved_at=at, **office)
    return reviewing.extend(case, review_of(case, "planning"), extension, at + timedelta(minutes=1), RULES)


def why_not(change: Change) -> ReviewExtensionDeclined:
    (event,) = change.events
    assert isinstance(event, ReviewExtensionDeclined)
    return event


@pytest.mark.rule("R23", "R24")
@pytest.mark.parametrize(("item", "most"), [(COMMITTED, 10), (JOINT, 15)])
def test_a_limit_is_extended_by_as_many_days_as_the_law_lets(item: Item, most: int) -> None:
    (event,) = extended(accepted(item), most).events
    assert isinstance(event, CaseExtended)
    assert event.promised_due is not None
    assert event.promised_due.on == RULES.calendar.add(date(2026, 9, 28), 10 + most).date


@pytest.mark.rule("R23")
def test_eleven_days_move_nothing_where_the_law_lets_ten() -> None:
    case = accepted(COMMITTED)
    change = extended(case, 11)
    event = why_not(change)
    assert change.case == case
    assert (event.rule, event.reason) == ("R23", "延长不得超过10个工作日，本次为11个，时限不变。")
    assert (event.approved_at, event.declined_at) == (LATER, LATER + timedelta(minutes=1))


@pytest.mark.rule("R23", "R24")
@pytest.mark.parametrize(
    ("item", "office", "rule", "who"),
    [
        (COMMITTED, None, "R23", "行政机关负责人"),
        (COMMITTED, Office.GOVERNMENT_HEAD, "R23", "行政机关负责人"),
        (JOINT, None, "R24", "本级人民政府负责人"),
        (JOINT, Office.ORGAN_HEAD, "R24", "本级人民政府负责人"),
    ],
)
def test_an_extension_that_the_wrong_office_or_none_approved_moves_nothing(
    item: Item, office: Office | None, rule: str, who: str
) -> None:
    case = accepted(item)
    change = extended(case, office=office)
    assert change.case == case
    assert (why_not(change).rule, who in why_not(change).reason) == (rule, True)


@pytest.mark.rule("R23", "R24")
@pytest.mark.parametrize("item", [COMMITTED, JOINT])
def test_a_second_extension_moves_nothing(item: Item) -> None:
    once = extended(accepted(item)).case
    change = extended(once, 1, LATER + timedelta(days=1))
    assert change.case == once
    assert "只能延长一次" in why_not(change).reason


@pytest.mark.rule("R24")
def test_a_joint_case_is_extended_once_whichever_department_asks() -> None:
    once = extended(accepted()).case
    second = Extension(days=3, reasons="另有情况", approver=CLERK, approved_at=LATER, office=Office.GOVERNMENT_HEAD)
    assert why_not(reviewing.extend(once, review_of(once, "fire"), second, LATER, RULES)).department == "fire"


@pytest.mark.rule("R23")
def test_the_last_minute_of_the_statutory_limit_is_in_time_and_the_next_is_not() -> None:
    case = accepted(COMMITTED)
    statutory = clock.statutory_due(case, RULES)
    assert statutory is not None
    assert statutory.date == date(2026, 10, 30)
    ends = end_of_day(statutory.date)
    assert kinds(extended(case, at=ends - timedelta(minutes=1))) == ["extended"]
    assert "已于2026-10-30届满" in why_not(extended(case, at=ends)).reason


@pytest.mark.rule("R23")
def test_a_limit_that_reaches_into_a_year_without_a_plan_is_extended_provisionally() -> None:
    case = accepted(COMMITTED, at=datetime(2026, 12, 18, 1, 0, tzinfo=UTC))
    (event,) = extended(case, at=datetime(2026, 12, 21, 1, 0, tzinfo=UTC)).events
    assert isinstance(event, CaseExtended)
    assert event.promised_due is not None
    assert event.promised_due.provisional


@pytest.mark.rule("R23")
def test_while_the_clock_stands_no_limit_has_passed() -> None:
    case = accepted(COMMITTED)
    pausing = Pausing(kind=PauseKind.HEARING, basis="第四十五条", planned_days=10, started_at=MONDAY)
    case = reviewing.pause(case, review_of(case, "planning"), pausing).case
    assert kinds(extended(case, at=datetime(2027, 1, 11, 2, 0, tzinfo=UTC))) == ["extended"]


def test_an_extension_of_a_review_that_is_over_moves_nothing() -> None:
    case = accepted()
    given = Answer(opinion=Opinion.CONSENT, decided_by="李主任", decided_at=LATER)
    case = reviewing.answer(case, review_of(case, "planning"), given, LATER, RULES).case
    assert "已经结束" in why_not(extended(case)).reason


@pytest.mark.rule("R23", "R24")
async def test_an_extension_heard_on_the_bus_moves_the_limit_once_and_the_second_is_declined_in_words(
    hall: Hall,
) -> None:
    number = await hall.accepted()

    def extension(office: Office | None, minutes: int) -> approval.ReviewExtended:
        approved = hall.now + timedelta(minutes=minutes)
        values = Extension(days=15, reasons="案情复杂", approver=CLERK, approved_at=approved, office=office)
        said: approval.ReviewExtended = hall.said(number, "fire", approval.ReviewExtended, extension=values)
        return said

    await hall.hear(
        *(extension(office, n) for n, office in enumerate([None, Office.GOVERNMENT_HEAD, Office.ORGAN_HEAD]))
    )
    (moved,) = await hall.harness.events(CaseExtended)
    assert moved.document.number == "延字〔2026〕1号"
    declined = await hall.harness.events(ReviewExtensionDeclined)
    assert [(event.rule, event.department, event.approved_at) for event in declined] == [
        ("R24", "fire", hall.now),
        ("R24", "fire", hall.now + timedelta(minutes=2)),
    ]
    shown = await hall.case(number)
    assert (shown["extension_days"], shown["promised_due"]["on"]) == (15, "2026-11-06")
