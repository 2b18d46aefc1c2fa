"""缴款异议 (R55): filed in seven days by the payer, answered in seven by the treasury; the limit to pay stays."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.fees.tests import samples
from services.fees.tests.samples import CASE, DRAWING, SITE
from services.fees.tests.window import OFFICER, Window
from yimen.contracts import fees
from yimen.web import Role

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
REASONS = {"reasons": "图纸只有一份"}


class Payer:
    """Who disputes, and the treasurer who answers."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.client = window.harness.client

    async def dispute(self, code: str, **headers: str) -> httpx.Response:
        key = {"Idempotency-Key": str(uuid4())} | headers
        return await self.client.post(f"/payments/{code}/dispute", json=REASONS, headers=key)

    async def disputed(self, notice: dict[str, Any]) -> str:
        answer = await self.dispute(notice["payment_code"])
        assert answer.status_code == 201, answer.text
        return str(answer.json()["dispute_number"])

    async def answer(
        self, number: str, *, id: str = "treasurer-1", role: Role = Role.TREASURER, version: int = 1, **body: Any
    ) -> httpx.Response:
        told = {"upheld": True, "answer": "应为一份图纸"} | body
        headers = self.window.harness.as_(role, id=id, name="库管") | {"If-Match": f'"{version}"'}
        return await self.client.post(f"/disputes/{number}/answer", json=told, headers=headers)

    async def upheld(self, number: str, *lists: str, **body: Any) -> dict[str, Any]:
        answer = await self.answer(number, lists=list(lists), **body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
def payer(window: Window) -> Payer:
    return Payer(window)


async def two_lists(window: Window) -> dict[str, Any]:
    await window.intake(samples.item(), samples.submitted())
    await window.approval(samples.listed("L1", (DRAWING, 2)))
    await window.approval(samples.listed("L2", (SITE, 1), department="housing"), department="housing")
    await window.verify("L1")
    await window.verify("L2")
    await window.intake(samples.reviewed("L1", "L2"))
    await window.harness.run_senders()
    notice = await window.notice()
    assert notice is not None
    return notice


@SQLITE
@pytest.mark.rule("R55")
async def test_a_dispute_is_received_and_leaves_the_limit_as_it_is(window: Window, payer: Payer) -> None:
    notice = await window.issued()
    number = await payer.disputed(notice)
    assert number == "YY2026000001"
    [event] = await window.harness.events(fees.NoticeDisputed)
    assert (event.answer_by.isoformat(), event.reasons) == ("2026-09-14", "图纸只有一份")
    shown = await window.get(f"/payments/{notice['payment_code']}")
    assert (shown["pay_by"], shown["payable"], shown["disputable_until"]) == ("2026-09-22", True, None)
    assert (shown["dispute"]["state"], shown["dispute"]["answer"]) == ("open", None)
    window.clock.move_to(datetime(2026, 9, 22, 16, tzinfo=UTC))
    await window.harness.fire_timers()
    await window.harness.run_senders()
    assert len(await window.harness.events(fees.NoticeOverdue)) == 1
    await window.sound()


@SQLITE
@pytest.mark.rule("R55")
async def test_the_seventh_day_counts_whole_in_shanghai(window: Window, payer: Payer) -> None:
    notice = await window.issued()
    other = await window.issued(f"{CASE}-2", "L2")
    window.clock.move_to(datetime(2026, 9, 14, 15, 59, 59, tzinfo=UTC))
    assert (await window.get(f"/payments/{notice['payment_code']}"))["disputable_until"] == "2026-09-14"
    await payer.disputed(notice)
    window.clock.move_to(datetime(2026, 9, 14, 16, tzinfo=UTC))
    assert (await window.get(f"/payments/{other['payment_code']}"))["disputable_until"] is None
    late = await payer.dispute(other["payment_code"])
    assert (late.status_code, late.json()["type"]) == (409, "urn:yimen:problem:dispute-too-late")


@SQLITE
@pytest.mark.rule("R55")
async def test_a_notice_is_disputed_once(window: Window, payer: Payer) -> None:
    notice = await window.issued()
    key = {"Idempotency-Key": "one"}
    first, same = [await payer.dispute(notice["payment_code"], **key) for _ in range(2)]
    assert first.json() == same.json()
    again = await payer.dispute(notice["payment_code"])
    assert (again.status_code, again.json()["dispute_number"]) == (409, "YY2026000001")
    assert len(await window.harness.events(fees.NoticeDisputed)) == 1
    await window.sound()


@SQLITE
@pytest.mark.rule("R55")
async def test_what_asks_for_nothing_is_not_disputed(window: Window, payer: Payer) -> None:
    void = await window.issued()
    await window.intake(samples.withdrawn(), samples.item(2, {}), samples.submitted("FREE", version=2))
    await window.approval(samples.listed("L9", case_number="FREE"))
    await window.intake(samples.reviewed("L9", case_number="FREE"))
    nothing = await window.notice("FREE")
    assert nothing is not None
    problems = {
        void["payment_code"]: (409, "notice-voided"),
        nothing["payment_code"]: (409, "nothing-due"),
        "A" * 20: (404, "not-found"),
    }
    for code, expected in problems.items():
        answer = await payer.dispute(code)
        assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == expected


@SQLITE
@pytest.mark.rule("R55")
async def test_on_paper_the_fee_window_files_it_for_the_payer(window: Window, payer: Payer) -> None:
    notice = await window.issued()
    path = f"/notices/{notice['notice_number']}/dispute"
    for role in set(Role) - {Role.FEE_OFFICER}:
        headers = window.headers(role) | {"Idempotency-Key": "x"}
        assert (await payer.client.post(path, json=REASONS, headers=headers)).status_code == 403
    headers = window.headers(id="clerk-7") | {"Idempotency-Key": "x"}
    filed = await payer.client.post(path, json=REASONS, headers=headers)
    assert filed.status_code == 201
    shown = await window.get("/disputes/YY2026000001")
    assert shown["filed"]["by"]["id"] == "clerk-7"
    assert shown["notice_lists"] == ["L1"]


@SQLITE
@pytest.mark.rule("R55")
async def test_upheld_before_payment_the_notice_is_void_and_the_wrong_list_is_listed_again(
    window: Window, payer: Payer
) -> None:
    notice = await two_lists(window)
    number = await payer.disputed(notice)
    window.clock.advance(timedelta(days=6))
    answered = await payer.upheld(number, "L1")
    assert (answered["state"], answered["lists"], answered["notice_state"]) == ("upheld", ["L1"], "voided")
    [rejected] = await window.harness.events(fees.ListRejected)
    assert (rejected.list_id, rejected.reason, rejected.rejected_by.id) == ("L1", "应为一份图纸", "treasurer-1")
    assert (await window.get("/lists/L2"))["state"] == "verified"
    assert (await window.get("/lists/L1"))["decided_by"]["id"] == OFFICER
    await window.sound()
    await window.approval(samples.listed("L3", (DRAWING, 1), replaces="L1"))
    assert len(await window.notices()) == 1
    await window.verify("L3")
    old, new = await window.notices()
    assert (new["amount"], new["replaces"], new["pay_by"]) == (8029, old["notice_number"], "2026-09-28")
    [_, event] = await window.harness.events(fees.NoticeIssued)
    assert (event.replaces, event.lists) == (old["notice_number"], ("L2", "L3"))
    await window.harness.run_senders()
    await window.pay(new["payment_code"])
    assert len(await window.harness.events(fees.NoticeCleared)) == 1
    assert (await payer.dispute(new["payment_code"])).status_code == 201
    await window.sound()


@SQLITE
@pytest.mark.rule("R55")
async def test_what_is_not_owed_at_all_is_asked_for_by_no_other_notice(window: Window, payer: Payer) -> None:
    await payer.upheld(await payer.disputed(await two_lists(window)), "L1", relist=False)
    old, new = await window.notices()
    assert (old["state"], new["state"], new["amount"]) == ("voided", "issued", 29)
    await payer.upheld(await payer.disputed(new), "L2", relist=False)
    last = (await window.notices())[-1]
    assert (last["state"], last["amount"], last["replaces"]) == ("nothing_due", 0, new["notice_number"])
    assert len(await window.harness.events(fees.NoticeCleared)) == 1
    await window.sound()


@SQLITE
@pytest.mark.rule("R55")
async def test_dismissed_it_changes_nothing(window: Window, payer: Payer) -> None:
    notice = await window.issued()
    number = await payer.disputed(notice)
    answer = await payer.answer(number, upheld=False, answer="核定无误")
    assert answer.json()["state"] == "dismissed"
    [event] = await window.harness.events(fees.NoticeDisputeAnswered)
    assert (event.upheld, event.lists) == (False, ())
    shown = await window.get(f"/payments/{notice['payment_code']}")
    assert (shown["payable"], shown["dispute"]["answer"]) == (True, "核定无误")
    await window.pay(notice["payment_code"])
    await window.sound()


@SQLITE
@pytest.mark.rule("R55")
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"lists": []}, "lists-required"),
        ({"upheld": False, "lists": ["L1"]}, "lists-without-cause"),
        ({"lists": ["L1", "L9"]}, "lists-not-on-notice"),
    ],
)
async def test_an_answer_names_what_was_wrong_and_nothing_else(
    window: Window, payer: Payer, body: dict[str, Any], code: str
) -> None:
    number = await payer.disputed(await window.issued())
    answer = await payer.answer(number, **body)
    assert (answer.status_code, answer.json()["type"]) == (422, f"urn:yimen:problem:{code}")
    assert (await window.get(f"/disputes/{number}"))["state"] == "open"


