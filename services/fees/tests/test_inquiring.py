"""The bank is asked: before a notice expires, and when a payer says that they have paid."""

import asyncio
import shutil
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from services.fees.bank.sending import LADDER
from services.fees.tables import notices
from services.fees.tests.conftest import open_window
from services.fees.tests.window import Window
from sim.bank import Fault, KeyRing
from tests.faults.dose import dose
from yimen.contracts import fees

LIMIT = datetime(2026, 9, 22, 16, 0, tzinfo=UTC)  # the 22nd has ended in Shanghai
SECOND = timedelta(seconds=1)
sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def unheard(window: Window, at: datetime | None = None, amount: int | None = None) -> dict[str, Any]:
    """A notice that was paid, of which no call will tell."""
    notice = await window.issued()
    if at is not None:
        window.clock.move_to(at)
    window.bank.arm(Fault.NEVER_TOLD)
    window.bank.take(notice["payment_code"], amount or notice["amount"])
    return notice


async def reach_limit(window: Window) -> None:
    window.clock.move_to(max(window.clock.now(), LIMIT))
    await window.harness.fire_timers()
    await window.harness.run_senders()


async def state(window: Window) -> str:
    return str((await window.notice() or {})["state"])


async def overdue(window: Window) -> list[datetime]:
    return [event.overdue_at for event in await window.harness.events(fees.NoticeOverdue)]


@pytest.mark.rule("R52", "R53")
@pytest.mark.fault("lost callback found by query")
async def test_a_lost_callback_is_found_by_a_query(window: Window) -> None:
    notice = await unheard(window)
    assert (await window.payer(notice, inquires=True)).status_code == 202
    await window.harness.run_senders()
    assert (await window.payer(notice)).json()["state"] == "receipted"
    [kept] = await window.rows("SELECT m.body FROM bank_payments p JOIN bank_messages m ON m.nonce = p.nonce")
    assert b'"state":"paid"' in bytes(kept.body)
    assert len(await window.harness.events(fees.NoticePaid)) == 1
    await window.sound()


@pytest.mark.rule("R53")
async def test_a_query_and_the_callback_at_once_are_one_payment(window: Window) -> None:
    notice = await window.issued()
    window.bank.pay(notice["payment_code"], "card")
    await window.payer(notice, inquires=True)
    await asyncio.gather(window.harness.run_senders(), window.bank.tell())
    assert await state(window) == "receipted"
    assert len(await window.harness.events(fees.NoticePaid)) == 1
    assert await window.reasons() == []
    await window.sound()


