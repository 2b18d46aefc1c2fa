"""Refunds at the bank: ordered once under one number, ended by its word alone, in whatever order that comes."""

from datetime import timedelta

import pytest

from services.fees.tests import refunds as acts
from services.fees.tests.window import Window
from sim.bank.manners import Fault
from yimen.contracts import fees
from yimen.web import Role
from yimen.worktime import local_date

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def work(window: Window) -> None:
    """Our orders go out, the bank carries them out and tells of it."""
    await window.harness.run_senders()
    await window.bank.tell()


@pytest.mark.rule("R59", "R60")
async def test_an_approved_refund_is_sent_given_back_and_balances(window: Window) -> None:
    notice = await acts.paid_twice(window)
    number = await acts.approved(window, notice)
    assert await window.harness.run_senders() == 1
    sent = await acts.refund(window, number)
    assert (sent.state, sent.sent_at) == ("sent", window.clock.now())
    await window.bank.tell()
    done = await acts.refund(window, number)
    assert (done.state, done.refunded_at) == ("refunded", window.clock.now())
    assert done.refunded_on == local_date(window.clock.now()), "reports and the supervisor count it on this day"
    [whole] = await window.harness.events(fees.NoticeRefunded)
    assert (whole.refund_number, whole.amount, whole.bank_serial) == (number, 16087, done.payout_serial)
    parts = await window.harness.events(fees.ListRefunded)
    assert [(one.list_id, one.department, one.amount) for one in parts] == [
        ("L1", "fire", 16000),
        ("L2", "housing", 87),
    ]
    assert (await window.get("/lists/L2"))["refunded"] == 87
    assert [await window.balance(account) for account in ("1002", "2242", "2203")] == [0, 0, 0]
    assert window.bank.balance() == 0
    window.clock.advance(timedelta(days=60))
    await window.harness.fire_timers()
    assert (await acts.refund(window, number)).late_since is None
    await window.sound()


@pytest.mark.rule("R59")
@pytest.mark.fault("bank times out on our order")
@pytest.mark.parametrize("fault", [Fault.LATE, Fault.DEAF, Fault.BUSY, Fault.UNSIGNED, Fault.MISSIGNED])
async def test_an_order_without_an_answer_is_sent_again_under_the_same_number(window: Window, fault: Fault) -> None:
    number = await acts.approved(window, await acts.paid(window))
    window.bank.arm(fault, number)
    for _ in range(2):
        await work(window)
        window.clock.advance(timedelta(seconds=10))
    assert (await acts.refund(window, number)).state == "refunded"
    assert len(window.bank.books.all("SELECT * FROM outgoing")) == 1
    await window.sound()


@pytest.mark.rule("R59")
async def test_a_failed_refund_stays_owed_and_is_sent_again_under_a_number_of_its_own(window: Window) -> None:
    notice = await acts.paid(window)
    number = await acts.approved(window, notice)
    window.bank.arm(Fault.REFUND_FAILS, number)
    await work(window)
    assert ((await acts.refund(window, number)).state, await window.balance("2242")) == ("failed", -16000)
    assert (await acts.ask(window, notice)).json()["code"] == "nothing-left-to-refund"
    await window.sound()
    again = await acts.decide(window, number, "sending", Role.FEE_OFFICER, acts.OTHER)
    assert (again.json()["state"], again.json()["attempt"], again.json()["failure"]) == ("sent", 2, None)
    await work(window)
    assert (await acts.refund(window, number)).state == "refunded"
    orders = window.bank.books.all("SELECT number, state FROM outgoing ORDER BY number")
    assert [(one["number"], one["state"]) for one in orders] == [(number, "failed"), (f"{number}-2", "refunded")]
    await acts.bank_failed(window, number)
    assert await window.reasons() == []
    await window.sound()


@pytest.mark.rule("R59")
@pytest.mark.fault("refund failed after success")
async def test_a_refund_that_was_paid_is_not_taken_back_by_a_later_failure(window: Window) -> None:
    number = await acts.approved(window, await acts.paid(window))
    window.bank.arm(Fault.FAILS_AFTER_SUCCESS, number)
    await work(window)
    await window.bank.tell()
    assert (await acts.refund(window, number)).state == "refunded"
    assert await window.reasons() == ["status_contradiction"]
    await acts.bank_failed(window, number)
    assert len(await window.reasons()) == 1
    await window.sound()


