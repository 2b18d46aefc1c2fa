"""The one payment notice of a case: when it is issued, excused, overdue, voided; and its order to the bank."""

from datetime import datetime, timedelta

import pytest

from services.fees.domain.notices import is_payment_code
from services.fees.tests import samples
from services.fees.tests.samples import CASE, DRAWING, SITE
from services.fees.tests.window import Window
from yimen.contracts import fees
from yimen.web import Role


@pytest.mark.rule("R47", "R50")
async def test_all_departments_lists_stand_on_one_notice(window: Window) -> None:
    await window.intake(samples.item(), samples.submitted())
    await window.approval(samples.listed("L1", (DRAWING, 1)))
    await window.approval(samples.listed("L2", (SITE, 1), (SITE, 1), department="housing"), department="housing")
    await window.intake(samples.reviewed("L1", "L2"))
    await window.verify("L1")
    assert await window.notice() is None
    await window.verify("L2")
    [event] = await window.harness.events(fees.NoticeIssued)
    assert (event.lists, event.amount) == (("L1", "L2"), 8058)
    assert [await window.balance(f"1122.{department}") for department in ("fire", "housing")] == [8000, 58]
    await window.sound()


@pytest.mark.rule("R54")
async def test_a_notice_is_to_be_paid_within_fifteen_calendar_days(window: Window) -> None:
    notice = await window.issued()
    assert (notice["pay_by"], notice["state"]) == ("2026-09-22", "issued")
    assert notice["notice_number"] == "JK2026000001"
    assert is_payment_code(notice["payment_code"])


@pytest.mark.rule("R54")
async def test_overdue_is_said_once_at_the_end_of_the_last_day(window: Window) -> None:
    notice = await window.issued()
    window.clock.move_to(datetime.fromisoformat("2026-09-22T15:59:59+00:00"))
    await window.harness.fire_timers()
    await window.harness.run_senders()
    assert await window.harness.events(fees.NoticeOverdue) == []
    window.clock.advance(timedelta(days=3))
    for _ in range(2):
        await window.harness.fire_timers()
        await window.harness.run_senders()
    [event] = await window.harness.events(fees.NoticeOverdue)
    assert event.overdue_at.isoformat() == "2026-09-22T16:00:00+00:00"
    window.bank.pay(notice["payment_code"], "card")
    await window.bank.tell()
    assert len(await window.harness.events(fees.NoticeCleared)) == 1
    await window.sound()


@pytest.mark.rule("R54")
async def test_a_notice_paid_in_time_is_never_overdue(window: Window) -> None:
    notice = await window.issued()
    window.bank.pay(notice["payment_code"], "qr")
    await window.bank.tell()
    window.clock.advance(timedelta(days=30))
    await window.harness.fire_timers()
    await window.harness.run_senders()
    assert await window.harness.events(fees.NoticeOverdue) == []


@pytest.mark.rule("R13", "R47")
async def test_a_case_whose_lists_no_standard_allows_goes_on_unpaid(window: Window) -> None:
    await window.intake(samples.item(prices={}), samples.submitted(), samples.reviewed("L1"))
    await window.approval(samples.listed())
    events = await window.harness.events(fees.NoticeIssued, fees.NoticeCleared)
    assert [(type(event), event.amount) for event in events] == [(fees.NoticeIssued, 0), (fees.NoticeCleared, 0)]
    assert await window.harness.run_senders() == 0
    await window.sound()


async def test_a_service_that_costs_nothing_is_settled_at_once(window: Window) -> None:
    await window.intake(samples.item(prices={DRAWING: 0}), samples.submitted(), samples.reviewed("L1"))
    await window.approval(samples.listed())
    await window.verify()
    assert (await window.get("/lists/L1"))["state"] == "settled"
    assert await window.rows("SELECT 1 FROM journals") == []
    await window.sound()


@pytest.mark.fault("void, expired or refunded notice")
async def test_a_notice_of_a_withdrawn_case_is_voided_and_its_claim_reversed(window: Window) -> None:
    notice = await window.issued()
    await window.intake(samples.withdrawn())
    assert len(await window.harness.events(fees.NoticeVoided)) == 1
    assert await window.balance("1122.%") == 0
    assert [row.kind for row in await window.rows("SELECT kind FROM journals ORDER BY id")] == ["issue", "void"]
    window.bank.take(notice["payment_code"], notice["amount"])
    await window.bank.tell()
    assert await window.reasons() == ["not_payable"]
    window.clock.advance(timedelta(days=30))
    await window.harness.fire_timers()
    assert await window.harness.events(fees.NoticeOverdue) == []
    await window.sound()


async def test_a_case_that_ends_after_payment_keeps_its_paid_notice(window: Window) -> None:
    notice = await window.issued()
    window.bank.pay(notice["payment_code"], "card")
    await window.bank.tell()
    await window.intake(samples.withdrawn())
    assert await window.harness.events(fees.NoticeVoided) == []
    await window.sound()


