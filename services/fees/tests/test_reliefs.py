"""Reductions, exemptions and deferrals (R58): a basis, the approvals that the amount calls for, and never a typed amount."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fees.domain.reliefs import Share, needs_government, worth
from services.fees.tests import samples
from services.fees.tests.window import Window
from yimen.contracts.fees import (
    ListSettled,
    NoticeCleared,
    NoticeDeferred,
    NoticeReduced,
    NoticeReliefRefused,
    ReliefKind,
)
from yimen.web import Role

pytestmark = pytest.mark.rule("R58")

HALF = {"kind": "reduction", "share": 5000, "basis": "财综〔2020〕1号第三条", "reasons": "小微企业"}


class Desk:
    """Who takes part in one application."""

    def __init__(self, window: Window, notice: dict[str, Any]) -> None:
        self.window = window
        self.notice = notice

    async def ask(self, **body: Any) -> httpx.Response:
        path = f"/payments/{self.notice['payment_code']}/relief-request"
        return await self.window.harness.client.post(path, json=HALF | body, headers={"Idempotency-Key": str(uuid4())})

    async def asked(self, **body: Any) -> str:
        answer = await self.ask(**body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["number"])

    async def act(
        self, number: str, step: str, role: Role, id: str, body: dict[str, str] | None = None, department: str = "fire"
    ) -> httpx.Response:
        headers = self.window.harness.as_(role, id=id, name="某人", departments=[department])
        seen = await self.window.get(f"/reliefs/{number}", Role.LEADER)
        version = {"If-Match": f'"{seen["version"]}"'}
        return await self.window.harness.client.post(f"/reliefs/{number}/{step}", json=body, headers=headers | version)

    async def granted(self, number: str, *, government: bool = False) -> dict[str, Any]:
        steps = [("review", Role.CHIEF_REPRESENTATIVE, "chief"), ("approval", Role.TREASURER, "treasurer")]
        steps += [("grant", Role.GOVERNMENT_HEAD, "head")] if government else []
        for step, role, id in steps:
            answer = await self.act(number, step, role, id)
            assert answer.status_code == 200, answer.text
        seen: dict[str, Any] = answer.json()
        assert seen["state"] == "granted"
        return seen


@pytest.fixture
async def desk(window: Window) -> Desk:
    return Desk(window, await window.issued())


async def test_a_granted_reduction_makes_the_notice_smaller_everywhere(desk: Desk) -> None:
    """Books, order at the bank, notice, event; and the smaller amount pays it."""
    window, before = desk.window, desk.notice["amount"]
    seen = await desk.granted(await desk.asked())
    assert (seen["amount"], seen["share"], seen["department"]) == (before // 2, 5000, "fire")
    notice = await window.notice() or {}
    payment = (await window.harness.client.get(f"/payments/{notice['payment_code']}")).json()
    assert [(one["state"], one["share"], one["refusal"]) for one in payment["reliefs"]] == [("granted", 5000, None)]
    assert (payment["charges"][0]["amount"], payment["charges"][0]["reduced"]) == (before // 2, before // 2)
    assert (notice["amount"], await window.balance("1122.fire")) == (before // 2, before // 2)
    [said] = await window.harness.events(NoticeReduced)
    assert (said.reduced, said.amount, said.basis) == (before // 2, before // 2, HALF["basis"])
    await window.harness.run_senders()
    assert (window.bank.books.order(notice["payment_code"]) or {})["amount"] == before // 2
    window.bank.pay(notice["payment_code"], "card")
    await window.bank.tell()
    assert (await window.notice() or {})["state"] == "receipted"
    [settled] = await window.harness.events(ListSettled)
    assert settled.amount == before // 2
    await window.sound()


async def test_the_old_amount_paid_before_the_bank_knows_waits_in_suspense(desk: Desk) -> None:
    window = desk.window
    await desk.granted(await desk.asked())
    window.bank.pay(desk.notice["payment_code"], "card")
    await window.bank.tell()
    assert await window.reasons() == ["wrong_amount"]
    assert (await window.notice() or {})["state"] == "issued"


async def test_an_exemption_leaves_nothing_to_pay_and_lets_the_case_go_on(desk: Desk) -> None:
    window = desk.window
    await desk.granted(await desk.asked(share=10_000))
    assert (await window.notice() or {})["state"] == "nothing_due"
    assert [event.amount for event in await window.harness.events(NoticeCleared)] == [0]
    window.clock.advance(timedelta(days=30))
    await window.harness.fire_timers()
    assert (await window.notice() or {})["state"] == "nothing_due"
    await window.sound()


async def test_a_deferral_moves_the_last_day_and_nothing_else(desk: Desk) -> None:
    window, until = desk.window, date.fromisoformat(desk.notice["pay_by"]) + timedelta(days=30)
    await desk.granted(await desk.asked(kind="deferral", share=None, until=f"{until}"))
    assert (await window.notice() or {})["pay_by"] == f"{until}"
    [said] = await window.harness.events(NoticeDeferred)
    assert said.pay_by == until
    window.clock.advance(timedelta(days=20))
    await window.harness.fire_timers()
    await window.harness.run_senders()
    assert (await window.notice() or {})["state"] == "issued"
    await window.sound()


async def test_above_the_limit_the_government_approves_as_well(desk: Desk) -> None:
    """The default limit is a million yuan, which counts as within."""
    dear = 100_000_002
    await desk.window.intake(samples.item(code="DEAR", prices={samples.DRAWING: dear}))
    await desk.window.intake(samples.submitted("C2", code="DEAR"))
    await desk.window.approval(samples.listed("L2", (samples.DRAWING, 2), case_number="C2"))
    await desk.window.verify("L2")
    await desk.window.intake(samples.reviewed("L2", case_number="C2"))
    dear_desk = Desk(desk.window, await desk.window.notice("C2") or {})
    number = await dear_desk.asked()
    await dear_desk.act(number, "review", Role.CHIEF_REPRESENTATIVE, "chief")
    assert (await dear_desk.act(number, "approval", Role.TREASURER, "treasurer")).json()["state"] == "approved"
    assert await desk.window.harness.events(NoticeReduced) == []
    assert (await dear_desk.act(number, "grant", Role.GOVERNMENT_HEAD, "head")).json()["state"] == "granted"
    assert len(await desk.window.harness.events(NoticeReduced)) == 1
    assert [needs_government(amount, 100_000_000) for amount in (100_000_000, 100_000_001)] == [False, True]


async def test_within_the_limit_the_government_is_not_asked(desk: Desk) -> None:
    number = await desk.asked()
    await desk.act(number, "review", Role.CHIEF_REPRESENTATIVE, "chief")
    early = await desk.act(number, "grant", Role.GOVERNMENT_HEAD, "head")
    assert (early.status_code, early.json()["type"].rpartition(":")[2]) == (409, "relief-not-ready")


WRONG: dict[str, dict[str, Any]] = {
    "relief-share": {"share": None},
    "relief-until": {"kind": "deferral", "share": None, "until": "2026-09-22"},
    "relief-list": {"list_id": "L99"},
}


async def test_what_does_not_fit_is_refused_in_words(desk: Desk) -> None:
    for problem, body in WRONG.items():
        answer = await desk.ask(**body)
        assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (422, problem), answer.text
    for body in ({"basis": " "}, {"share": 0}, {"share": 10_001}, {"amount": 100}):
        assert (await desk.ask(**body)).status_code == 422
    assert (await desk.ask(kind="deferral", share=None, until="2027-09-22")).status_code == 422


async def test_one_application_at_a_time_and_none_once_it_is_paid(desk: Desk) -> None:
    window = desk.window
    number = await desk.asked()
    assert (await desk.ask()).json()["type"].endswith("relief-pending")
    await desk.act(number, "review", Role.CHIEF_REPRESENTATIVE, "chief")
    window.bank.pay(desk.notice["payment_code"], "card")
    await window.bank.tell()
    late = await desk.act(number, "approval", Role.TREASURER, "treasurer")
    assert (late.status_code, late.json()["type"].rpartition(":")[2]) == (409, "notice-not-open")
    refused = await desk.act(number, "refusal", Role.TREASURER, "treasurer", {"reasons": "已经缴款"})
    assert refused.json()["state"] == "refused"
    assert len(await window.harness.events(NoticeReliefRefused)) == 1
    assert (await desk.ask()).json()["type"].endswith("notice-not-open")


async def test_of_two_approvals_at_once_one_wins(desk: Desk) -> None:
    number = await desk.asked()
    await desk.act(number, "review", Role.CHIEF_REPRESENTATIVE, "chief")
    answers = await asyncio.gather(*(desk.act(number, "approval", Role.TREASURER, f"t{n}") for n in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]
    assert len(await desk.window.harness.events(NoticeReduced)) == 1
    await desk.window.sound()


async def test_a_chief_of_another_department_neither_sees_nor_reviews_it(desk: Desk) -> None:
    number = await desk.asked()
    answer = await desk.act(number, "review", Role.CHIEF_REPRESENTATIVE, "chief", department="planning")
    assert answer.status_code == 403
    headers = desk.window.harness.as_(Role.CHIEF_REPRESENTATIVE, departments=["planning"])
    assert (await desk.window.harness.client.get(f"/reliefs/{number}", headers=headers)).status_code == 403
    assert (await desk.window.harness.client.get("/reliefs", headers=headers)).json() == {"items": []}


@given(
    amounts=st.lists(st.integers(0, 10**9), min_size=1, max_size=4),
    first=st.integers(1, 10_000),
    second=st.integers(1, 10_000),
)
def test_no_share_takes_more_than_there_is(amounts: list[int], first: int, second: int) -> None:
    shares = [Share(f"L{n}", "fire", amount) for n, amount in enumerate(amounts)]
    reduced = worth(ReliefKind.REDUCTION, shares[0], shares, first)
    left = Share("L0", "fire", amounts[0] - reduced)
    again = worth(ReliefKind.REDUCTION, left, shares, second)
    assert 0 <= reduced <= amounts[0]
    assert 0 <= again <= left.amount
    assert worth(ReliefKind.REDUCTION, shares[0], shares, 10_000) == amounts[0]
