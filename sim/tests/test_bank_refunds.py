"""Refunds and remittances: never more than was paid, never more than is there, told like payments."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.bank import Books, KeyRing, Manners, Refused
from sim.tests.branch import ACCOUNT, CODE, START, Branch, asked, remittance


def refused(branch: Branch, wanted: dict[str, Any]) -> int:
    with pytest.raises(Refused) as caught:
        branch.bank.refund(wanted) if "refund_number" in wanted else branch.bank.remit(wanted)
    return caught.value.status


async def test_a_refund_is_accepted_done_and_told(branch: Branch) -> None:
    paid = branch.bank.take(CODE, 16000)
    await branch.tell_all()
    async with branch.client() as client:
        first = await client.post("/refunds", json=asked(paid["serial"], 6000))
        assert (first.status_code, first.json()["state"], first.json()["refund"]) == (202, "accepted", None)
        await branch.tell_all()
        again = await client.post("/refunds", json=asked(paid["serial"], 6000))
        found = await client.get("/refunds/TK2026000001")
        for answer in (first, again, found):
            branch.verified(answer.headers, answer.content)
    assert again.status_code == 202
    assert again.json() == found.json()
    refund = found.json()["refund"]
    assert refund == {
        "bank_serial": refund["bank_serial"],
        "refund_number": "TK2026000001",
        "original_serial": paid["serial"],
        "amount": 6000,
        "currency": "CNY",
        "account": ACCOUNT,
        "state": "refunded",
        "at": START.isoformat(),
        "reason": None,
    }
    assert branch.heard()[1:] == [("REFUND.SUCCESS", refund)]
    assert branch.bank.balance() == 10000


async def test_a_remittance_is_accepted_done_and_told(branch: Branch) -> None:
    branch.bank.take(CODE, 16000)
    await branch.tell_all()
    async with branch.client() as client:
        first = await client.post("/remittances", json=remittance(16000))
        assert (first.status_code, first.json()["state"], first.json()["remittance"]) == (202, "accepted", None)
        await branch.tell_all()
        found = (await client.get("/remittances/HJ2026000001")).json()
    said = {"remittance_number": "HJ2026000001", "amount": 16000, "currency": "CNY", "account": ACCOUNT}
    said |= {"at": START.isoformat(), "bank_serial": found["remittance"]["bank_serial"]}
    assert found == {"remittance_number": "HJ2026000001", "state": "remitted", "remittance": said}
    assert branch.heard()[1:] == [("REMITTANCE.SUCCESS", said)]
    assert branch.bank.balance() == 0


async def test_what_cannot_go_out_is_refused(branch: Branch) -> None:
    paid = branch.bank.take(CODE, 100)["serial"]
    other = branch.bank.take(CODE, 50)["serial"]
    assert refused(branch, asked("S-unknown")) == 422
    assert refused(branch, asked(paid, account="1")) == 422
    assert refused(branch, asked(paid, 101)) == 422
    assert refused(branch, remittance(151)) == 503
    branch.bank.refund(asked(paid, 60))
    assert refused(branch, asked(paid, 41, "TK2")) == 422
    assert refused(branch, asked(paid, 61)) == 409
    assert refused(branch, remittance(1, "TK2026000001")) == 409
    assert refused(branch, remittance(91)) == 503
    branch.bank.remit(remittance(90))
    assert refused(branch, remittance(90, treasury_account="T2")) == 409
    assert refused(branch, asked(other, 1, "TK3")) == 503
    branch.bank.settle()
    assert branch.bank.balance() == 0
    async with branch.client() as client:
        for path in ("/refunds/HJ2026000001", "/remittances/TK2026000001"):
            assert (await client.get(path)).status_code == 404


async def test_a_failed_refund_leaves_the_money_and_may_be_asked_for_again(branch: Branch) -> None:
    paid = branch.bank.take(CODE, 100)["serial"]
    branch.bank.arm("refund_fails", "TK2026000001")
    branch.bank.refund(asked(paid))
    await branch.tell_all()
    event, said = branch.heard()[-1]
    assert (event, said["state"], said["bank_serial"]) == ("REFUND.FAILED", "failed", None)
    assert said["reason"]
    assert branch.bank.balance() == 100
    [noted] = branch.faults()
    assert (noted["fault"], noted["subject"]) == ("refund_fails", "TK2026000001")
    branch.bank.refund(asked(paid, number="TK2"))
    branch.bank.settle()
    assert branch.bank.balance() == 0


async def test_a_refund_that_is_said_to_fail_after_its_success_is_out_all_the_same(branch: Branch) -> None:
    paid = branch.bank.take(CODE, 100)["serial"]
    branch.bank.arm("fails_after_success", paid)
    branch.bank.refund(asked(paid))
    await branch.tell_all()
    assert [event for event, _said in branch.heard()] == ["PAYMENT.SUCCESS", "REFUND.SUCCESS", "REFUND.FAILED"]
    shown = branch.bank.outgoing.show_refund("TK2026000001")
    assert shown["state"] == "refunded"
    assert branch.bank.balance() == 0
    [noted] = branch.faults()
    assert (noted["difference"], noted["serial"]) == ("status", shown["refund"]["bank_serial"])


async def test_what_was_accepted_before_a_crash_goes_out_after_it(branch: Branch) -> None:
    paid = branch.bank.take(CODE, 100)["serial"]
    branch.bank.refund(asked(paid))
    branch.bank = branch.open()
    await branch.tell_all()
    assert [event for event, _said in branch.heard()] == ["PAYMENT.SUCCESS", "REFUND.SUCCESS"]
    assert branch.bank.balance() == 0


async def test_a_bank_that_pays_nothing_out_keeps_it_for_later(branch: Branch) -> None:
    paid = branch.bank.take(CODE, 100)["serial"]
    branch.bank.refund(asked(paid))
    branch.bank.outgoing.on = False
    await branch.tell_all()
    assert branch.bank.outgoing.show_refund("TK2026000001")["state"] == "accepted"
    branch.bank.outgoing.on = True
    await branch.tell_all()
    assert branch.bank.outgoing.show_refund("TK2026000001")["state"] == "refunded"


def order_of(folder: Path, ring: KeyRing, seed: int) -> list[str]:
    branch = Branch(folder, ring, seed=seed, books=Books(None))
    paid = branch.bank.take(CODE, 100)["serial"]
    for number in range(10):
        branch.bank.refund(asked(paid, 10, f"TK{number}"))
    branch.bank.settle()
    return [entry["number"] for entry in branch.bank.books.journal(what="refunded")]


async def test_the_seed_says_in_which_order_refunds_go_out(tmp_path: Path, bank_ring: KeyRing) -> None:
    orders = [order_of(tmp_path, bank_ring, seed) for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]


REFUNDS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 120)), max_size=25)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payments=st.lists(st.integers(1, 100), min_size=4, max_size=4), refunds=REFUNDS, seed=st.integers(0, 99))
def test_no_payment_gives_back_more_than_it_brought(
    payments: list[int], refunds: list[tuple[int, int]], seed: int, tmp_path: Path, bank_ring: KeyRing
) -> None:
    manners = Manners(refund_fails=0.3, fails_after_success=0.3)
    branch = Branch(tmp_path, bank_ring, books=Books(None), seed=seed, manners=manners)
    serials = [branch.bank.take(CODE, amount)["serial"] for amount in payments]
    for number, (which, amount) in enumerate(refunds):
        with suppress(Refused):
            branch.bank.refund(asked(serials[which], amount, f"TK{number}"))
        if amount % 3 == 0:
            branch.bank.settle()
    branch.bank.settle()
    out = branch.bank.books.all("SELECT * FROM outgoing WHERE state = 'refunded'")
    for serial, brought in zip(serials, payments, strict=True):
        assert sum(row["amount"] for row in out if row["original_serial"] == serial) <= brought
    assert branch.bank.balance() == sum(payments) - sum(row["amount"] for row in out) >= 0
