"""Orders at the bank: placed, amended and closed through silence and repetition, never under a new code."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from services.fees.bank import orders
from services.fees.bank.sending import LADDER
from services.fees.tables import notices
from services.fees.tests import samples
from services.fees.tests.conftest import open_window
from services.fees.tests.window import Window
from sim.bank import Fault, KeyRing, Refused
from yimen.contracts import fees

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NUMBER = "JK2026000001"


async def shown(window: Window) -> dict[str, Any]:
    return await window.notice() or {}


def order(window: Window) -> dict[str, Any]:
    return window.bank.books.order_numbered(NUMBER) or {}


def done(window: Window) -> list[str]:
    """What the bank did about orders."""
    return [entry["what"] for entry in window.bank.books.journal() if entry["what"].startswith("order_")]


async def defer(window: Window, day: date) -> None:
    async with window.harness.units.begin() as unit:
        await unit.execute(update(notices).values(pay_by=day))
        await orders.amend(unit, NUMBER)


async def jobs(window: Window, kind: str) -> list[str]:
    rows = await window.rows("SELECT state FROM outgoing WHERE kind = :kind ORDER BY key", kind=kind)
    return [row.state for row in rows]


@pytest.mark.parametrize("fault", [Fault.LATE, Fault.UNSIGNED, Fault.MISSIGNED])
@pytest.mark.fault("bank times out on our order")
async def test_a_bank_that_times_out_on_our_order_is_queried_and_never_given_a_new_code(
    window: Window, fault: Fault
) -> None:
    """Late, or with a 2xx that nobody signed: the order stands there, and a query says so."""
    window.bank.arm(fault, "order")
    notice = await window.issued()
    assert notice["ordered_at"] is not None
    assert done(window) == ["order_placed"]
    assert order(window)["payment_code"] == notice["payment_code"]


@pytest.mark.rule("R52")
@pytest.mark.fault("2xx without signature")
async def test_a_2xx_without_signature_orders_nothing(window: Window) -> None:
    for asked in ("order", "order_query"):
        window.bank.arm(Fault.UNSIGNED, asked)
    notice = await window.issued()
    assert (notice["ordered_at"], notice["order_error"]) == (None, None)
    await window.send_all()
    assert (await shown(window))["ordered_at"] is not None
    assert done(window) == ["order_placed"]


@pytest.mark.parametrize("fault", [Fault.DEAF, Fault.BUSY])
async def test_a_bank_that_does_not_hear_is_asked_the_same_again(window: Window, fault: Fault) -> None:
    window.bank.arm(fault, "order", 2)
    notice = await window.issued()
    assert order(window) == {}
    for seconds in LADDER[:2]:
        await window.send_all(seconds * 1.2)
    assert order(window)["payment_code"] == notice["payment_code"]
    assert len(await window.rows("SELECT 1 FROM outgoing WHERE kind = 'bank_order'")) == 1


async def test_an_order_that_was_given_up_says_why_and_is_taken_up_again_in_an_hour(window: Window) -> None:
    window.bank.arm(Fault.DEAF, "order", len(LADDER) + 1)
    await window.issued()
    for seconds in LADDER:
        await window.send_all(seconds * 1.2)
    assert await jobs(window, "bank_order") == ["given_up"]
    assert "银行未作答复" in (await shown(window))["order_error"]
    window.clock.advance(timedelta(hours=1))
    assert await window.harness.fire_timers() == 1
    await window.harness.run_senders()
    notice = await shown(window)
    assert (notice["ordered_at"] is None, notice["order_error"]) == (False, None)
    assert order(window)["payment_code"] == notice["payment_code"]


async def test_an_order_that_the_bank_refuses_waits_for_a_person(window: Window) -> None:
    window.bank.place(
        {"order_number": NUMBER, "payment_code": "Z" * 20, "amount": 1, "currency": "CNY", "account": "1"}
        | {"pay_by": "2026-09-22"}
    )
    await window.issued()
    assert "银行拒绝（409）" in (await shown(window))["order_error"]
    window.clock.advance(timedelta(hours=2))
    assert await window.harness.fire_timers() == 0


async def test_what_is_not_signed_waits_until_it_is(database_url: str, tmp_path: Path, ring: KeyRing) -> None:
    async with open_window(database_url, tmp_path / "bank", ring, bank_signing_key_file=None) as window:
        notice = await window.issued()
        assert (order(window), notice["ordered_at"]) == ({}, None)
        assert await jobs(window, "bank_order") == ["waiting"]


@pytest.mark.rule("R58")
async def test_an_amended_order_is_the_next_revision(window: Window) -> None:
    await window.issued()
    await defer(window, date(2026, 10, 30))
    await window.harness.run_senders()
    assert (order(window)["revision"], order(window)["pay_by"]) == (2, "2026-10-30")
    assert (await shown(window))["ordered_at"] is not None


async def test_an_amendment_that_the_bank_did_not_hear_is_told_again(window: Window) -> None:
    """The order that a query shows there is still the first revision."""
    await window.issued()
    window.bank.arm(Fault.DEAF, "order")
    await defer(window, date(2026, 10, 30))
    await window.harness.run_senders()
    assert (order(window)["revision"], (await shown(window))["ordered_at"]) == (1, None)
    await window.send_all()
    assert (order(window)["revision"], order(window)["pay_by"]) == (2, "2026-10-30")
    assert (await shown(window))["ordered_at"] is not None


async def test_a_late_first_revision_changes_nothing_of_the_second(window: Window) -> None:
    window.bank.arm(Fault.DEAF, "order", 1)
    await window.issued()
    await defer(window, date(2026, 10, 30))
    await window.harness.run_senders()
    assert await jobs(window, "bank_order") == ["waiting", "done"]
    ordered = (await shown(window))["ordered_at"]
    await window.send_all()
    assert await jobs(window, "bank_order") == ["done", "done"]
    assert (order(window)["revision"], order(window)["pay_by"]) == (2, "2026-10-30")
    assert (await shown(window))["ordered_at"] == ordered


async def test_a_voided_notice_can_no_longer_be_paid_at_the_bank(window: Window) -> None:
    notice = await window.issued()
    await window.intake(samples.withdrawn())
    await window.harness.run_senders()
    with pytest.raises(Refused):
        window.bank.pay(notice["payment_code"], "card")
    assert done(window) == ["order_placed", "order_closed"]


async def test_an_order_that_was_under_way_when_its_notice_was_voided_is_closed_all_the_same(window: Window) -> None:
    """The closing came first and found nothing; then the order arrived."""
    window.bank.arm(Fault.DEAF, "order", 1)
    notice = await window.issued()
    await window.intake(samples.withdrawn())
    await window.harness.run_senders()
    assert done(window) == []
    await window.send_all()
    assert done(window) == ["order_placed", "order_closed"]
    with pytest.raises(Refused):
        window.bank.pay(notice["payment_code"], "card")


@pytest.mark.rule("R53")
@pytest.mark.fault("void, expired or refunded notice")
async def test_a_closing_that_comes_too_late_tells_of_the_payment(window: Window) -> None:
    notice = await window.issued()
    window.bank.arm(Fault.NEVER_TOLD)
    window.bank.pay(notice["payment_code"], "card")
    await window.intake(samples.withdrawn())
    await window.harness.run_senders()
    assert await window.reasons() == ["not_payable"]
    await window.sound()


async def test_a_closing_is_asked_for_until_it_is_answered(window: Window) -> None:
    await window.issued()
    window.bank.arm(Fault.DEAF, "closing", len(LADDER) + 1)
    await window.intake(samples.withdrawn())
    for seconds in LADDER:
        await window.send_all(seconds * 1.2)
    assert await jobs(window, "bank_closing") == ["given_up"]
    window.clock.advance(timedelta(hours=1))
    await window.harness.fire_timers()
    await window.harness.run_senders()
    assert done(window) == ["order_placed", "order_closed"]


@pytest.mark.rule("R52", "R53")
async def test_an_order_that_is_answered_as_paid_settles_its_notice(window: Window) -> None:
    """Its answer was lost, somebody paid, and the call about it was lost too."""
    for asked in ("order", "order_query"):
        window.bank.arm(Fault.LATE, asked)
    notice = await window.issued()
    window.bank.arm(Fault.NEVER_TOLD)
    paid = window.bank.pay(notice["payment_code"], "card")
    await window.send_all()
    assert (await shown(window))["bank_serial"] == paid["serial"]
    [kept] = await window.rows("SELECT m.body FROM bank_payments p JOIN bank_messages m ON m.nonce = p.nonce")
    assert paid["serial"].encode() in bytes(kept.body)
    assert len(await window.harness.events(fees.NoticePaid)) == 1
    await window.sound()


async def test_an_order_that_the_bank_forgot_is_placed_again_when_the_payer_asks(window: Window) -> None:
    """It answered with success and did nothing."""
    window.bank.arm(Fault.HOLLOW, "order")
    notice = await window.issued()
    assert (notice["ordered_at"] is not None, order(window)) == (True, {})
    assert (await window.payer(notice, inquires=True)).status_code == 202
    await window.harness.run_senders()
    assert order(window)["payment_code"] == notice["payment_code"]