@sqlite
async def test_payers_may_inquire_once_a_minute(window: Window) -> None:
    notice = await window.issued()
    window.clock.advance(timedelta(seconds=50))
    answers = await asyncio.gather(*(window.payer(notice, inquires=True) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers)[0] == 202
    window.clock.advance(timedelta(seconds=59))
    refused = await window.payer(notice, inquires=True)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    assert "请稍候" in refused.json()["detail"]
    assert len(await window.rows("SELECT 1 FROM outgoing WHERE kind = 'bank_query'")) == 1
    window.clock.advance(SECOND)
    assert (await window.payer(notice, inquires=True)).status_code == 202


@sqlite
async def test_of_a_paid_notice_nothing_is_asked(window: Window) -> None:
    notice = await window.issued()
    window.bank.pay(notice["payment_code"], "card")
    await window.bank.tell()
    answer = await window.payer(notice, inquires=True)
    assert (answer.status_code, answer.json()["state"]) == (202, "receipted")
    assert await window.harness.run_senders() == 0
    for unknown in ("A" * 20, notice["payment_code"][::-1]):
        assert (await window.payer({"payment_code": unknown}, inquires=True)).status_code == 404


@sqlite
async def test_payers_are_told_where_to_pay_while_they_may(database_url: str, tmp_path: Path, ring: KeyRing) -> None:
    async with open_window(database_url, tmp_path / "bank", ring, bank_pay_url="https://bank.test/pay/") as window:
        notice = await window.issued()
        assert (await window.payer(notice)).json()["pay_url"] == f"https://bank.test/pay/{notice['payment_code']}"
        window.bank.pay(notice["payment_code"], "card")
        await window.bank.tell()
        assert (await window.payer(notice)).json()["pay_url"] is None


@sqlite
@pytest.mark.rule("R54")
@pytest.mark.fault("paid while the notice is about to expire")
async def test_the_bank_says_paid_while_the_notice_is_about_to_expire(window: Window) -> None:
    """In time, by a second; the call about it was lost."""
    await unheard(window, LIMIT - SECOND)
    await reach_limit(window)
    assert await state(window) == "receipted"
    assert await overdue(window) == []
    await window.sound()


@sqlite
@pytest.mark.rule("R54")
async def test_while_the_bank_is_silent_a_notice_does_not_expire(window: Window) -> None:
    """However long; then it is overdue from its legal instant."""
    await window.issued()
    window.bank.arm(Fault.DEAF, "order_query", len(LADDER) + 3)
    await reach_limit(window)
    for seconds in LADDER:
        await window.send_all(seconds * 1.2)
        assert (await state(window), await overdue(window)) == ("issued", [])
    for _ in range(8):
        window.clock.advance(timedelta(hours=1))
        await window.harness.fire_timers()
        await window.harness.run_senders()
    assert (await state(window), await overdue(window)) == ("overdue", [LIMIT])
    await window.sound()


class Repeating(httpx.AsyncBaseTransport):
    """Somebody on the wire who answers once more what the bank answered first."""

    def __init__(self, wire: httpx.AsyncBaseTransport) -> None:
        self.wire = wire
        self.first: tuple[int, dict[str, str], bytes] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.first is None:
            answer = await self.wire.handle_async_request(request)
            self.first = (answer.status_code, dict(answer.headers), await answer.aread())
        status, headers, body = self.first
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


@sqlite
@pytest.mark.rule("R54")
async def test_an_answer_from_before_the_limit_lets_no_notice_expire(window: Window) -> None:
    """Signed, fresh by the tolerance of clocks, and older than the payment."""
    notice = await window.issued()
    window.clock.move_to(LIMIT - timedelta(minutes=4))
    context = window.harness.service.context
    true = context.bank._transport
    context.bank._transport = Repeating(true)
    await window.payer(notice, inquires=True)
    await window.harness.run_senders()
    window.bank.arm(Fault.NEVER_TOLD)
    window.bank.take(notice["payment_code"], notice["amount"])
    await reach_limit(window)
    assert (await state(window), await overdue(window)) == ("issued", [])
    context.bank._transport = true
    await window.send_all()
    assert (await state(window), await overdue(window)) == ("receipted", [])


@sqlite
@pytest.mark.rule("R54")
async def test_a_notice_whose_order_the_bank_does_not_know_expires_and_is_ordered_again(window: Window) -> None:
    window.bank.arm(Fault.HOLLOW, "order")
    notice = await window.issued()
    await reach_limit(window)
    assert await overdue(window) == [LIMIT]
    window.bank.pay(notice["payment_code"], "card")
    await window.bank.tell()
    assert await state(window) == "receipted"
    await window.sound()


@sqlite
@pytest.mark.rule("R54")
@pytest.mark.fault("void, expired or refunded notice")
async def test_what_was_paid_after_the_limit_was_overdue_before_it_was_paid(window: Window) -> None:
    notice = await window.issued()
    window.clock.move_to(LIMIT + SECOND)
    window.bank.pay(notice["payment_code"], "card")
    await window.bank.tell()
    await reach_limit(window)
    events = [event.action for event in await window.harness.events() if event.type.startswith("fees.notice")]
    assert events == ["issued", "overdue", "paid", "receipted", "cleared"]
    assert await overdue(window) == [LIMIT]
    await window.sound()


@sqlite
@pytest.mark.rule("R53", "R54")
async def test_a_payment_that_does_not_fit_waits_in_suspense_and_the_notice_expires(window: Window) -> None:
    await unheard(window, LIMIT - SECOND, amount=15999)
    await reach_limit(window)
    assert (await window.reasons(), await state(window)) == (["wrong_amount"], "overdue")
    await window.sound()


@sqlite
@pytest.mark.rule("R54", "R58")
async def test_a_notice_that_was_deferred_while_the_bank_was_asked_does_not_expire(window: Window) -> None:
    await window.issued()
    window.clock.move_to(LIMIT)
    await window.harness.fire_timers()
    async with window.harness.units.begin() as unit:
        await unit.execute(update(notices).values(pay_by=date(2026, 10, 30)))
    await window.harness.run_senders()
    assert (await state(window), await overdue(window)) == ("issued", [])


@sqlite
async def test_money_on_another_account_is_not_ours_in_an_answer_either(window: Window) -> None:
    notice = await window.issued()
    window.bank.arm(Fault.NEVER_TOLD)
    window.bank.take(notice["payment_code"], 16000, account="6222000000000001")
    await window.payer(notice, inquires=True)
    await window.harness.run_senders()
    assert (await state(window), await window.rows("SELECT 1 FROM bank_payments")) == ("issued", [])
    await window.sound()


@settings(max_examples=dose(6, 50), suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    paid=st.none() | st.integers(-3 * 86400, 3 * 86400),
    told=st.booleans(),
    silent=st.integers(0, 12),
    steps=st.lists(st.sampled_from([1, 40, 3600, 86400]), min_size=1, max_size=6),
)
def test_overdue_is_what_was_not_paid_in_time(
    paid: int | None, told: bool, silent: int, steps: list[int], migrated_file: Path, ring: KeyRing
) -> None:
    """Whenever it was paid, whether or not the bank told of it, and however long it was silent when it was asked."""

    async def play() -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = shutil.copy(migrated_file, Path(folder) / "fees.db")
            async with open_window(f"sqlite+aiosqlite:///{path}", Path(folder) / "bank", ring) as window:
                await live(window, paid, told, silent, steps)

    asyncio.run(play())


async def live(window: Window, paid: int | None, told: bool, silent: int, steps: list[int]) -> None:
    notice = await window.issued()
    window.bank.arm(Fault.DEAF, "order_query", silent)
    moments = [LIMIT - timedelta(days=4) + timedelta(seconds=sum(steps[:n])) for n in range(len(steps))]
    pay_at = None if paid is None else LIMIT + timedelta(seconds=paid)
    if pay_at is not None:
        moments.append(pay_at)
        if not told:
            window.bank.arm(Fault.NEVER_TOLD)
    for moment in sorted([*moments, *(LIMIT + timedelta(hours=n) for n in range(0, 120, 2))]):
        window.clock.move_to(moment)
        if moment == pay_at and notice is not None:
            window.bank.pay(notice["payment_code"], "qr")
            pay_at = None
        await window.bank.tell()
        await window.harness.fire_timers()
        await window.harness.run_senders()
    late = paid is None or paid >= 0
    # What the bank never told of after it was asked is left to the daily file.
    assert await overdue(window) == ([LIMIT] if late else [])
    if paid is None:
        assert await state(window) == "overdue"
    elif told or paid < 0:
        assert await state(window) in ("receipted", "remitted")
        await window.sound()
