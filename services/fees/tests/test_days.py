"""A day's three sides, its closing, and the remittance of exactly what was reconciled and is the treasury's."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.fees import remitting
from services.fees.tests import refunds
from services.fees.tests.bank_days import (
    TOMORROW,
    agree,
    answer_for,
    bring,
    day,
    filed,
    found,
    imported,
    morning,
    paid,
    settle_all,
)
from services.fees.tests.clerks import Clerks
from services.fees.tests.conftest import open_window
from services.fees.tests.samples import TODAY
from services.fees.tests.window import Window
from sim.bank import Fault, KeyRing
from sim.bank.wire import REMITTED
from yimen.contracts import fees
from yimen.web import Role

pytestmark = pytest.mark.rule("R57")


@pytest.fixture
def database_url(migrated_file: Path, tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{shutil.copy(migrated_file, tmp_path / 'fees.db')}"


async def remitted(window: Window) -> None:
    """The order is with the bank, and the bank has said that it was done."""
    await window.harness.run_senders()
    await window.bank.tell()
    await window.harness.fire_timers()


async def states(window: Window) -> list[str]:
    return [row.state for row in await window.rows("SELECT state FROM notices ORDER BY number")]


async def parts(window: Window) -> list[tuple[str, int]]:
    rows = await window.rows("SELECT remittance_number, amount FROM remittance_parts ORDER BY journal_id")
    return [tuple(row) for row in rows]  # type: ignore[misc]


# -- closing -----------------------------------------------------------------------------------------------------------


async def test_a_day_whose_sides_agree_closes_by_itself_and_says_so(window: Window) -> None:
    await paid(window, 1, 2)
    window.bank.take("NOBODYS", 700)
    await window.bank.tell()
    await imported(window, filed(window))
    shown = await day(window)
    sides = {"file": (3, 32700), "paid": (3, 32700), "ticket": (2, 32000), "refund": (0, 0)}
    assert {side: (shown[f"{side}_count"], shown[f"{side}_sum"]) for side in sides} == sides
    assert (shown["state"], shown["closing"], shown["balance"], shown["carried"]) == ("closed", 32700, 32700, 0)
    [told] = await window.harness.events(fees.DayReconciled)
    assert (told.day, told.file.count, told.payments.amount, told.tickets.amount) == (TODAY, 3, 32700, 32000)
    assert (told.closing, told.carried, told.subject) == (32700, 0, f"day/{TODAY}")
    await agree(window)


async def test_an_open_day_shows_how_it_stands(window: Window) -> None:
    await paid(window, 1, 2)
    await imported(window, filed(window, fault=Fault.LINE_MISSING))
    shown = await day(window)
    assert (shown["state"], shown["file_sum"], shown["paid_sum"], shown["ticket_sum"]) == ("open", 16000, 32000, 32000)
    assert (shown["closing"], shown["balance"], shown["remittance"]) == (16000, 16000, None)
    assert [(one["kind"], one["state"]) for one in shown["differences"]] == [("ours_only", "held")]
    assert shown["counts"] == [{"kind": "ours_only", "state": "held", "count": 1}]
    assert [one["version"] for one in shown["statements"]] == [1]
    assert await window.harness.events(fees.DayReconciled) == []


async def test_closing_by_hand_carries_what_is_left_under_one_note(window: Window) -> None:
    await paid(window, 1, 2)
    await imported(window, filed(window, fault=Fault.EMPTY_FILE))
    version = (await day(window))["version"]
    assert (await answer_for(window, "closing", f"/days/{TODAY}", version + 1)).status_code == 412
    answer = await answer_for(window, "closing", f"/days/{TODAY}", version, note="银行承诺次日更正")
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["state"], shown["carried"], shown["closed_by"]) == ("closed", 2, "treasurer-1")
    assert {(one["state"], one["note"]) for one in shown["differences"]} == {("carried", "银行承诺次日更正")}
    assert shown["remittance"] is None, "what no file has is not remitted"
    again = await answer_for(window, "closing", f"/days/{TODAY}", shown["version"])
    assert (again.status_code, again.json()["code"]) == (409, "day-closed")


async def test_a_day_without_a_good_file_is_not_closed_by_hand(window: Window) -> None:
    await bring(window, filed(window, fault=Fault.WRONG_TOTAL))
    answer = await answer_for(window, "closing", f"/days/{TODAY}", (await day(window))["version"])
    assert (answer.status_code, answer.json()["code"]) == (409, "no-statement")


async def test_days_are_listed_newest_first(window: Window) -> None:
    for n in range(3):
        when = TODAY + timedelta(days=n)
        morning(window, when, 20)
        await imported(window, filed(window, when))
    two = (await window.get("/days?limit=2", Role.SUPERVISOR))["days"]
    rest = (await window.get(f"/days?before={two[-1]['day']}", Role.LEADER))["days"]
    assert [one["day"] for one in two + rest] == ["2026-09-09", "2026-09-08", "2026-09-07"]
    missing = await window.harness.client.get("/days/2026-01-01", headers=window.headers(Role.TREASURER))
    assert missing.status_code == 404


# -- remitting ---------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R60")
async def test_the_days_money_goes_to_the_treasury_and_only_unpaid_claims_are_left(window: Window) -> None:
    await paid(window, 1, 2)
    unpaid = await window.issued("UNPAID", "L-UNPAID")
    await imported(window, filed(window))
    order = (await day(window))["remittance"]
    assert (order["number"], order["amount"], order["state"]) == ("HJ2026000001", 32000, "ordered")
    await agree(window)
    await remitted(window)
    done = (await day(window))["remittance"]
    assert (done["state"], done["amount"]) == ("remitted", 32000)
    [told] = await window.harness.events(fees.DayRemitted)
    assert (told.day, told.remittance_number, told.bank_serial) == (TODAY, "HJ2026000001", done["payout_serial"])
    assert len(await window.harness.events(fees.NoticeRemitted)) == 2
    assert sorted(await states(window)) == ["issued", "remitted", "remitted"]
    assert [-await window.balance(account) for account in ("1002", "2203", "2241")] == [0, unpaid["amount"], 0]
    await window.sound()
    await agree(window)


async def test_what_was_paid_since_the_file_goes_with_the_next_day(window: Window) -> None:
    await paid(window, 1)
    file = filed(window)
    morning(window, TOMORROW)
    await paid(window, 2)
    await imported(window, file)
    assert (await day(window))["remittance"]["amount"] == 16000
    await remitted(window)
    assert await states(window) == ["remitted", "receipted"]
    morning(window, TOMORROW, 20)
    await imported(window, filed(window, TOMORROW))
    await remitted(window)
    assert await states(window) == ["remitted", "remitted"]
    assert await parts(window) == [("HJ2026000001", 16000), ("HJ2026000002", 16000)]
    assert await window.balance("1002") == 0
    await window.sound()


async def test_money_in_suspense_stays_until_it_has_found_its_notice(window: Window) -> None:
    clerks = Clerks(window)
    notice = await window.issued()
    window.bank.take(notice["payment_code"][:-1] + "?", 16000)
    await window.bank.tell()
    await imported(window, filed(window))
    assert (await day(window))["remittance"] is None
    [waiting] = await clerks.exceptions()
    await clerks.resolve(waiting["exception_id"], "notice", notice_number=notice["notice_number"])
    await agree(window)
    morning(window, TOMORROW, 20)
    await imported(window, filed(window, TOMORROW))
    assert (await day(window, TOMORROW))["remittance"]["amount"] == 16000
    await remitted(window)
    assert await states(window) == ["remitted"]
    await agree(window)


@pytest.mark.rule("R59")
async def test_what_was_approved_to_be_given_back_is_kept(window: Window) -> None:
    await paid(window, 1, 2)
    [first, _second] = [row.number for row in await window.rows("SELECT number FROM notices ORDER BY number")]
    await refunds.approved(window, first)
    await imported(window, filed(window))
    assert (await day(window))["remittance"]["amount"] == 16000
    assert sorted(await parts(window)) == [("HJ2026000001", -16000), ("HJ2026000001", 16000), ("HJ2026000001", 16000)]
    for _ in range(2):
        await remitted(window)
    assert await states(window) == ["remitted", "remitted"]
    assert [await window.balance(account) for account in ("1002", "2242")] == [0, 0]
    morning(window, TOMORROW, 20)
    await imported(window, filed(window, TOMORROW))
    shown = await day(window, TOMORROW)
    assert (shown["state"], shown["refund_count"], shown["refund_sum"], shown["remittance"]) == (
        "closed",
        1,
        16000,
        None,
    )
    await window.sound()
    await agree(window)


@pytest.mark.rule("R59")
async def test_a_refund_of_what_was_remitted_comes_out_of_the_next_remittances(window: Window) -> None:
    await paid(window, 1)
    await imported(window, filed(window))
    await remitted(window)
    [number] = [row.number for row in await window.rows("SELECT number FROM notices")]
    morning(window, TOMORROW, 9)
    await refunds.approved(window, number)
    await imported(window, filed(window, TOMORROW))
    assert (await day(window, TOMORROW))["remittance"] is None, "less than nothing is not remitted"
    await agree(window)
    later = TOMORROW + timedelta(days=1)
    morning(window, later, 9)
    await paid(window, 2, 3)
    await imported(window, filed(window, later))
    assert (await day(window, later))["remittance"]["amount"] == 16000
    assert [amount for _number, amount in await parts(window)] == [16000, -16000, 16000, 16000]
    await agree(window)


async def test_a_notice_without_a_ticket_is_told_of_when_it_has_one(
    database_url: str, tmp_path: Path, ring: KeyRing
) -> None:
    async with open_window(database_url, tmp_path / "bank", ring, ticket_first=8, ticket_last=8) as window:
        await paid(window, 1, 2)
        await imported(window, filed(window))
        assert (await day(window))["remittance"]["amount"] == 32000
        await remitted(window)
        assert await states(window) == ["remitted", "paid"]
        clerks = Clerks(window)
        [block] = (await window.get("/ticket-blocks"))["blocks"]
        assert (await clerks.write_off(block["block_id"])).is_success
        assert (await clerks.give(9, 20)).is_success
        morning(window, TOMORROW, 20)
        await imported(window, filed(window, TOMORROW))
        assert await states(window) == ["remitted", "remitted"]
        await window.sound()


async def test_many_notices_are_told_of_in_portions(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remitting, "PORTION", 2)
    await paid(window, 1, 2, 3, 4, 5)
    await imported(window, filed(window))
    await window.harness.run_senders()
    await window.bank.tell()
    assert (await states(window)).count("remitted") == 2
    await window.harness.fire_timers()
    assert await states(window) == ["remitted"] * 5
    assert len({told.notice_number for told in await window.harness.events(fees.NoticeRemitted)}) == 5
    await window.sound()


# -- the bank's word of it ---------------------------------------------------------------------------------------------


async def test_a_remittance_whose_message_was_lost_is_found_in_the_next_file(window: Window) -> None:
    await paid(window, 1)
    await imported(window, filed(window))
    window.bank.arm(Fault.NEVER_TOLD, "HJ2026000001")
    await remitted(window)
    assert (await day(window))["remittance"]["state"] == "ordered"
    morning(window, TOMORROW, 20)
    await imported(window, filed(window, TOMORROW))
    assert (await day(window))["remittance"]["state"] == "remitted"
    assert [(kind, state) for kind, _serial, state in await found(window)] == [("bank_only", "healed")]
    assert await states(window) == ["remitted"]
    await agree(window)


@pytest.mark.parametrize("fault", [Fault.UNSIGNED, Fault.MISSIGNED, Fault.BUSY, Fault.LATE, Fault.HOLLOW])
async def test_an_order_without_a_good_answer_is_made_again_and_done_once(window: Window, fault: Fault) -> None:
    await paid(window, 1)
    await imported(window, filed(window))
    window.bank.arm(fault, "HJ2026000001")
    await remitted(window)
    await window.send_all()
    await remitted(window)
    if fault is Fault.HOLLOW:  # accepted in words only
        assert (await day(window))["remittance"]["state"] == "ordered"
        window.clock.advance(timedelta(hours=4))
        await remitted(window)
        await remitted(window)
    assert (await day(window))["remittance"]["state"] == "remitted"
    assert len(await window.harness.events(fees.DayRemitted)) == len(await window.rows("SELECT 1 FROM bank_payouts"))
    await agree(window)


@pytest.mark.parametrize("said", [{"amount": 15999}, {"remittance_number": "HJ2026000009"}])
async def test_what_we_did_not_order_is_missed_in_suspense(window: Window, said: dict[str, Any]) -> None:
    await paid(window, 1)
    await imported(window, filed(window))
    word = {"bank_serial": "M1", "remittance_number": "HJ2026000001", "amount": 16000, "currency": "CNY"}
    word |= {"account": window.bank.account, "at": window.clock.now().isoformat()} | said
    assert await window.say(word, REMITTED) == 204
    assert await window.reasons() == ["unknown_remittance"]
    assert (await day(window))["remittance"]["state"] == "ordered"


async def test_the_same_remittance_told_often_is_done_once(window: Window) -> None:
    await paid(window, 1)
    await imported(window, filed(window))
    window.bank.arm(Fault.TOLD_OFTEN, "HJ2026000001")
    await remitted(window)
    assert len(await window.harness.events(fees.DayRemitted)) == 1
    assert await window.reasons() == []
    await window.sound()


async def test_days_close_as_their_differences_are_answered_for_one_after_the_other(window: Window) -> None:
    await paid(window, 1, 2)
    await imported(window, filed(window, fault=Fault.EMPTY_FILE))
    await settle_all(window, "carry")
    assert (await day(window))["state"] == "closed"
    window.bank.correct(TODAY)
    await imported(window, window.bank.statement(TODAY))
    assert {state for _kind, _serial, state in await found(window)} == {"healed"}
    assert (await day(window))["remittance"] is None, "a closed day is not reopened"
    morning(window, TOMORROW, 20)
    await imported(window, filed(window, TOMORROW))
    assert (await day(window, TOMORROW))["remittance"]["amount"] == 32000, "its money goes with the next"
    await agree(window)