async def test_the_bank_hears_of_the_notice_and_its_only_account(window: Window) -> None:
    notice = await window.issued()
    order = window.bank.books.order(notice["payment_code"])
    assert order is not None
    assert (order["order_number"], order["amount"]) == (notice["notice_number"], 16000)
    assert order["account"] == window.bank.account
    assert notice["ordered_at"] is not None


async def test_an_order_that_was_not_answered_is_sent_again_under_its_number(window: Window) -> None:
    await window.issued()
    again = "UPDATE outgoing SET state = 'waiting'"
    async with window.harness.units.database.write() as conn:
        await conn.exec_driver_sql(again)
    window.clock.advance(timedelta(minutes=2))
    assert await window.harness.run_senders() == 1
    assert [entry["what"] for entry in window.bank.books.journal()] == ["order_placed"]


async def test_a_refused_order_is_shown_on_its_notice(window: Window) -> None:
    """The bank knows the number with other contents: somebody has to look at it."""
    other = {"payment_code": "Z" * 20, "amount": 1, "currency": "CNY", "account": "1", "pay_by": "2026-09-22"}
    window.bank.place({"order_number": "JK2026000001", **other})
    notice = await window.issued()
    assert notice["ordered_at"] is None
    assert "409" in notice["order_error"]


async def test_a_payment_code_shows_no_case_and_no_name(window: Window) -> None:
    notice = await window.issued()
    shown = await window.harness.client.get(f"/payments/{notice['payment_code'].lower()}")
    told = shown.json()
    del told["charges"]
    assert told == {
        "payment_code": notice["payment_code"],
        "item_name": "建设工程消防设计审查",
        "amount": 16000,
        "state": "issued",
        "issued_at": notice["issued_at"],
        "pay_by": "2026-09-22",
        "payable": True,
        "pay_url": None,
        "paid_at": None,
        "ticket_code": None,
        "ticket_number": None,
        "reliefs": [],
        "refunds": [],
        "surplus": 0,
        "kind": "fees",
        "disputable_until": "2026-09-14",
        "dispute": None,
    }
    assert notice["case_number"] not in shown.text
    for wrong in ("A" * 20, "kurz", notice["payment_code"][::-1]):
        assert (await window.harness.client.get(f"/payments/{wrong}")).status_code == 404


@pytest.mark.rule("R50")
async def test_the_payer_reads_what_is_charged_by_which_standard_and_on_what_basis(window: Window) -> None:
    notice = await window.issued()
    payment = (await window.harness.client.get(f"/payments/{notice['payment_code']}")).json()
    [charge] = payment["charges"]
    assert (charge["list_id"], charge["department_name"], charge["amount"]) == ("L1", "消防救援大队", 16000)
    [line] = charge["lines"]
    figures = [line[name] for name in ("quantity", "price", "amount", "standard_version", "basis")]
    assert figures == [2, 8000, 16000, 1, samples.fee(DRAWING, 8000).basis]


async def test_a_payer_sees_the_ticket_of_what_was_paid(window: Window) -> None:
    notice = await window.issued()
    window.bank.pay(notice["payment_code"], "qr")
    await window.bank.tell()
    payment = (await window.harness.client.get(f"/payments/{notice['payment_code']}")).json()
    issued = await window.notice()
    assert issued is not None
    assert payment["paid_at"] is not None
    assert (payment["ticket_code"], payment["ticket_number"]) == (issued["ticket_code"], issued["ticket_number"])


async def test_notices_are_read_by_those_concerned(window: Window) -> None:
    number = (await window.issued())["notice_number"]
    for role in Role:
        answer = await window.harness.client.get(f"/notices/{number}", headers=window.headers(role))
        allowed = role in (Role.FEE_OFFICER, Role.TREASURER, Role.SUPERVISOR, Role.LEADER)
        assert answer.status_code == (200 if allowed else 403)
    assert (await window.harness.client.get("/notices/JK1", headers=window.headers())).status_code == 404


async def test_notices_are_numbered_without_gaps_within_the_year(window: Window) -> None:
    for n in (1, 2, 3):
        await window.issued(f"{CASE}-{n}", f"L{n}")
    numbers = [row.number for row in await window.rows("SELECT number FROM notices ORDER BY number")]
    assert numbers == ["JK2026000001", "JK2026000002", "JK2026000003"]


@pytest.mark.rule("R17", "R47")
async def test_a_case_that_was_returned_and_reopened_is_charged_like_any_other(window: Window) -> None:
    await window.intake(samples.item(), samples.submitted(), samples.returned())
    await window.approval(samples.listed("L0", (DRAWING, 1)))
    assert (await window.get("/lists/L0"))["state"] == "rejected"
    await window.intake(samples.reopened())
    await window.approval(samples.listed("L1", (DRAWING, 1)))
    await window.verify("L1")
    await window.intake(samples.reviewed("L1"))
    [event] = await window.harness.events(fees.NoticeIssued)
    assert (event.lists, event.amount) == (("L1",), 8000)
    await window.sound()
