"""滞纳金 (R54): only by a cited law, from the day after the last, never more than what it is charged on."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fees.domain.late_fees import Principal, days_late, late_fees
from services.fees.tests import samples
from services.fees.tests.samples import CASE, DRAWING, SITE
from services.fees.tests.window import Window
from yimen.contracts import fees

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BASIS = "《某某条例》第十二条"
LAST_DAY = date(2026, 9, 22)
LIMIT = datetime(2026, 9, 22, 16, tzinfo=UTC)
"""The first moment after the last day, in Shanghai."""


@pytest.mark.rule("R54")
@pytest.mark.parametrize(
    ("paid_at", "days"),
    [
        (LIMIT - timedelta(days=15), 0),
        (LIMIT - timedelta(microseconds=1), 0),
        (LIMIT, 1),
        (LIMIT + timedelta(hours=23, minutes=59), 1),
        (LIMIT + timedelta(days=1), 2),
    ],
)
def test_days_count_from_the_day_after_the_last_in_shanghai(paid_at: datetime, days: int) -> None:
    assert days_late(LAST_DAY, paid_at) == days


@pytest.mark.rule("R54", "R61")
@pytest.mark.parametrize(
    ("bearing", "listed", "paid", "days", "expected"),
    [
        ((16_000,), 16_000, 16_000, 1, [80]),
        ((100,), 100, 100, 1, [1]),  # 0.5 分, half up
        ((99,), 99, 99, 1, []),
        ((100, 100), 200, 200, 1, [2]),  # by line
        ((16_000,), 16_000, 8_000, 1, [40]),  # halved by a reduction
        ((16_000,), 16_029, 16_029, 199, [15_920]),
        ((16_000,), 16_000, 16_000, 200, [16_000]),
        ((16_000,), 16_000, 16_000, 4_000, [16_000]),  # never above the principal
        ((), 16_000, 16_000, 10, []),
        ((16_000,), 16_000, 0, 10, []),
        ((0,), 0, 0, 10, []),
    ],
)
def test_five_in_a_thousand_a_day_and_no_more_than_the_principal(
    bearing: tuple[int, ...], listed: int, paid: int, days: int, expected: list[int]
) -> None:
    found = late_fees([Principal("L1", "fire", bearing, listed, paid)], 50, days)
    assert [late.amount for late in found] == expected


AMOUNTS = st.lists(st.integers(0, 10**9), max_size=4)


@pytest.mark.rule("R54", "R61")
@given(
    bearing=AMOUNTS,
    others=AMOUNTS,
    reduced=st.integers(0, 10**9),
    rate=st.integers(0, 10_000),
    days=st.integers(0, 900),
)
def test_a_late_fee_grows_with_the_days_and_never_above_what_was_paid(
    bearing: list[int], others: list[int], reduced: int, rate: int, days: int
) -> None:
    listed = sum(bearing) + sum(others)
    paid = max(0, listed - reduced)
    principal = Principal("L1", "fire", tuple(bearing), listed, paid)

    def of(several: int) -> int:
        return sum(late.amount for late in late_fees([principal], rate, several))

    assert 0 <= of(days) <= of(days + 1) <= paid
    assert of(days) * listed <= sum(bearing) * paid
    assert of(0) == 0


async def overdue(window: Window, days: int = 3, basis: str | None = BASIS) -> dict[str, Any]:
    """160.00 for drawings and 0.29 for a survey, of two departments; the drawings' standard cites a law, or none."""
    await window.intake(samples.item(late_fee_basis=basis), samples.submitted())
    await window.approval(samples.listed("L1", (DRAWING, 2)))
    await window.approval(samples.listed("L2", (SITE, 1), department="housing"), department="housing")
    await window.verify("L1")
    await window.verify("L2")
    await window.intake(samples.reviewed("L1", "L2"))
    await window.harness.run_senders()
    notice = await window.notice()
    assert notice is not None
    window.clock.move_to(LIMIT + timedelta(days=days - 1))
    await window.harness.fire_timers()
    await window.harness.run_senders()
    return notice


