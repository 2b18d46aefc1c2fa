"""Refunds that the service begins itself: own findings, orders, and money that stood in suspense."""

import pytest
from sqlalchemy import select, update

from services.fees import calendars, refunding
from services.fees.domain import books
from services.fees.posting import post
from services.fees.tables import exceptions
from services.fees.tests import refunds as acts
from services.fees.tests.window import Window
from yimen.contracts import fees
from yimen.contracts.fees import RefundCause
from yimen.contracts.parts import Staff
from yimen.errors import NotNow, Unfit

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TREASURER = Staff(id="treasurer-1", name="李财政")


@pytest.mark.rule("R59", "R50")
async def test_what_was_found_wrong_is_reckoned_from_what_was_paid_and_held(window: Window) -> None:
    notice = await acts.paid_twice(window)
    number = await acts.find(window, notice, "L2")
    row = await acts.refund(window, number)
    assert (number, row.state, row.amount, row.cause) == ("TK2026000001", "verified", 87, "own_finding")
    assert row.bank_serial == (await acts.notice(window, notice)).bank_serial
    [event] = await window.harness.events(fees.NoticeRefundRequested)
    assert (event.refund_number, event.cause, event.amount) == (number, RefundCause.OWN_FINDING, 87)
    assert (await acts.notice(window, notice)).refund_held == 87
    whole = await acts.find(window, notice, cause=RefundCause.ORDER)
    assert (await acts.refund(window, whole)).amount == 16000


@pytest.mark.rule("R59")
async def test_nothing_is_given_back_twice_nor_of_what_was_not_paid(window: Window) -> None:
    notice = await acts.paid_twice(window)
    await acts.find(window, notice, "L2")
    with pytest.raises(NotNow, match="nothing-left"):
        await acts.find(window, notice, "L2", "L1")
    with pytest.raises(Unfit, match="list-not-on-notice"):
        await acts.find(window, notice, "L9")
    unpaid = await window.issued("36070020260907A0000022", "L-other")
    with pytest.raises(NotNow, match="notice-not-paid"):
        await acts.find(window, unpaid["notice_number"])


@pytest.mark.rule("R53")
async def test_a_second_payment_is_given_back_out_of_suspense(window: Window) -> None:
    await acts.paid(window)
    notice = await window.notice()
    assert notice is not None
    window.bank.take(notice["payment_code"], 16000)
    await window.bank.tell()
    async with window.harness.units.begin() as unit:
        await calendars.held(unit)
        row = (await unit.execute(select(exceptions))).one()
        number = await refunding.of_exception(unit, row, TREASURER)
        await post(unit, books.resolve_to_refund(str(row.id), row.amount))
        resolved = {"state": "resolved", "resolution": "refund", "target": number}
        await unit.execute(update(exceptions).values(**resolved))
    refund = await acts.refund(window, number)
    assert (refund.state, refund.amount, refund.approved_by) == ("approved", 16000, "treasurer-1")
    assert (await window.balance("2242"), await window.balance("2241")) == (-16000, 0)
    assert await acts.bank_paid(window, number, 16000) == "paid_out"
    [event] = await window.harness.events(fees.ExceptionRefunded)
    assert (event.exception_id, event.amount, event.case_number) == (str(row.id), 16000, notice["case_number"])
    assert await window.balance("2242") == 0


async def test_an_exception_without_a_payers_money_is_not_refunded(window: Window) -> None:
    await acts.paid(window)
    notice = await window.notice()
    assert notice is not None
    window.bank.take(notice["payment_code"], 0)
    await window.bank.tell()
    async with window.harness.units.begin() as unit:
        row = (await unit.execute(select(exceptions))).one()
        with pytest.raises(NotNow, match="nothing-in-suspense"):
            await refunding.of_exception(unit, row, TREASURER)