@SQLITE
@pytest.mark.rule("R55")
@pytest.mark.parametrize("person", [samples.FIRE_CLERK.id, OFFICER, "clerk-7"], ids=["opened", "verified", "filed"])
async def test_whoever_opened_verified_or_filed_does_not_answer(window: Window, payer: Payer, person: str) -> None:
    notice = await window.issued()
    headers = window.headers(id="clerk-7") | {"Idempotency-Key": "x"}
    path = f"/notices/{notice['notice_number']}/dispute"
    assert (await payer.client.post(path, json=REASONS, headers=headers)).status_code == 201
    assert (await payer.answer("YY2026000001", id=person, lists=["L1"])).status_code == 403
    await payer.upheld("YY2026000001", "L1")


@SQLITE
@pytest.mark.rule("R55")
async def test_unanswered_in_its_days_it_is_shown_as_late_and_stays_open(window: Window, payer: Payer) -> None:
    number = await payer.disputed(await window.issued())
    for moment, late in (("2026-09-14T15:59:59+00:00", False), ("2026-09-14T16:00:00+00:00", True)):
        window.clock.move_to(datetime.fromisoformat(moment))
        [shown] = (await window.get("/disputes?state=open"))["items"]
        assert (shown["number"], shown["late"]) == (number, late)
    assert (await window.get("/disputes?after=" + number))["items"] == []
    await payer.upheld(number, "L1")
    assert (await window.get("/disputes?state=open"))["items"] == []


