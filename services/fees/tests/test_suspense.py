"""Money in suspense: whose it is, what may become of it, and that it ends only as what it is."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from services.fees.domain.notices import OPEN, NoticeState, payment_code
from services.fees.domain.payments import Payable, Reason
from services.fees.domain.suspense import (
    EDGES,
    ExceptionState,
    Matter,
    after,
    fit_noted,
    fit_notice,
    fit_offset,
    fit_refund,
    owner_above,
)
from services.fees.tests import samples
from services.fees.tests.clerks import APPROVER, NOTE, PROPOSER, Clerks
from services.fees.tests.samples import CASE
from services.fees.tests.test_books import run
from services.fees.tests.window import Window
from yimen.contracts import fees
from yimen.errors import NotNow, Refusal

sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


# -- on bare values -----------------------------------------------------------------------------------------------------


def test_every_reason_has_its_words() -> None:
    assert len({reason.label for reason in Reason}) == len(Reason)


def test_nothing_leads_back_from_resolved_and_overdue_is_no_state() -> None:
    assert {start for start, _ in EDGES} == {ExceptionState.OPEN, ExceptionState.PROPOSED}
    assert {str(state) for state in ExceptionState} == {"open", "proposed", "resolved"}
    with pytest.raises(NotNow):
        after(ExceptionState.OPEN, "approved")


def test_whoever_has_the_last_word_has_nobody_above() -> None:
    assert (owner_above("treasurer"), owner_above("supervisor")) == ("supervisor", None)


AMOUNTS = st.sampled_from([-16000, -1, 0, 1, 15999, 16000, 16001])
MATTERS = st.builds(
    Matter,
    number=st.just(1),
    amount=AMOUNTS,
    bank_serial=st.sampled_from([None, "S1"]),
    state=st.sampled_from(ExceptionState),
)


def fits(check: Callable[..., object], *values: object) -> bool:
    try:
        check(*values)
    except Refusal:
        return False
    return True


@pytest.mark.rule("R53")
@given(MATTERS, st.none() | st.builds(Payable, st.just("JK1"), AMOUNTS, st.sampled_from(NoticeState)))
def test_money_pays_a_notice_only_whole_and_only_while_it_is_open(matter: Matter, notice: Payable | None) -> None:
    exact = notice is not None and notice.state in OPEN and notice.amount == matter.amount
    assert fits(fit_notice, matter, notice) == (exact and matter.amount > 0 and matter.bank_serial is not None)


@given(MATTERS)
def test_what_came_in_is_given_back_and_what_moved_nothing_is_noted(matter: Matter) -> None:
    assert fits(fit_refund, matter) == (matter.amount > 0 and matter.bank_serial is not None)
    assert fits(fit_noted, matter) == (matter.amount == 0)


@given(MATTERS, st.none() | MATTERS)
def test_only_the_same_amount_that_came_back_offsets_what_went_out(matter: Matter, other: Matter | None) -> None:
    came_back = other is not None and other.bank_serial is not None and other.state is ExceptionState.OPEN
    assert fits(fit_offset, matter, other) == (
        matter.amount < 0 and other is not None and came_back and other.amount == -matter.amount
    )


# -- in the books -------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R52", "R53")
async def test_money_that_strayed_pays_its_notice_once_two_people_say_so(window: Window) -> None:
    clerks, notice = Clerks(window), await window.issued()
    number = await clerks.strayed(16000)
    done = await clerks.resolve(number, "notice", notice_number=notice["notice_number"])
    assert (done["state"], done["resolution"], done["target"]) == ("resolved", "notice", notice["notice_number"])
    assert (done["proposed_by"]["id"], done["resolved_by"]["id"]) == (PROPOSER, APPROVER)
    paid = await window.notice() or {}
    assert (paid["state"], paid["bank_serial"]) == ("receipted", done["bank_serial"])
    assert paid["paid_at"] == done["paid_at"]
    assert [await window.balance(account) for account in ("1002", "1122.%", "2203", "2241")] == [16000, 0, -16000, 0]
    [event] = await window.harness.events(fees.ExceptionResolved)
    assert (event.resolution, event.notice_number, event.note) == ("notice", notice["notice_number"], NOTE)
    assert event.resolved_by is not None
    assert event.resolved_by.id == APPROVER
    window.clock.advance(timedelta(days=30))
    await window.harness.fire_timers()
    assert await window.harness.events(fees.NoticeOverdue, fees.ExceptionOverdue) == []
    await window.sound()


@pytest.mark.rule("R53")
@sqlite
async def test_the_bank_takes_nothing_more_for_a_notice_that_suspense_paid(window: Window) -> None:
    clerks, notice = Clerks(window), await window.issued()
    number = await clerks.strayed(16000)
    await clerks.resolve(number, "notice", notice_number=notice["notice_number"])
    await window.harness.run_senders()
    order = window.bank.books.order(notice["payment_code"])
    assert order is not None
    assert order["closed_at"] is not None
    await window.sound()


@pytest.mark.rule("R54")
@sqlite
async def test_money_that_came_after_the_limit_pays_late(window: Window) -> None:
    """Overdue from the legal instant, though nobody had found out when the money was set against the notice."""
    clerks, notice = Clerks(window), await window.issued()
    window.clock.advance(timedelta(days=20))
    number = await clerks.strayed(16000)
    await clerks.resolve(number, "notice", notice_number=notice["notice_number"])
    kinds = [event.action for event in await window.harness.events(fees.NoticeOverdue, fees.NoticePaid)]
    assert kinds == ["overdue", "paid"]
    await window.sound()


@pytest.mark.rule("R53", "R59")
@pytest.mark.fault("same notice, second serial")
async def test_a_second_payment_goes_back_to_its_payer(window: Window) -> None:
    clerks, notice = Clerks(window), await window.issued()
    window.bank.pay(notice["payment_code"], "qr")
    await window.bank.tell()
    number = await clerks.strayed(16000, code=notice["payment_code"])
    done = await clerks.resolve(number, "refund")
    assert (done["state"], done["resolution"], done["target"]) == ("resolved", "refund", None)
    [event] = await window.harness.events(fees.ExceptionResolved)
    assert (event.refund_number, event.notice_number) == (done["refund_number"], None)
    assert [await window.balance(account) for account in ("2241", "2242")] == [0, -16000]
    assert (await payer_sees(window, notice))["surplus"] == 16000
    await window.sound()
    await window.harness.run_senders()
    await window.bank.tell()
    [back] = await window.harness.events(fees.ExceptionRefunded)
    assert (back.exception_id, back.refund_number, back.amount) == (number, done["refund_number"], 16000)
    assert [await window.balance(account) for account in ("1002", "2241", "2242")] == [16000, 0, 0]
    assert (await payer_sees(window, notice))["surplus"] == 0
    assert (await window.notice() or {})["state"] == "receipted"
    await window.sound()


async def payer_sees(window: Window, notice: dict[str, Any]) -> dict[str, Any]:
    seen: dict[str, Any] = (await window.harness.client.get(f"/payments/{notice['payment_code']}")).json()
    return seen


@sqlite
async def test_what_moved_nothing_is_noted(window: Window) -> None:
    clerks = Clerks(window)
    number = await clerks.strayed(0)
    done = await clerks.resolve(number, "noted")
    assert (done["state"], done["reason"], done["reason_text"]) == ("resolved", "no_amount", Reason.NO_AMOUNT.label)
    assert await window.rows("SELECT 1 FROM journals") == []
    await window.sound()


async def test_what_went_out_unordered_is_offset_by_what_came_back(window: Window) -> None:
    clerks = Clerks(window)
    await clerks.strayed(20000)
    missed = await clerks.unordered(7000)
    back = await clerks.strayed(7000, code="RETURNED")
    assert (missed["reason"], missed["payout_serial"] is None) == ("unknown_remittance", False)
    done = await clerks.resolve(missed["exception_id"], "offset", exception_id=int(back))
    assert (done["resolution"], done["target"]) == ("offset", back)
    other = await window.get(f"/exceptions/{back}")
    assert (other["state"], other["target"]) == ("resolved", missed["exception_id"])
    assert (other["proposed_by"]["id"], other["resolved_by"]["id"]) == (PROPOSER, APPROVER)
    assert len(await window.harness.events(fees.ExceptionResolved)) == 2
    assert await window.balance("2241") == -20000
    await window.sound()


# -- paid before our issue committed ------------------------------------------------------------------------------------

EARLY_CODE = payment_code("A" * 19)


@pytest.mark.rule("R53")
@pytest.mark.fault("paid before our issue committed")
async def test_what_was_paid_before_its_notice_was_known_settles_it_when_it_is_issued(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerks = Clerks(window)
    monkeypatch.setattr(secrets, "choice", lambda _letters: "A")
    await window.intake(samples.item(), samples.submitted())
    await window.approval(samples.listed())
    await window.verify()
    for amount in (15999, 16000, 16000):
        await clerks.strayed(amount, code=EARLY_CODE)
    await clerks.strayed(16000, code="OTHER")
    await window.intake(samples.reviewed())
    notice = await window.notice() or {}
    states = [one["state"] for one in await clerks.exceptions()]
    assert (notice["payment_code"], notice["state"]) == (EARLY_CODE, "receipted")
    assert states == ["open", "resolved", "open", "open"]
    [event] = await window.harness.events(fees.ExceptionResolved)
    assert (event.notice_number, event.resolved_by) == (notice["notice_number"], None)
    assert "先于通知书" in event.note
    told = await window.harness.events(fees.NoticeIssued, fees.NoticePaid, fees.NoticeCleared)
    assert [one.action for one in told] == ["issued", "paid", "cleared"]
    await window.harness.run_senders()
    assert window.bank.books.order(EARLY_CODE) is None, "nobody is asked to pay it again"
    await window.sound()


# -- days ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("proposed", [False, True])
@sqlite
async def test_an_exception_unanswered_in_three_days_goes_to_the_supervisor_once(
    window: Window, proposed: bool
) -> None:
    clerks = Clerks(window)
    number = await clerks.strayed(0)
    if proposed:
        await clerks.propose(number, "noted")
    window.clock.move_to(datetime.fromisoformat("2026-09-10T15:59:59+00:00"))
    await window.harness.fire_timers()
    assert await window.harness.events(fees.ExceptionOverdue) == []
    window.clock.advance(timedelta(seconds=1))
    for _ in range(3):
        await window.harness.fire_timers()
        window.clock.advance(timedelta(days=5))
    [event] = await window.harness.events(fees.ExceptionOverdue)
    assert (event.owner, str(event.answer_by)) == ("supervisor", "2026-09-14")
    assert event.overdue_at.isoformat() == "2026-09-10T16:00:00+00:00"
    shown = await clerks.only()
    assert (shown["owner"], shown["answer_by"]) == ("supervisor", "2026-09-14")
    assert shown["state"] == ("proposed" if proposed else "open")
    assert (await clerks.approve(number)).status_code == (200 if proposed else 409)
    await window.sound()


@sqlite
async def test_what_is_resolved_in_time_is_never_overdue(window: Window) -> None:
    clerks = Clerks(window)
    await clerks.resolve(await clerks.strayed(0), "noted")
    window.clock.advance(timedelta(days=5))
    await window.harness.fire_timers()
    assert await window.harness.events(fees.ExceptionOverdue) == []
    await window.sound()


# -- the database's own part --------------------------------------------------------------------------------------------


async def test_the_database_lets_nobody_approve_what_they_proposed(window: Window) -> None:
    clerks = Clerks(window)
    await clerks.propose(await clerks.strayed(0), "noted")
    with pytest.raises(DBAPIError, match="two_pairs_of_eyes"):
        await run(window, "UPDATE exceptions SET resolved_by = proposed_by")


async def test_what_was_sent_back_stays_on_record(window: Window) -> None:
    clerks = Clerks(window)
    number = await clerks.strayed(0)
    await clerks.propose(number, "noted")
    await clerks.send_back(number)
    for change in ("UPDATE returned_proposals SET reason = 'x'", "DELETE FROM returned_proposals"):
        with pytest.raises(DBAPIError, match="what is in the books stays"):
            await run(window, change)


@sqlite
async def test_payments_for_notices_of_other_cases_are_told_apart(window: Window) -> None:
    """A second payment of one case's notice may pay another's, and each event names its own case."""
    clerks = Clerks(window)
    first, second = [await window.issued(f"{CASE}-{n}", f"L{n}") for n in (1, 2)]
    window.bank.pay(first["payment_code"], "qr")
    await window.bank.tell()
    number = await clerks.strayed(16000, code=first["payment_code"])
    await clerks.resolve(number, "notice", notice_number=second["notice_number"])
    [opened] = await window.harness.events(fees.ExceptionOpened)
    [resolved] = await window.harness.events(fees.ExceptionResolved)
    assert (opened.case_number, opened.notice_number) == (f"{CASE}-1", first["notice_number"])
    assert (resolved.case_number, resolved.notice_number) == (f"{CASE}-1", second["notice_number"])
    await window.sound()
