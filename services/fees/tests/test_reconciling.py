"""File and books laid side by side: each way in which they may differ is found as what it is, and what can heal heals."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.fees.tests.bank_days import (
    TOMORROW,
    agree,
    answer_for,
    booked,
    bring,
    day,
    filed,
    found,
    imported,
    made,
    morning,
    paid,
    settle_all,
)
from services.fees.tests.samples import TODAY
from services.fees.tests.window import Window
from sim.bank import Fault, wire
from yimen.contracts import fees
from yimen.web import Role

pytestmark = pytest.mark.rule("R57")

LATER = [TODAY + timedelta(days=n) for n in range(1, 6)]


@pytest.fixture
def database_url(migrated_file: Path, tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{shutil.copy(migrated_file, tmp_path / 'fees.db')}"


# -- what the bank gets wrong in its file ------------------------------------------------------------------------------


def oracle(window: Window) -> set[str]:
    """The differences that what the bank did must lead to."""
    return {entry["difference"] for entry in window.bank.books.journal(what="fault") if entry["difference"]}


@pytest.mark.fault("file: corrected second file")
@pytest.mark.parametrize(
    ("fault", "first"),
    [
        pytest.param(Fault.LINE_MISSING, "held", marks=pytest.mark.fault("file: line missing")),
        pytest.param(Fault.LINE_DOUBLED, "open", marks=pytest.mark.fault("file: doubled line")),
        pytest.param(Fault.LINE_AMOUNT, "open"),
        pytest.param(Fault.WRONG_OPENING, "open", marks=pytest.mark.fault("file: wrong opening balance")),
        pytest.param(Fault.EMPTY_FILE, "held", marks=pytest.mark.fault("file: empty day")),
    ],
)
async def test_every_lie_of_a_file_is_found_as_what_it_is_and_ends_with_the_corrected_file(
    window: Window, fault: Fault, first: str
) -> None:
    serials = await paid(window, 1, 2)
    await imported(window, filed(window, fault=fault))
    assert {(kind, state) for kind, _serial, state in await found(window)} == {(kind, first) for kind in oracle(window)}
    assert {serial for _kind, serial, _state in await found(window)} <= {*serials, ""}
    assert (await day(window))["state"] == "open"
    told = await window.harness.events(fees.DayDiscrepancyFound)
    assert {one.difference.value for one in told} == (oracle(window) if first == "open" else set())
    assert all(one.owner == "treasurer" and one.due_by == TODAY + timedelta(days=3) for one in told)
    morning(window, TOMORROW, 7)
    await imported(window, filed(window, TOMORROW))
    assert {kind for kind, _serial, _state in await found(window)} == oracle(window), (
        "the next opening tells nothing new"
    )
    await window.sound()
    window.bank.correct(TODAY)
    await imported(window, window.bank.statement(TODAY))
    assert {state for _kind, _serial, state in await found(window)} == {"healed"}
    assert ((await day(window))["state"], (await day(window, TOMORROW))["state"]) == ("closed", "closed")
    await agree(window)


@pytest.mark.fault("file: line extra")
async def test_money_that_only_the_file_invents_stays_in_suspense_when_the_file_takes_it_back(window: Window) -> None:
    await paid(window, 1)
    await imported(window, filed(window, fault=Fault.LINE_EXTRA))
    [(kind, serial, state)] = await found(window)
    assert (kind, state) == ("bank_only", "healed")
    assert await window.reasons() == ["unknown_code"]
    window.bank.correct(TODAY)
    await imported(window, window.bank.statement(TODAY))
    assert await found(window) == [("bank_only", serial, "healed"), ("ours_only", serial, "held")]


# -- what was lost or wrong on the way ---------------------------------------------------------------------------------


@pytest.mark.rule("R52", "R53")
@pytest.mark.fault("lost callback found only in the file")
async def test_a_payment_whose_message_was_lost_is_found_in_the_file_and_settled(window: Window) -> None:
    window.bank.arm(Fault.NEVER_TOLD)
    [lost] = await paid(window, 1)
    await imported(window, filed(window))
    assert await found(window) == [("bank_only", lost, "healed")]
    assert oracle(window) == {"bank_only"}
    assert [row.state for row in await window.rows("SELECT state FROM notices")] == ["receipted"]
    assert await window.harness.events(fees.DayDiscrepancyFound) == []
    assert (await day(window))["state"] == "closed"
    await agree(window)


async def test_a_message_of_another_amount_than_the_files_forces_nothing(window: Window) -> None:
    window.bank.arm(Fault.MISSTATED)
    [serial] = await paid(window, 1)
    await imported(window, filed(window))
    assert await found(window) == [("amount", serial, "open")]
    assert oracle(window) == {"amount"}
    [one] = (await window.get("/differences", Role.TREASURER))["differences"]
    assert (one["amount"], one["owner"]) == (-1, "treasurer")
    assert "银行为160.00元，系统为160.01元" in one["detail"]
    assert await window.balance("2241") == -16001


async def test_a_refund_that_nobody_ordered_is_missed_in_suspense(window: Window) -> None:
    [serial] = await paid(window, 1)
    window.bank.arm(Fault.NEVER_TOLD, times=2)
    refund = {"refund_number": "TK9", "bank_serial": serial, "amount": 100, "currency": "CNY"}
    window.bank.refund(refund | {"account": window.bank.account})
    window.bank.settle()
    await imported(window, filed(window))
    assert [(kind, state) for kind, _serial, state in await found(window)] == [("bank_only", "healed")]
    assert await window.reasons() == ["unknown_refund"]
    assert await window.balance("2241") == 100
    await agree(window)


async def test_what_the_bank_knows_under_another_serial_is_not_taken_twice(window: Window) -> None:
    [serial] = await paid(window, 1, told=False)
    said = window.bank.said(window.bank.books.payment(serial) or {}) | {"bank_serial": "OTHER-1"}
    call = wire.call(window.bank.ring, window.bank.ring.serials[0], window.clock.now(), said)
    assert (await window.harness.client.post("/bank/messages", content=call.body, headers=call.headers)).is_success
    await imported(window, filed(window))
    assert await found(window) == [("status", serial, "resolved")]
    shown = await day(window)
    assert (shown["state"], shown["paid_count"], shown["balance"], shown["closing"]) == ("closed", 1, 16000, 16000)
    assert shown["remittance"]["amount"] == 16000
    await window.sound()
    await imported(window, made(window, *booked(window), version=2))
    assert await found(window) == [("status", serial, "resolved")]


async def test_two_payments_alike_are_two_as_soon_as_the_bank_says_so(window: Window) -> None:
    """The second payment's message is lost, and the first is booked on the next day: at first they look like one."""
    morning(window, TODAY, 18)
    [first] = await paid(window, 1)
    [true] = booked(window, TOMORROW)
    alike = replace(true, serial="LOST-1", at=true.at - timedelta(hours=3))
    await imported(window, made(window, alike))
    assert await found(window) == [("status", "LOST-1", "resolved")]
    morning(window, TOMORROW, 19)
    await imported(window, made(window, *booked(window, TOMORROW), day=TOMORROW, opening=16000))
    assert await found(window) == [
        ("bank_only", "LOST-1", "healed"),
        ("status", "LOST-1", "healed"),
        ("date_shifted", first, "resolved"),
    ]
    assert await window.reasons() == ["second_payment"]
    assert await window.balance("1002") == 32000


