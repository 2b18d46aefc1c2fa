"""Who may propose and who may approve what becomes of money in suspense, and what happens when they are too late."""

import asyncio
from typing import Any

import httpx
import pytest

from services.fees.domain.duties import APART, Duty
from services.fees.tests.clerks import APPROVER, NOTE, PROPOSER, Clerks
from services.fees.tests.samples import CASE
from services.fees.tests.test_collecting import message, send
from services.fees.tests.window import Window
from yimen.contracts import fees
from yimen.web import Role

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


# -- reading ------------------------------------------------------------------------------------------------------------


@on_sqlite
async def test_exceptions_are_listed_by_state_owner_and_lateness(window: Window) -> None:
    clerks = Clerks(window)
    numbers = [await clerks.strayed(0, code=f"C{n}") for n in range(3)]
    await clerks.propose(numbers[1], "noted")
    await clerks.resolve(numbers[2], "noted")

    async def listed(query: str) -> list[str]:
        return [one["exception_id"] for one in await clerks.exceptions(query)]

    assert await listed("") == numbers
    assert await listed("?state=open") == numbers[:1]
    assert await listed("?state=proposed&owner=treasurer&overdue=false") == numbers[1:2]
    assert await listed("?owner=supervisor") == []
    assert await listed(f"?after={numbers[0]}&limit=1") == numbers[1:2]
    shown = await window.get(f"/exceptions/{numbers[0]}")
    assert (shown["payment_code"], shown["reason_text"], shown["owner"]) == (
        "C0",
        "金额为零或负数，未入账",
        "treasurer",
    )


@on_sqlite
async def test_exceptions_are_read_by_the_fee_window_treasury_and_supervisor(window: Window) -> None:
    number = await Clerks(window).strayed(0)
    for role in Role:
        for path in ("/exceptions", f"/exceptions/{number}"):
            answer = await window.harness.client.get(path, headers=window.headers(role))
            allowed = role in (Role.FEE_OFFICER, Role.TREASURER, Role.SUPERVISOR)
            assert answer.status_code == (200 if allowed else 403)
    assert (await window.harness.client.get("/exceptions/99", headers=window.headers())).status_code == 404


# -- proposing ----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R53")
@on_sqlite
async def test_what_does_not_fit_is_not_even_proposed(window: Window) -> None:
    clerks, notice = Clerks(window), await window.issued()
    number = notice["notice_number"]
    some, nothing = await clerks.strayed(15999), await clerks.strayed(0)
    wrong: list[tuple[str, str, dict[str, Any], tuple[int, str]]] = [
        (some, "notice", {"notice_number": number}, (422, "amount-differs")),
        (some, "notice", {"notice_number": "JK1"}, (422, "no-such-notice")),
        (some, "notice", {}, (422, "no-such-notice")),
        (some, "noted", {}, (422, "money-in-suspense")),
        (some, "offset", {"exception_id": int(nothing)}, (422, "nothing-missing")),
        (nothing, "notice", {"notice_number": number}, (422, "no-money")),
        (nothing, "refund", {}, (422, "no-money")),
        ("99", "noted", {}, (404, "not-found")),
    ]
    for exception, resolution, more, expected in wrong:
        body = {"resolution": resolution, "note": NOTE, **more}
        answer = await clerks.act(exception, "proposal", Role.FEE_OFFICER, PROPOSER, body, version=1)
        assert problem(answer) == expected, (resolution, more)
    assert {one["state"] for one in await clerks.exceptions()} == {"open"}


@pytest.mark.rule("R52")
@on_sqlite
async def test_no_proposal_names_an_amount(window: Window) -> None:
    clerks, notice = Clerks(window), await window.issued()
    number = await clerks.strayed(16000)
    answer = await clerks.propose(number, "notice", notice_number=notice["notice_number"], amount=16000)
    assert problem(answer) == (422, "invalid-request")


@on_sqlite
async def test_each_step_has_its_turn(window: Window) -> None:
    clerks = Clerks(window)
    number = await clerks.strayed(0)
    assert problem(await clerks.approve(number)) == (409, "exception-not-ready")
    assert problem(await clerks.send_back(number)) == (409, "exception-not-ready")
    await clerks.propose(number, "noted")
    assert problem(await clerks.propose(number, "noted")) == (409, "exception-not-ready")
    await clerks.approve(number)
    for answer in (await clerks.propose(number, "noted"), await clerks.approve(number), await clerks.send_back(number)):
        assert problem(answer) == (409, "exception-not-ready")


@on_sqlite
async def test_a_proposal_that_was_sent_back_stays_on_record_and_another_follows(window: Window) -> None:
    clerks = Clerks(window)
    number = await clerks.strayed(0)
    await clerks.propose(number, "noted")
    shown = (await clerks.send_back(number)).json()
    assert (shown["state"], shown["resolution"], shown["note"], shown["proposed_by"]) == ("open", None, None, None)
    [returned] = shown["returned"]
    assert (returned["note"], returned["reason"]) == (NOTE, "依据不足")
    assert (returned["proposed_by"]["id"], returned["returned_by"]["id"]) == (PROPOSER, APPROVER)
    done = await clerks.resolve(number, "noted")
    assert (done["version"], len(done["returned"])) == (5, 1)
    assert len(await window.harness.events(fees.ExceptionResolved)) == 1
    await window.sound()