@SQLITE
@pytest.mark.rule("R54")
async def test_paid_late_it_is_receipted_and_not_cleared_before_the_late_fee_is_paid_too(window: Window) -> None:
    notice = await overdue(window)
    await window.pay(notice["payment_code"])
    principal, late = await window.notices()
    assert (principal["state"], principal["cleared_at"]) == ("receipted", None)
    assert (late["kind"], late["late_fee_of"], late["amount"]) == ("late_fee", notice["notice_number"], 240)
    assert (late["state"], late["pay_by"]) == ("issued", "2026-10-10")
    assert {(await window.get(f"/lists/{name}"))["state"] for name in ("L1", "L2")} == {"settled"}
    [_, event] = await window.harness.events(fees.NoticeIssued)
    assert (event.late_fee_of, event.lists) == (notice["notice_number"], ())
    assert await window.harness.events(fees.NoticeCleared) == []
    assert [await window.balance(f"1122.{whose}") for whose in ("fire", "housing")] == [240, 0]
    await window.sound()
    await window.harness.run_senders()
    await window.pay(late["payment_code"])
    cleared = [event.notice_number for event in await window.harness.events(fees.NoticeCleared)]
    assert cleared == [notice["notice_number"], late["notice_number"]]
    assert len(await window.harness.events(fees.ListSettled)) == 2
    await window.sound()


@SQLITE
@pytest.mark.rule("R54")
async def test_without_a_cited_law_there_is_no_late_fee(window: Window) -> None:
    notice = await overdue(window, basis=None)
    await window.pay(notice["payment_code"])
    [only] = await window.notices()
    assert only["cleared_at"] is not None
    await window.sound()


@SQLITE
@pytest.mark.rule("R54")
async def test_the_day_on_which_the_bank_took_the_money_counts_not_that_of_its_word(window: Window) -> None:
    await window.intake(samples.item(late_fee_basis=BASIS))
    notice = await window.issued()
    window.clock.move_to(LIMIT - timedelta(seconds=1))
    window.bank.pay(notice["payment_code"], "counter")
    window.clock.move_to(LIMIT + timedelta(days=5))
    await window.bank.tell()
    [only] = await window.notices()
    assert only["cleared_at"] is not None
    await window.sound()


@SQLITE
@pytest.mark.rule("R54")
async def test_a_case_that_ends_owes_no_late_fee(window: Window) -> None:
    notice = await overdue(window)
    await window.pay(notice["payment_code"])
    await window.intake(samples.withdrawn())
    principal, late = await window.notices()
    assert (principal["state"], late["state"]) == ("receipted", "voided")
    await window.sound()


@SQLITE
@pytest.mark.rule("R54")
async def test_a_late_fee_that_is_paid_late_bears_none_itself(window: Window) -> None:
    notice = await overdue(window)
    await window.pay(notice["payment_code"])
    await window.harness.run_senders()
    late = (await window.notices())[1]
    window.clock.advance(timedelta(days=20))
    await window.harness.fire_timers()
    await window.harness.run_senders()
    assert (await window.notices())[1]["state"] == "overdue"
    await window.pay(late["payment_code"])
    assert len(await window.notices()) == 2
    assert len(await window.harness.events(fees.NoticeCleared)) == 2
    await window.sound()


@pytest.mark.rule("R54")
async def test_a_case_that_ends_while_it_is_paid_late_leaves_nothing_open(window: Window) -> None:
    notice = await overdue(window)
    window.bank.pay(notice["payment_code"], "qr")
    await asyncio.gather(window.bank.tell(), window.intake(samples.withdrawn(CASE)))
    assert not [one for one in await window.notices() if one["state"] in ("issued", "overdue")]
    await window.sound()