async def test_the_same_serial_for_another_code_is_somebodys_matter(window: Window) -> None:
    [serial] = await paid(window, 1)
    [true] = booked(window)
    await imported(window, made(window, replace(true, reference="ANOTHER")))
    assert await found(window) == [("status", serial, "open")]
    await imported(window, made(window, true, version=2))
    assert await found(window) == [("status", serial, "healed")]


async def test_a_serial_that_an_earlier_days_file_has_is_counted_once(window: Window) -> None:
    [serial] = await paid(window, 1)
    await imported(window, filed(window))
    morning(window, TOMORROW, 19)
    await imported(window, made(window, *booked(window), day=TOMORROW, opening=16000))
    assert ("doubled", serial, "open") in await found(window)
    assert await window.balance("1002") == 16000
    await imported(window, made(window, day=TOMORROW, opening=16000, version=2))
    assert ("doubled", serial, "healed") in await found(window)


# -- on which day ------------------------------------------------------------------------------------------------------


@pytest.mark.fault("yesterday's after cut-off")
async def test_what_is_paid_after_the_cut_off_is_the_next_days(window: Window) -> None:
    morning(window, TODAY, 18)
    [evening] = await paid(window, 1)
    morning(window, TOMORROW)
    await imported(window, filed(window, TODAY))
    assert await found(window) == []
    shown = await day(window)
    assert (shown["state"], shown["paid_count"], shown["remittance"]) == ("closed", 0, None)
    morning(window, LATER[1])
    await imported(window, filed(window, TOMORROW))
    assert await found(window) == [("date_shifted", evening, "resolved")]
    shown = await day(window, TOMORROW)
    assert (shown["state"], shown["paid_count"], shown["remittance"]["amount"]) == ("closed", 1, 16000)
    assert await window.harness.events(fees.DayDiscrepancyFound) == []
    await agree(window)


