"""Money that came: settled where it fits, in suspense where it does not, posted once however often it is told."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.fees.tests.conftest import open_window
from services.fees.tests.samples import CASE
from services.fees.tests.window import Window
from sim.bank import KeyRing, Manners, wire
from yimen.contracts import fees
from yimen.web import Role


def message(window: Window, payment: dict[str, Any], **other: Any) -> wire.Call:
    return wire.call(
        window.bank.ring, window.bank.ring.serials[0], window.clock.now(), window.bank.said(payment) | other
    )


async def send(window: Window, call: wire.Call) -> int:
    answer = await window.harness.client.post("/bank/messages", content=call.body, headers=call.headers)
    return answer.status_code


@pytest.mark.rule("R52", "R53", "R56")
async def test_a_payment_is_paid_receipted_settled_and_cleared_at_once(window: Window) -> None:
    notice = await window.issued()
    payment = window.bank.pay(notice["payment_code"], "counter")
    await window.bank.tell()
    events = [event for event in await window.harness.events() if event.action not in ("verified", "issued")]
    assert [event.type.removeprefix("fees.") for event in events] == [
        "notice.paid.v1",
        "notice.receipted.v1",
        "list.settled.v1",
        "notice.cleared.v1",
    ]
    assert (events[0].bank_serial, events[0].amount) == (payment["serial"], 16000)
    assert (events[1].ticket_code, events[1].ticket_number) == ("36070126", "0000000001")
    assert (await window.get("/lists/L1"))["state"] == "settled"
    assert [await window.balance(account) for account in ("1002", "1122.%", "2203", "2241")] == [16000, 0, -16000, 0]
    await window.sound()


@pytest.mark.rule("R53")
@pytest.mark.fault("exact duplicate, fifty at once")
async def test_fifty_tellings_at_once_are_one_payment(window: Window) -> None:
    notice = await window.issued()
    payment = window.bank.pay(notice["payment_code"], "qr")
    calls = [message(window, payment) for _ in range(50)]
    assert set(await asyncio.gather(*(send(window, call) for call in calls))) == {204}
    assert len(await window.rows("SELECT 1 FROM bank_messages")) == 50
    assert len(await window.harness.events(fees.NoticePaid)) == 1
    assert await window.reasons() == []
    await window.sound()


@pytest.mark.fault("exact duplicate, fifty at once")
async def test_fifty_copies_of_one_message_at_once_are_one_payment(window: Window) -> None:
    notice = await window.issued()
    call = message(window, window.bank.pay(notice["payment_code"], "qr"))
    answers = await asyncio.gather(*(send(window, call) for _ in range(50)))
    assert sorted(answers) == [204] + [401] * 49
    await window.sound()


async def test_fifty_tellings_at_once_of_money_for_nothing_known(window: Window) -> None:
    payment = window.bank.take("UNKNOWN", 700)
    calls = [message(window, payment) for _ in range(50)]
    assert set(await asyncio.gather(*(send(window, call) for call in calls))) == {204}
    assert await window.reasons() == ["unknown_code"]
    await window.sound()


@pytest.mark.rule("R53")
@pytest.mark.fault("same notice, second serial")
async def test_two_payers_at_once_settle_one_notice_and_one_waits_in_suspense(window: Window) -> None:
    notice = await window.issued()
    payments = [window.bank.take(notice["payment_code"], 16000) for _ in range(5)]
    assert set(await asyncio.gather(*(send(window, message(window, one)) for one in payments))) == {204}
    assert await window.reasons() == ["second_payment"] * 4
    assert await window.balance("2241") == -4 * 16000
    await window.sound()


@pytest.mark.fault("duplicate after 24 hours")
async def test_a_repetition_a_day_later_changes_nothing(window: Window) -> None:
    notice = await window.issued()
    payment = window.bank.pay(notice["payment_code"], "qr")
    await window.bank.tell()
    before = len(await window.harness.events())
    window.clock.advance(timedelta(days=1))
    assert await send(window, message(window, payment)) == 204
    assert len(await window.harness.events()) == before
    await window.sound()


@pytest.mark.rule("R53")
@pytest.mark.parametrize(
    ("amount", "reason"), [(15999, "wrong_amount"), (16001, "wrong_amount"), (1600000, "wrong_amount")]
)
@pytest.mark.fault("one fen off, nought, negative, a hundredfold")
async def test_another_amount_waits_in_suspense(window: Window, amount: int, reason: str) -> None:
    notice = await window.issued()
    window.bank.take(notice["payment_code"], amount)
    await window.bank.tell()
    assert await window.reasons() == [reason]
    assert await window.balance("2241") == -amount
    assert (await window.notice() or {})["state"] == "issued"
    [row] = await window.rows("SELECT owner, answer_by, amount FROM exceptions")
    assert (row.owner, str(row.answer_by), row.amount) == ("treasurer", "2026-09-10", amount)
    await window.sound()


@pytest.mark.parametrize("amount", [0, -16000])
@pytest.mark.fault("one fen off, nought, negative, a hundredfold")
async def test_an_amount_that_cannot_be_posted_is_an_incident(window: Window, amount: int) -> None:
    notice = await window.issued()
    window.bank.take(notice["payment_code"], amount)
    await window.bank.tell()
    assert await window.reasons() == ["no_amount"]
    await window.sound()


@pytest.mark.fault("same serial, other amount")
async def test_the_same_serial_with_another_amount_is_an_incident_and_moves_nothing(window: Window) -> None:
    notice = await window.issued()
    payment = window.bank.pay(notice["payment_code"], "qr")
    await window.bank.tell()
    for _ in range(2):
        assert await send(window, message(window, payment, amount=16001)) == 204
    assert await window.reasons() == ["serial_reused"]
    await window.sound()


@pytest.mark.parametrize("code", ["", "UNKNOWN", "' OR 1=1 --", "缴款码"])
@pytest.mark.fault("unknown code")
async def test_an_unknown_code_waits_in_suspense(window: Window, code: str) -> None:
    window.bank.take(code, 700)
    await window.bank.tell()
    assert await window.reasons() == ["unknown_code"]
    await window.sound()


@pytest.mark.rule("R56")
async def test_ticket_numbers_follow_each_other_without_a_gap(window: Window) -> None:
    for n in range(1, 6):
        notice = await window.issued(f"{CASE}-{n}", f"L{n}")
        window.bank.pay(notice["payment_code"], "qr")
        window.bank.take(notice["payment_code"], 1)
    await window.bank.tell()
    assert [row.number for row in await window.rows("SELECT number FROM tickets ORDER BY number")] == [1, 2, 3, 4, 5]
    await window.sound()


@pytest.mark.rule("R56")
async def test_used_up_blocks_delay_receipts_never_payments(database_url: str, tmp_path: Path, ring: KeyRing) -> None:
    async with open_window(database_url, tmp_path / "bank", ring, ticket_first=8, ticket_last=9) as window:
        for n in range(1, 5):
            notice = await window.issued(f"{CASE}-{n}", f"L{n}")
            window.bank.pay(notice["payment_code"], "qr")
        await window.bank.tell()
        states = [row.state for row in await window.rows("SELECT state FROM notices ORDER BY number")]
        assert states == ["receipted", "receipted", "paid", "paid"]
        assert len(await window.harness.events(fees.NoticeCleared)) == 4
        found = await window.get("/invariants", Role.TREASURER)
        assert [one["id"] for one in found["invariants"] if not one["ok"]] == ["I8"]
    async with open_window(database_url, tmp_path / "bank", ring, ticket_first=20, ticket_last=29) as window:
        tickets = await window.rows("SELECT number FROM tickets ORDER BY notice_number")
        assert [row.number for row in tickets] == [8, 9, 20, 21]
        assert len(await window.harness.events(fees.NoticeReceipted)) == 4
        await window.sound()


@pytest.mark.fault("probe")
async def test_a_bank_that_repeats_itself_and_probes_is_borne(database_url: str, tmp_path: Path, ring: KeyRing) -> None:
    manners = Manners(told_twice=1.0, probed=1.0)
    async with open_window(database_url, tmp_path / "bank", ring, manners) as window:
        notice = await window.issued()
        window.bank.pay(notice["payment_code"], "qr")
        while await window.bank.tell():
            continue
        journal = window.bank.books.journal()
        assert {entry["answer"] for entry in journal if entry["what"] == "probed"} == {401}
        assert {entry["answer"] for entry in journal if entry["what"] == "told"} == {204}
        assert len([entry for entry in journal if entry["what"] == "told"]) > 1
        await window.sound()


async def test_invariants_are_for_those_who_answer_for_the_books(window: Window) -> None:
    answer = await window.harness.client.get("/invariants", headers=window.headers())
    assert answer.status_code == 403
