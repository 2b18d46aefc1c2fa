"""Money that the bank says went out: posted once, and missed in suspense where nobody ordered it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.fees.tests.window import Window
from sim.bank import wire
from yimen.contracts import fees


@pytest.fixture
async def paid(window: Window) -> dict[str, Any]:
    """A payment of 160 yuan, as the bank has it."""
    notice = await window.issued()
    payment = window.bank.pay(notice["payment_code"], "card")
    await window.bank.tell()
    return payment


def refund(window: Window, payment: dict[str, Any], amount: int = 5000, number: str = "TK9-1") -> dict[str, Any]:
    """Given back at the bank's counter, without any order of ours; what the bank says of it."""
    asked = {"refund_number": number, "bank_serial": payment["serial"], "amount": amount, "currency": "CNY"}
    window.bank.refund(asked | {"account": window.bank.account})
    window.bank.settle()
    found: dict[str, Any] = window.bank.outgoing.show_refund(number)["refund"]
    return found


@pytest.mark.rule("R59")
async def test_a_refund_that_nobody_ordered_is_missed_in_suspense(window: Window, paid: dict[str, Any]) -> None:
    said = refund(window, paid)
    await window.bank.tell()
    [row] = await window.rows("SELECT reason, payout_serial, reference, amount, owner FROM exceptions")
    assert tuple(row) == ("unknown_refund", said["bank_serial"], "TK9-1", -5000, "treasurer")
    [opened] = await window.harness.events(fees.ExceptionOpened)
    assert (opened.amount, opened.bank_serial) == (-5000, said["bank_serial"])
    assert [await window.balance(account) for account in ("1002", "2241")] == [11000, 5000]
    await window.sound()


@pytest.mark.rule("R57")
async def test_a_remittance_that_nobody_ordered_is_missed_in_suspense(window: Window, paid: dict[str, Any]) -> None:
    asked = {"remittance_number": "HJ9", "day": "2026-09-07", "amount": paid["amount"], "currency": "CNY"}
    window.bank.remit(asked | {"account": window.bank.account, "treasury_account": "1"})
    await window.bank.tell()
    assert await window.reasons() == ["unknown_remittance"]
    assert [await window.balance(account) for account in ("1002", "2241")] == [0, 16000]
    await window.sound()


@pytest.mark.fault("exact duplicate, fifty at once")
async def test_fifty_tellings_at_once_are_one_payout(window: Window, paid: dict[str, Any]) -> None:
    said = refund(window, paid)
    window.bank.telling.on = False
    answers = await asyncio.gather(*(window.say(said, wire.REFUNDED) for _ in range(50)))
    assert set(answers) == {204}
    assert await window.reasons() == ["unknown_refund"]
    assert len(await window.rows("SELECT 1 FROM bank_payouts")) == 1
    await window.sound()


@pytest.mark.fault("duplicate after 24 hours")
async def test_a_payout_told_again_a_day_later_changes_nothing(window: Window, paid: dict[str, Any]) -> None:
    said = refund(window, paid)
    await window.bank.tell()
    before = len(await window.harness.events())
    window.clock.advance(timedelta(days=1))
    assert await window.say(said, wire.REFUNDED) == 204
    assert len(await window.harness.events()) == before
    await window.sound()


@pytest.mark.fault("same serial, other amount")
async def test_the_same_payout_serial_with_other_contents_is_an_incident_and_moves_nothing(
    window: Window, paid: dict[str, Any]
) -> None:
    said = refund(window, paid)
    await window.bank.tell()
    for other in ({"amount": 5001}, {"refund_number": "TK8-1"}):
        assert await window.say(said | other, wire.REFUNDED) == 204
    assert await window.reasons() == ["unknown_refund", "serial_reused"]
    await window.sound()


@pytest.mark.fault("refund before payment")
async def test_a_refund_told_before_its_payment_is_borne(window: Window) -> None:
    notice = await window.issued()
    payment = window.bank.pay(notice["payment_code"], "card")
    assert await window.say(refund(window, payment), wire.REFUNDED) == 204
    assert [await window.balance(account) for account in ("1002", "2241")] == [-5000, 5000]
    await window.bank.tell()
    assert (await window.notice() or {})["state"] == "receipted"
    await window.sound()


async def test_a_failed_refund_that_nobody_ordered_is_said_once_and_moves_nothing(
    window: Window, paid: dict[str, Any]
) -> None:
    said = {"bank_serial": None, "refund_number": "TK9-1", "original_serial": paid["serial"], "amount": 5000}
    said |= {"currency": "CNY", "account": window.bank.account, "state": "failed", "reason": "账户已销户"}
    said |= {"at": window.clock.now().isoformat()}
    answers = await asyncio.gather(*(window.say(said, wire.REFUND_FAILED) for _ in range(20)))
    assert set(answers) == {204}
    [row] = await window.rows("SELECT reference, amount, detail FROM exceptions")
    assert (row.reference, row.amount) == ("TK9-1", 0)
    assert "账户已销户" in row.detail
    await window.sound()


@pytest.mark.rule("R60", "R61")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_words_of_money_that_went_out_are_strict(window: Window, paid: dict[str, Any]) -> None:
    said = refund(window, paid)
    window.bank.telling.on = False
    wrong: tuple[dict[str, Any], ...] = (
        {"amount": 0}, {"amount": -1}, {"amount": 50.0}, {"amount": "5000"}, {"bank_serial": None}, {"state": "failed"},
        {"at": "yesterday"}, {"account": "6222000000000001"}, {"currency": "USD"}, {"refund_number": ""},
    )  # fmt: skip
    for other in wrong:
        assert await window.say(said | other, wire.REFUNDED) == 422
    assert await window.say(said, wire.REFUND_FAILED) == 422
    assert await window.say(said, wire.REMITTED) == 422
    assert await window.say(said, wire.PAID) == 422
    assert await window.rows("SELECT 1 FROM bank_payouts") == []
    assert await window.say(said, wire.REFUNDED) == 204
    await window.sound()