# -- two people ---------------------------------------------------------------------------------------------------------


def test_proposing_and_approving_are_apart() -> None:
    assert frozenset((Duty.PROPOSE, Duty.RESOLVE)) in APART
    assert frozenset((Duty.PROPOSE, Duty.APPROVE_REFUND)) in APART


@on_sqlite
async def test_whoever_proposed_neither_approves_nor_sends_back(window: Window) -> None:
    clerks = Clerks(window)
    number = await clerks.strayed(0)
    await clerks.propose(number, "noted", id="both")
    for answer in (await clerks.approve(number, id="both"), await clerks.send_back(number, id="both")):
        assert problem(answer) == (403, "forbidden")
        assert "其他人员" in answer.json()["detail"]
    assert (await clerks.approve(number)).status_code == 200


@on_sqlite
async def test_an_earlier_proposer_does_not_approve_the_next_proposal(window: Window) -> None:
    clerks = Clerks(window)
    number = await clerks.strayed(0)
    await clerks.propose(number, "noted", id="both")
    await clerks.send_back(number)
    await clerks.propose(number, "noted", id="another")
    assert problem(await clerks.approve(number, id="both")) == (403, "forbidden")


@on_sqlite
async def test_whoever_sent_a_proposal_back_makes_none_on_the_same_money(window: Window) -> None:
    clerks = Clerks(window)
    number = await clerks.strayed(0)
    await clerks.propose(number, "noted")
    await clerks.send_back(number, id="both")
    assert problem(await clerks.propose(number, "noted", id="both")) == (403, "forbidden")


# -- too late -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R53")
@on_sqlite
async def test_a_notice_paid_meanwhile_takes_no_money_of_suspense(window: Window) -> None:
    clerks, notice = Clerks(window), await window.issued()
    number = await clerks.strayed(16000)
    await clerks.propose(number, "notice", notice_number=notice["notice_number"])
    await window.sound()
    window.bank.pay(notice["payment_code"], "qr")
    await window.bank.tell()
    answer = await clerks.approve(number)
    assert problem(answer) == (409, "notice-not-open")
    shown = await window.get(f"/exceptions/{number}")
    assert (shown["state"], shown["version"]) == ("open", 3)
    assert answer.headers["ETag"] == '"3"'
    assert (shown["returned"][0]["returned_by"], "已缴款" in shown["returned"][0]["reason"]) == (None, True)
    assert await window.balance("2241") == -16000
    await window.sound()


@on_sqlite
async def test_what_came_back_offsets_nothing_once_it_is_promised_elsewhere(window: Window) -> None:
    clerks = Clerks(window)
    await clerks.strayed(20000)
    missed, back = await clerks.unordered(7000), await clerks.strayed(7000, code="RETURNED")
    number = missed["exception_id"]
    wrong = await clerks.propose(number, "offset", exception_id=1)
    assert problem(wrong) == (422, "amount-differs")
    await clerks.propose(number, "offset", exception_id=int(back))
    await clerks.propose(back, "refund")
    assert problem(await clerks.approve(number)) == (409, "other-not-open")
    assert (await window.get(f"/exceptions/{number}"))["state"] == "open"
    assert (await clerks.approve(back)).status_code == 200
    await window.sound()


async def test_a_proposal_approved_five_times_at_once_is_carried_out_once(window: Window) -> None:
    clerks, notice = Clerks(window), await window.issued()
    number = await clerks.strayed(16000)
    await clerks.propose(number, "notice", notice_number=notice["notice_number"])
    answers = await asyncio.gather(*(clerks.approve(number, id=f"treasurer-{n}", version=2) for n in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]
    assert len(await window.harness.events(fees.NoticePaid)) == 1
    await window.sound()


async def test_a_notice_paid_by_its_own_message_while_suspense_is_set_against_it_is_paid_once(window: Window) -> None:
    """One wins; the money of the other waits in suspense."""
    clerks = Clerks(window)
    notices = [await window.issued(f"{CASE}-{n}", f"L{n}") for n in range(4)]
    numbers = [await clerks.strayed(16000, code=f"ASTRAY-{n}") for n in range(4)]
    for number, notice in zip(numbers, notices, strict=True):
        await clerks.propose(number, "notice", notice_number=notice["notice_number"])
    own = [message(window, window.bank.take(notice["payment_code"], 16000)) for notice in notices]
    acts = [act for n in range(4) for act in (clerks.approve(numbers[n], version=2), send(window, own[n]))]
    answers = await asyncio.gather(*acts)
    assert set(answers[1::2]) == {204}
    approved = [answer.status_code for answer in answers[::2] if isinstance(answer, httpx.Response)]
    assert set(approved) <= {200, 409}
    states = [(await window.get(f"/exceptions/{number}"))["state"] for number in numbers]
    assert states == ["resolved" if status == 200 else "open" for status in approved]
    assert (await window.reasons()).count("second_payment") == approved.count(200)
    assert await window.balance("2241") == -4 * 16000
    assert len(await window.harness.events(fees.NoticePaid)) == 4
    await window.sound()
