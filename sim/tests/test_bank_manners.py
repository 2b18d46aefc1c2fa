"""How the bank misbehaves: each way once, on request and by share; the journal knows of all of it."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

from sim.bank import Books, Fault, KeyRing, Manners
from sim.bank.manners import ANSWER_FAULTS, FILE_FAULTS, LEADS_TO
from sim.tests.branch import CODE, Branch


def amounts(branch: Branch) -> list[int]:
    return [content["amount"] for _event, content in branch.heard()]


def noted(branch: Branch) -> tuple[str, str | None]:
    [fault] = branch.faults()
    return fault["fault"], fault["difference"]


async def test_twice_is_told_twice(branch: Branch) -> None:
    branch.bank.arm("told_twice")
    branch.bank.take(CODE, 5)
    await branch.tell_all()
    assert amounts(branch) == [5, 5]
    assert noted(branch) == ("told_twice", None)


async def test_often_is_told_fifty_times_at_once(branch: Branch) -> None:
    branch.bank.arm("told_often", CODE)
    branch.bank.take(CODE, 5)
    branch.bank.take("OTHER", 6)
    assert await branch.bank.tell() == 2
    assert amounts(branch) == [5] * 50 + [6]
    assert len({request.headers["Bank-Nonce"] for request in branch.fees.heard}) == 51
    assert noted(branch) == ("told_often", None)


async def test_late_is_told_after_a_day(branch: Branch) -> None:
    branch.bank.arm("told_late")
    branch.bank.take(CODE, 5)
    await branch.tell_all()
    branch.clock.advance(timedelta(hours=26))
    assert amounts(branch) == []
    await branch.tell_all()
    assert amounts(branch) == [5]
    assert noted(branch) == ("told_late", None)


async def test_what_is_never_told_is_in_the_file(branch: Branch) -> None:
    branch.bank.arm("never_told")
    serial = branch.bank.take(CODE, 5)["serial"]
    for _ in range(10):
        await branch.tell_all()
        branch.clock.advance(timedelta(hours=12))
    assert branch.heard() == []
    assert noted(branch) == ("never_told", "bank_only")
    booked = branch.bank.books.journal(what="money_taken")[0]["day"]
    assert serial in branch.bank.statement(date.fromisoformat(booked)).body.decode()


async def test_replayed_is_the_very_same_message(branch: Branch) -> None:
    branch.bank.arm("replayed")
    branch.bank.take(CODE, 5)
    await branch.tell_all()
    first, second = branch.fees.heard
    assert (first.content, first.headers) == (second.content, second.headers)
    assert [entry["what"] for entry in branch.bank.books.journal()] == ["money_taken", "replayed", "told"]


async def test_a_probe_has_a_wrong_signature_and_goes_first(branch: Branch) -> None:
    branch.bank.arm("probed")
    branch.bank.take(CODE, 5)
    branch.fees.answers = [401]
    await branch.tell_all()
    probe, message = branch.fees.heard
    with pytest.raises(InvalidSignature):
        branch.opened(probe)
    assert branch.opened(message)[1]["amount"] == 5
    assert [entry["answer"] for entry in branch.bank.books.journal()[1:]] == [401, 204]


async def test_one_serial_is_told_with_two_amounts(branch: Branch) -> None:
    branch.bank.arm("changed_amount")
    branch.bank.take(CODE, 5)
    await branch.tell_all()
    assert amounts(branch) == [5, 6]
    assert len({content["bank_serial"] for _event, content in branch.heard()}) == 1
    assert (noted(branch), branch.faults()[0]["told"]) == (("changed_amount", None), 6)


async def test_what_is_misstated_is_right_in_the_books(branch: Branch) -> None:
    branch.bank.arm("misstated", "PAYMENT.SUCCESS")
    branch.bank.take(CODE, 5)
    await branch.tell_all()
    assert amounts(branch) == [6]
    assert branch.bank.balance() == 5
    assert noted(branch) == ("misstated", "amount")


async def test_a_bank_that_is_switched_off_tells_later(branch: Branch) -> None:
    branch.bank.take(CODE, 5)
    branch.bank.telling.on = False
    assert await branch.bank.tell() == 0
    branch.bank.telling.on = True
    assert await branch.bank.tell() == 1


async def test_rotated_keys_are_known_from_the_key_file_at_once(tmp_path: Path) -> None:
    branch = Branch(tmp_path, KeyRing(tmp_path, bits=1024))
    before = branch.bank.ring.serials
    new = branch.bank.rotate_keys()
    assert branch.bank.ring.serials == [before[1], new]
    for amount in range(1, 9):
        branch.bank.take(CODE, amount)
    await branch.tell_all()
    assert amounts(branch) == list(range(1, 9))
    assert {request.headers["Bank-Serial"] for request in branch.fees.heard} == {before[1], new}
    [entry] = branch.bank.books.journal(what="keys_rotated")
    assert (entry["new"], entry["retired"]) == (new, before[0])


def test_every_fault_has_a_share_and_every_share_a_fault() -> None:
    assert set(Manners.__slots__) == {str(fault) for fault in Fault}
    assert set(LEADS_TO) <= set(Fault)
    assert not set(ANSWER_FAULTS) & set(FILE_FAULTS)


@pytest.mark.parametrize("fault", Fault)
def test_a_share_of_one_always_strikes_and_none_never(tmp_path: Path, bank_ring: KeyRing, fault: Fault) -> None:
    always = Branch(tmp_path, bank_ring, books=Books(None), manners=Manners(**{fault: 1.0})).bank.mischief
    assert all(always.strikes(fault, str(number)) for number in range(20))
    never = Branch(tmp_path, bank_ring, books=Books(None)).bank.mischief
    assert not any(never.strikes(fault, str(number)) for number in range(20))


def test_a_share_strikes_about_as_often_as_it_says(branch: Branch) -> None:
    branch.bank.mischief.manners = Manners(never_told=0.25)
    struck = [branch.bank.mischief.strikes(Fault.NEVER_TOLD, str(number)) for number in range(2000)]
    assert 400 < sum(struck) < 600


def test_what_is_armed_strikes_as_often_as_was_asked_and_whom_was_asked(branch: Branch) -> None:
    mischief = branch.bank.mischief
    mischief.arm(Fault.LATE, "JK1", times=2)
    assert [mischief.strikes(Fault.LATE, name) for name in ("JK2", "JK1", "JK1", "JK1")] == [False, True, True, False]
    mischief.arm(Fault.BUSY)
    assert mischief.first((Fault.LATE, Fault.BUSY), "any") is Fault.BUSY
    assert mischief.first((Fault.LATE, Fault.BUSY), "any") is None
