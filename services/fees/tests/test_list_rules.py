"""Which lists count in a round of the case, and whose step each waits for, on bare values."""

from datetime import UTC, datetime, timedelta

import pytest

from services.fees.domain.lists import Listed, ListState, Rejection, of_round, readiness
from services.fees.domain.steps import awaited
from yimen.contracts.fees import WaitsFor

LATER = datetime(2026, 9, 27, 1, tzinfo=UTC)
OPEN, VERIFIED, REJECTED = ListState.OPEN, ListState.VERIFIED, ListState.REJECTED
WINDOW, DEPARTMENT = WaitsFor.FEE_WINDOW, WaitsFor.DEPARTMENT


def rejected(name: str, why: Rejection, replaces: str | None = None) -> Listed:
    return Listed(name, REJECTED, replaces=replaces, rejection=why)


@pytest.mark.rule("R47")
def test_lists_of_a_named_review_count_whenever_they_were_listed() -> None:
    """Two clocks never agree to the second; the case says which lists it was reviewed with."""
    early = Listed("L1", ListState.VERIFIED, review_id="R2", listed_at=LATER - timedelta(seconds=2))
    twin = Listed("L2", ListState.OPEN, review_id="R2", listed_at=LATER - timedelta(seconds=1))
    stray = Listed("L3", ListState.OPEN, review_id="R1", listed_at=LATER - timedelta(days=1))
    late = Listed("L4", ListState.OPEN, review_id="R3", listed_at=LATER)
    assert of_round([early, twin, stray, late], ["L1"], LATER) == [early, twin, late]
    assert of_round([early, stray], [], None) == [early, stray]


@pytest.mark.rule("R55")
def test_a_list_found_wrong_holds_the_next_notice_back_until_its_department_lists_again() -> None:
    good, wrong = Listed("L1", VERIFIED, 100), rejected("L2", Rejection.DISPUTE)
    assert readiness(["L1"], [good, wrong]) is None
    again = Listed("L3", VERIFIED, 50, replaces="L2")
    assert [one.list_id for one in readiness(["L1"], [good, wrong, again]).due] == ["L1", "L3"]  # type: ignore[union-attr]
    not_owed = rejected("L2", Rejection.NOT_OWED)
    assert [one.list_id for one in readiness(["L1", "L2"], [good, not_owed]).due] == ["L1"]  # type: ignore[union-attr]


@pytest.mark.rule("R51")
@pytest.mark.parametrize(
    ("lists", "waiting"),
    [
        ([Listed("L1", ListState.WAITING)], {}),
        ([Listed("L1", OPEN)], {"L1": WINDOW}),
        ([Listed("L1", VERIFIED)], {}),
        ([rejected("L1", Rejection.OFFICER)], {"L1": DEPARTMENT}),
        ([rejected("L1", Rejection.DISPUTE)], {"L1": DEPARTMENT}),
        ([rejected("L1", Rejection.NOT_OWED)], {}),
        ([rejected("L1", Rejection.NO_STANDARD)], {}),
        ([rejected("L1", Rejection.REPLACED)], {}),
        ([rejected("L1", Rejection.OFFICER), Listed("L2", OPEN, replaces="L1")], {"L2": WINDOW}),
        ([rejected("L1", Rejection.OFFICER), rejected("L2", Rejection.NO_STANDARD, "L1")], {}),
        ([rejected("L1", Rejection.OFFICER), rejected("L2", Rejection.TOO_LATE, "L1")], {"L1": DEPARTMENT}),
    ],
)
def test_a_list_waits_for_whoever_has_the_next_step(lists: list[Listed], waiting: dict[str, WaitsFor]) -> None:
    assert awaited(lists, over=False, notice_is_out=False) == waiting
    assert awaited(lists, over=True, notice_is_out=False) == {}


@pytest.mark.rule("R51")
def test_a_notice_that_went_out_without_a_list_waits_for_no_department() -> None:
    assert awaited([rejected("L1", Rejection.OFFICER)], over=False, notice_is_out=True) == {}