@pytest.mark.rule("R59")
@pytest.mark.fault("refund failed after success")
async def test_a_failure_that_the_bank_takes_back_ends_in_refunded(window: Window) -> None:
    """The failure came first, and the refund was sent again: the bank refuses to pay it a second time."""
    notice = await acts.paid(window)
    number = await acts.approved(window, notice)
    await window.harness.run_senders()
    await acts.bank_failed(window, number)
    await acts.decide(window, number, "sending", Role.FEE_OFFICER, acts.OTHER)
    window.bank.settle()
    await window.harness.run_senders()
    assert (await acts.refund(window, number)).failure.startswith("银行拒绝（422）")
    await window.bank.tell()
    found = await acts.refund(window, number)
    assert (found.state, found.attempt) == ("refunded", 2)
    assert len(await window.harness.events(fees.NoticeRefundFailed)) == 2
    await window.sound()


@pytest.mark.rule("R59")
async def test_the_banks_word_may_be_faster_than_its_answer(window: Window) -> None:
    number = await acts.approved(window, await acts.paid(window))
    assert await acts.bank_paid(window, number, 16000) == "paid_out"
    assert (await acts.refund(window, number)).state == "refunded"
    await acts.bank_accepted(window, number)
    assert (await acts.refund(window, number)).state == "refunded"


@pytest.mark.rule("R59")
async def test_a_word_that_is_lost_is_asked_for_every_day(window: Window) -> None:
    number = await acts.approved(window, await acts.paid(window))
    window.bank.arm(Fault.NEVER_TOLD, "REFUND.SUCCESS")
    await work(window)
    assert (await acts.refund(window, number)).state == "sent"
    window.clock.advance(timedelta(days=1))
    await window.harness.fire_timers()
    await work(window)
    assert (await acts.refund(window, number)).state == "refunded"
    window.clock.advance(timedelta(days=3))
    await window.harness.fire_timers()
    asked = await window.rows("SELECT COUNT(*) FROM outgoing WHERE kind = 'bank_refund_query'")
    assert asked == [(1,)]
    await window.sound()


@pytest.mark.rule("R59")
async def test_an_order_that_the_bank_accepted_and_does_not_know_is_sent_again(window: Window) -> None:
    number = await acts.approved(window, await acts.paid(window))
    window.bank.arm(Fault.HOLLOW, number)
    await work(window)
    assert (await acts.refund(window, number)).state == "sent"
    window.clock.advance(timedelta(days=1))
    await window.harness.fire_timers()
    await work(window)
    assert (await acts.refund(window, number)).state == "refunded"
    await window.sound()


@pytest.mark.rule("R53")
@pytest.mark.fault("refund before payment", "refund above what was paid")
async def test_money_that_goes_back_without_an_approval_or_in_another_amount_is_missed(window: Window) -> None:
    """Before the approval; with another amount; once too often; under a number that was never sent."""
    notice = await acts.paid_twice(window)
    number = await acts.requested(window, notice, lists=["L1"])
    assert await acts.bank_paid(window, number, 1) == "unknown_refund"
    await acts.decide(window, number, "verification", Role.FEE_OFFICER, acts.OTHER)
    await acts.decide(window, number, "approval", Role.TREASURER, acts.TREASURER)
    for named, amount in ((number, 16001), (number, 15999), (f"{number}-2", 16000), ("TK2026000099", 5)):
        assert await acts.bank_paid(window, named, amount) == "unknown_refund"
    assert await acts.bank_paid(window, number, 16000, "OUT-1") == "paid_out"
    assert await acts.bank_paid(window, number, 16000, "OUT-1") == "duplicate"
    assert await acts.bank_paid(window, number, 16000, "OUT-2") == "unknown_refund"
    assert await window.balance("2241") == 1 + 16001 + 15999 + 16000 + 5 + 16000
    assert (await acts.refund(window, number)).payout_serial == "OUT-1"
    found = await window.get("/invariants", Role.TREASURER)
    assert found["ok"], [one for one in found["invariants"] if not one["ok"]]


async def test_a_failure_of_what_nobody_ordered_is_for_somebody_to_clear_up(window: Window) -> None:
    number = await acts.requested(window, await acts.paid(window))
    for named in (number, "TK2026000099"):
        await acts.bank_failed(window, named)
    assert await window.reasons() == ["unknown_refund"] * 2
    assert (await acts.refund(window, number)).state == "requested"


@pytest.mark.rule("R53")
@pytest.mark.fault("void, expired or refunded notice")
async def test_a_payment_for_a_notice_that_was_given_back_waits_in_suspense(window: Window) -> None:
    await acts.approved(window, await acts.paid(window))
    await work(window)
    notice = await window.notice()
    assert notice is not None
    window.bank.take(notice["payment_code"], 16000)
    await window.bank.tell()
    assert (await window.reasons(), await window.balance("2241")) == (["second_payment"], -16000)
    await window.sound()
