"""On the way to the answer: two officials inspect in five days, a file goes up in three, and the applicant sees it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.intake.domain import clock, door, duties, reviewing
from services.intake.domain.case import Case
from services.intake.domain.catalogue import Item
from services.intake.domain.item_rules import faults
from services.intake.publishing import publish
from services.intake.tests.hall import LI, Hall
from services.intake.tests.samples import (
    CLERK,
    COMMITTED,
    FORWARDED,
    INSTANT,
    JOINT,
    MONDAY,
    ORGAN,
    RULES,
    TWO_STAGES,
    accepted,
    kinds,
    review_of,
    submitted,
)
from yimen.contracts import approval
from yimen.contracts.intake import ReviewRequested, ReviewUrged
from yimen.contracts.parts import Due, Opinion, Staff
from yimen.worktime import end_of_day

INSPECTED = COMMITTED.model_copy(update={"code": f"{ORGAN}000108888888", "inspection": True})
FIFTH_DAY = end_of_day(date(2026, 10, 10))
"""Of those after the hall's Monday: the worked Saturday after the holidays."""
THIRD_DAY = end_of_day(date(2026, 10, 8))
ZHAO = Staff(id="zhao", name="赵科员")


def limits(case: Case) -> dict[str, datetime]:
    return {name: due for (name, _key), due in clock.timers(case, RULES).items()}


async def opened(hall: Hall, item: Item) -> str:
    async with hall.harness.units.begin() as unit:
        await publish(unit, [item])
    return await hall.accepted(item)


def visited(hall: Hall, number: str, *officials: Staff) -> Any:
    fields = {"officials": officials, "place": "现场", "findings": "符合", "visited_at": hall.now}
    return hall.said(number, "planning", approval.ReviewSiteVisited, **fields)


def forwarded(hall: Hall, number: str) -> Any:
    fields = {"superior": "省厅", "opinion": "拟同意", "forwarded_by": LI, "forwarded_at": hall.now}
    return hall.said(number, "planning", approval.ReviewForwarded, **fields)


def superior(hall: Hall, number: str, granted: bool = True) -> Any:
    fields = {"superior": "省厅", "granted": granted, "opinion": "", "answered_at": hall.now}
    return hall.said(number, "planning", approval.ReviewSuperiorAnswered, **fields)


async def urged(hall: Hall) -> list[str | None]:
    return [event.rule for event in await hall.harness.events(ReviewUrged)]


# -- inspections --------------------------------------------------------------------------------------------------


@pytest.mark.rule("R33")
async def test_five_days_without_two_officials_on_the_spot_are_urged_once(hall: Hall) -> None:
    number = await opened(hall, INSPECTED)
    (asked,) = await hall.harness.events(ReviewRequested)
    assert asked.inspection_by == Due(on=date(2026, 10, 10))
    hall.harness.clock.move_to(FIFTH_DAY - timedelta(minutes=1))
    await hall.harness.fire_timers()
    assert await urged(hall) == []
    hall.harness.clock.move_to(FIFTH_DAY)
    await hall.harness.fire_timers()
    assert sorted(await urged(hall), key=str) == [None, "R33"], "its answer is due on the same day"
    hall.harness.clock.advance(timedelta(days=30))
    assert await hall.harness.fire_timers() == 0
    (review,) = (await hall.case(number))["reviews"]
    assert (review["visited_at"], review["inspection_by"]["on"]) == (None, "2026-10-10")


@pytest.mark.rule("R33", "R34")
@pytest.mark.parametrize(("officials", "counts"), [((LI, ZHAO), True), ((LI,), False), ((LI, LI), False)])
async def test_a_visit_by_fewer_than_two_officials_is_none(
    hall: Hall, officials: tuple[Staff, ...], counts: bool
) -> None:
    number = await opened(hall, INSPECTED)
    hall.harness.clock.move_to(FIFTH_DAY - timedelta(minutes=1))
    await hall.hear(visited(hall, number, *officials))
    (review,) = (await hall.case(number))["reviews"]
    assert (review["visited_at"] is not None) == counts
    hall.harness.clock.move_to(FIFTH_DAY)
    await hall.harness.fire_timers()
    assert ("R33" in await urged(hall)) != counts


@pytest.mark.rule("R33")
def test_the_urging_to_inspect_hides_no_other_and_no_other_hides_it() -> None:
    case = accepted(INSPECTED)
    review = review_of(case, "planning")
    first = duties.urge(case, review, clock.INSPECTION_LIMIT, FIFTH_DAY)
    assert limits(first.case) == {clock.REVIEW_LIMIT: FIFTH_DAY}
    due = clock.review_due(review, RULES.calendar)
    assert due is not None
    other = reviewing.pass_limit(case, review, due, FIFTH_DAY, RULES)
    assert limits(other.case) == {clock.INSPECTION_LIMIT: FIFTH_DAY}