async def test_a_bank_that_ends_its_day_early_is_waited_for(window: Window) -> None:
    """Its file lacks what we count to that day; the next day's file has it."""
    file = filed(window)
    [late] = await paid(window, 1)
    await imported(window, file)
    assert await found(window) == [("ours_only", late, "held")]
    assert (await day(window))["state"] == "open"
    morning(window, LATER[1])
    await imported(window, filed(window, TOMORROW))
    assert await found(window) == [("ours_only", late, "resolved"), ("date_shifted", late, "resolved")]
    assert (await day(window))["state"] == "closed"


async def test_what_no_file_has_by_the_second_day_after_is_an_incident(window: Window) -> None:
    [gone] = await paid(window, 1)
    await imported(window, filed(window, fault=Fault.LINE_MISSING))
    for when, state in zip(LATER[:3], ("held", "open", "open"), strict=True):
        morning(window, when, 19)
        await imported(window, filed(window, when))
        assert await found(window) == [("ours_only", gone, state)]
    [told] = await window.harness.events(fees.DayDiscrepancyFound)
    assert (told.day, told.difference, told.bank_serial, told.amount) == (TODAY, "ours_only", gone, -16000)
    assert told.due_by == LATER[1] + timedelta(days=3)
    assert (await day(window))["state"] == "open"
    window.bank.correct(TODAY)
    await imported(window, window.bank.statement(TODAY))
    assert await found(window) == [("ours_only", gone, "healed")]
    assert (await day(window))["state"] == "closed"


async def test_without_the_file_before_a_balance_is_held_against_our_books(window: Window) -> None:
    await paid(window, 1, told=False)
    filed(window)
    morning(window, TOMORROW, 19)
    await imported(window, filed(window, TOMORROW))
    assert await found(window) == [("balance", "", "open")], "nobody has told us of the day before"
    await imported(window, window.bank.statement(TODAY))
    assert sorted(await found(window))[0] == ("balance", "", "healed")
    assert ((await day(window))["state"], (await day(window, TOMORROW))["state"]) == ("closed", "closed")


async def test_amounts_that_moved_no_money_are_not_looked_for(window: Window) -> None:
    for amount in (0, -500):
        window.bank.take("NOBODY", amount)
    await window.bank.tell()
    await imported(window, filed(window))
    assert await found(window) == []


# -- answered for ------------------------------------------------------------------------------------------------------


async def difference(window: Window) -> dict[str, Any]:
    [one] = (await window.get("/differences", Role.TREASURER))["differences"]
    shown: dict[str, Any] = one
    return shown