@SQLITE
@pytest.mark.rule("R55")
async def test_a_case_that_ends_leaves_nothing_to_dispute(window: Window, payer: Payer) -> None:
    number = await payer.disputed(await window.issued())
    await window.intake(samples.withdrawn())
    assert (await window.get(f"/disputes/{number}"))["state"] == "lapsed"
    assert (await payer.answer(number, lists=["L1"], version=2)).status_code == 409
    await window.sound()


@pytest.mark.rule("R55")
async def test_of_two_answers_at_once_one_counts(window: Window, payer: Payer) -> None:
    number = await payer.disputed(await window.issued())
    answers = await asyncio.gather(
        payer.answer(number, lists=["L1"]), payer.answer(number, upheld=False, id="treasurer-2")
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert len(await window.harness.events(fees.NoticeDisputeAnswered)) == 1
    await window.sound()


@pytest.mark.rule("R55", "R53")
async def test_of_a_dispute_upheld_and_a_payment_at_once_the_money_is_never_lost(window: Window, payer: Payer) -> None:
    for n in range(4):
        notice = await window.issued(f"{CASE}-{n}", f"L{n}")
        number = await payer.disputed(notice)
        window.bank.pay(notice["payment_code"], "qr")
        answered, _told = await asyncio.gather(payer.answer(number, lists=[f"L{n}"]), window.bank.tell())
        assert answered.status_code == 200, answered.text
        now = (await window.notices(f"{CASE}-{n}"))[0]
        assert now["state"] in ("voided", "receipted")
        await window.sound()


@SQLITE
@pytest.mark.rule("R55", "R59")
async def test_upheld_after_payment_what_was_paid_for_the_wrong_lists_is_given_back(
    window: Window, payer: Payer
) -> None:
    notice = await two_lists(window)
    await window.pay(notice["payment_code"])
    number = await payer.disputed(notice)
    answered = await payer.upheld(number, "L1")
    assert answered["notice_state"] == "receipted"
    [asked] = await window.harness.events(fees.NoticeRefundRequested)
    assert (asked.cause, asked.amount, number in asked.reasons) == ("own_finding", 16000, True)
    assert {(await window.get(f"/lists/{name}"))["state"] for name in ("L1", "L2")} == {"settled"}
    assert await window.harness.events(fees.ListRejected) == []
    await window.sound()


@SQLITE
@pytest.mark.rule("R55", "R59")
async def test_what_is_on_its_way_back_already_is_not_asked_back_twice(window: Window, payer: Payer) -> None:
    notice = await window.issued()
    await window.pay(notice["payment_code"])
    number = await payer.disputed(notice)
    key = {"Idempotency-Key": "back"}
    body = {"lists": ["L1"], "reasons": "重复收费"}
    asked = await payer.client.post(f"/payments/{notice['payment_code']}/refund-request", json=body, headers=key)
    assert asked.status_code == 201, asked.text
    assert (await payer.upheld(number, "L1"))["state"] == "upheld"
    assert len(await window.harness.events(fees.NoticeRefundRequested)) == 1
    await window.sound()


@SQLITE
@pytest.mark.rule("R55")
async def test_paid_for_the_void_notice_the_money_waits_in_suspense(window: Window, payer: Payer) -> None:
    notice = await window.issued()
    number = await payer.disputed(notice)
    window.bank.pay(notice["payment_code"], "qr")
    await payer.upheld(number, "L1")
    await window.bank.tell()
    assert await window.reasons() == ["not_payable"]
    await window.sound()