@pytest.mark.rule("R33")
def test_only_the_lead_inspects_and_the_days_run_from_acceptance() -> None:
    joint = JOINT.model_copy(update={"inspection": True})
    case = accepted(joint)
    assert {review.department for review in case.reviews if review.inspection_days} == {"planning"}
    later = TWO_STAGES.model_copy(update={"inspection": True})
    case = reviewing.request_stage(accepted(later), 1, MONDAY + timedelta(days=3), RULES).case
    assert limits(case)[clock.INSPECTION_LIMIT] == FIFTH_DAY
    silent = door.deem_accepted(submitted(INSPECTED), FIFTH_DAY, FIFTH_DAY, RULES).case
    assert limits(silent)[clock.INSPECTION_LIMIT] == FIFTH_DAY, "the organ's own silence used the days up"


@pytest.mark.rule("R33")
def test_the_first_valid_visit_counts() -> None:
    case = accepted(INSPECTED)
    once = duties.visit(case, review_of(case, "planning"), ["a", "b"], MONDAY).case
    again = duties.visit(once, review_of(once, "planning"), ["a", "b"], MONDAY + timedelta(days=1)).case
    assert review_of(again, "planning").visited_at == MONDAY


@pytest.mark.rule("R15", "R33")
def test_what_is_decided_on_the_same_visit_waits_for_no_queue_and_no_inspection() -> None:
    instant = INSTANT.model_copy(update={"inspection": True, "quota": 3})
    assert {"inspection", "quota"} <= {field for field, _ in faults(instant)}
    assert not {"inspection", "quota"} & {field for field, _ in faults(INSPECTED.model_copy(update={"quota": 3}))}


# -- the way up ---------------------------------------------------------------------------------------------------


@pytest.mark.rule("R48")
async def test_three_days_without_the_file_going_up_are_urged_once(hall: Hall) -> None:
    await hall.accepted(FORWARDED)
    (asked,) = await hall.harness.events(ReviewRequested)
    assert asked.forward_by == Due(on=date(2026, 10, 8))
    hall.harness.clock.move_to(THIRD_DAY - timedelta(minutes=1))
    await hall.harness.fire_timers()
    assert await urged(hall) == []
    hall.harness.clock.move_to(THIRD_DAY)
    assert await hall.harness.fire_timers() == 1
    hall.harness.clock.advance(timedelta(hours=1))
    assert await hall.harness.fire_timers() == 0
    assert await urged(hall) == ["R48"]


@pytest.mark.rule("R48")
async def test_a_file_that_went_up_in_the_last_minute_is_not_urged(hall: Hall) -> None:
    number = await hall.accepted(FORWARDED)
    hall.harness.clock.move_to(THIRD_DAY - timedelta(minutes=1))
    await hall.hear(forwarded(hall, number))
    hall.harness.clock.move_to(THIRD_DAY)
    assert await hall.harness.fire_timers() == 0


@pytest.mark.rule("R48")
async def test_a_consent_that_is_to_be_forwarded_does_not_stand_for_forwarding(hall: Hall) -> None:
    number = await hall.accepted(FORWARDED)
    await hall.hear(hall.decided(number, "planning", Opinion.CONSENT_BUT_FORWARD))
    hall.harness.clock.move_to(THIRD_DAY)
    await hall.harness.fire_timers()
    assert await urged(hall) == ["R48"]


@pytest.mark.rule("R48", "R36")
def test_three_days_run_over_new_year_without_a_plan() -> None:
    at = datetime(2026, 12, 30, 1, tzinfo=UTC)
    case = door.accept(submitted(FORWARDED, at=at), CLERK, at, RULES).case
    due = clock.forward_by(case, RULES)
    assert due is not None
    assert (due.date, due.provisional) == (date(2027, 1, 4), True)
    assert clock.forward_by(accepted(COMMITTED), RULES) is None


@pytest.mark.rule("R48")
@pytest.mark.parametrize(("granted", "said"), [(True, "同意"), (False, "不同意")])
async def test_the_applicant_sees_at_once_that_the_file_went_up_and_what_was_answered(
    hall: Hall, granted: bool, said: str
) -> None:
    told = (await hall.apply(FORWARDED)).json()
    number, password = told["case_number"], {"Query-Password": told["query_password"]}
    await hall.step(number, "acceptance")

    async def state() -> str:
        return str((await hall.client.get(f"/progress/{number}", headers=password)).json()["state"])

    assert await state() == "已受理，正在审查"
    await hall.hear(forwarded(hall, number))
    assert await state() == "已受理，已上报上级机关"
    await hall.hear(superior(hall, number, granted))
    assert await state() == f"上级机关已答复：{said}"
    await hall.hear(hall.decided(number, "planning", Opinion.CONSENT_BUT_FORWARD))
    assert (await hall.case(number))["outcome"] == ("granted" if granted else "denied")


@pytest.mark.rule("R25")
def test_a_first_review_has_twenty_days_unless_another_law_says_otherwise() -> None:
    longer = FORWARDED.model_copy(update={"statutory_days": 21})
    assert "statutory_days" in {field for field, _ in faults(longer)}
    based = longer.model_copy(update={"statutory_basis": "《某法》第九条"})
    assert "statutory_days" not in {field for field, _ in faults(based)}
    due = clock.statutory_due(accepted(FORWARDED), RULES)
    assert due is not None
    assert due.date == date(2026, 10, 30)
    assert kinds(door.accept(submitted(FORWARDED), CLERK, MONDAY, RULES)) == ["accepted", "requested"]