@pytest.mark.parametrize(("act", "state"), [("resolution", "resolved"), ("carry", "carried")])
async def test_what_is_answered_for_lets_its_day_close(window: Window, act: str, state: str) -> None:
    await paid(window, 1)
    await imported(window, filed(window, fault=Fault.LINE_AMOUNT))
    seen = await difference(window)
    path = f"/differences/{seen['difference_id']}"
    assert (await answer_for(window, act, path, seen["version"] + 1)).status_code == 412
    answer = await answer_for(window, act, path, seen["version"], note="银行确认其文件有误")
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
    now = await difference(window)
    assert (now["state"], now["note"], now["closed_by"]["id"]) == (state, "银行确认其文件有误", "treasurer-1")
    shown = await day(window)
    assert (shown["state"], shown["carried"]) == ("closed", int(act == "carry"))
    again = await answer_for(window, "carry", path, now["version"])
    assert (again.status_code, again.json()["code"]) == (409, "difference-settled")
    window.bank.correct(TODAY, Fault.LINE_AMOUNT)
    await imported(window, window.bank.statement(TODAY))
    assert (await difference(window))["state"] == state, "the same difference in a further file is no news"


async def test_a_bank_that_takes_nothing_back_leaves_books_that_are_sound_by_themselves(window: Window) -> None:
    """Nobody may change an amount: what a person answered for goes on explaining why the balances differ (I2)."""
    window.bank.arm(Fault.MISSTATED)
    await paid(window, 1)
    await imported(window, filed(window))
    for answered in (False, True):
        if answered:
            await settle_all(window)
        shown = await window.get("/invariants", Role.TREASURER)
        assert shown["ok"], [one for one in shown["invariants"] if not one["ok"]]
    assert (await difference(window))["state"] == "resolved"


async def test_what_is_carried_can_still_be_resolved(window: Window) -> None:
    await paid(window, 1)
    await imported(window, filed(window, fault=Fault.LINE_AMOUNT))
    for act, state in (("carry", "carried"), ("resolution", "resolved")):
        seen = await difference(window)
        assert (await answer_for(window, act, f"/differences/{seen['difference_id']}", seen["version"])).is_success
        assert (await difference(window))["state"] == state


async def test_money_that_is_being_posted_is_not_talked_away(window: Window) -> None:
    await paid(window, 1, told=False)
    await bring(window, filed(window))
    seen = await difference(window)
    answer = await answer_for(window, "resolution", f"/differences/{seen['difference_id']}", seen["version"])
    assert (answer.status_code, answer.json()["code"]) == (409, "being-posted")
    shown = await day(window)
    by_hand = await answer_for(window, "closing", f"/days/{TODAY}", shown["version"])
    assert (by_hand.status_code, by_hand.json()["code"]) == (409, "being-posted")


async def test_what_a_file_says_after_its_day_was_closed_is_carried_and_the_day_stays_closed(window: Window) -> None:
    kept, gone = await paid(window, 1, 2)
    true = booked(window)
    await imported(window, made(window, *true))
    closed = await day(window)
    new = replace(true[0], serial="NEW-1", reference="NOBODYS", amount=5)
    await imported(window, made(window, replace(true[0], amount=1), new, version=2))
    assert await found(window) == [
        ("amount", kept, "carried"),
        ("bank_only", "NEW-1", "healed"),
        ("ours_only", gone, "held"),
    ]
    assert {one.difference for one in await window.harness.events(fees.DayDiscrepancyFound)} == {"amount"}
    for when in LATER[:2]:
        morning(window, when, 19)
        await imported(window, made(window, day=when, opening=6))
    assert ("ours_only", gone, "carried") in await found(window)
    shown = await day(window)
    assert (shown["state"], shown["closed_at"], shown["file_sum"]) == (
        "closed",
        closed["closed_at"],
        closed["file_sum"],
    )
    assert len(await window.harness.events(fees.DayReconciled)) == 3


async def test_differences_are_paged_and_chosen_by_state_and_day(window: Window) -> None:
    await paid(window, 1, 2, 3)
    await imported(window, filed(window, fault=Fault.EMPTY_FILE))
    every = (await window.get("/differences", Role.SUPERVISOR))["differences"]
    assert len(every) == 3
    two = (await window.get(f"/differences?limit=2&day={TODAY}&state=held", Role.LEADER))["differences"]
    rest = (await window.get(f"/differences?after={two[-1]['difference_id']}", Role.TREASURER))["differences"]
    assert two + rest == every
    assert (await window.get("/differences?state=open", Role.TREASURER))["differences"] == []
    assert (await window.get("/differences?day=2026-01-01", Role.TREASURER))["differences"] == []
