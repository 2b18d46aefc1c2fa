"""Violations: who finds them, what is ordered back or made void, and what the standard itself finds."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.fees.tests import refunds as acts
from services.fees.tests import samples
from services.fees.tests.samples import DRAWING, SITE
from services.fees.tests.window import Window
from yimen.contracts import fees
from yimen.contracts.fees import RefundCause, ViolationKind
from yimen.web import Role

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def find(
    window: Window, notice: str, *list_ids: str, role: Role = Role.SUPERVISOR, **more: Any
) -> httpx.Response:
    headers = window.headers(role, "supervisor-1") | {"Idempotency-Key": str(uuid4())}
    body = {"lists": list_ids, "kind": "illegal_fee", "detail": "该项收费已经取消"} | more
    return await window.harness.client.post(f"/notices/{notice}/violations", json=body, headers=headers)


@pytest.mark.rule("R62")
async def test_what_was_paid_for_an_illegal_fee_is_ordered_back(window: Window) -> None:
    notice = await acts.paid_twice(window)
    answer = await find(window, notice, "L2")
    assert answer.status_code == 201, answer.text
    [shown] = answer.json()["violations"]
    assert (shown["department"], shown["refund_number"], shown["finder"]["id"]) == (
        *("housing", "TK2026000001"),
        "supervisor-1",
    )
    row = await acts.refund(window, "TK2026000001")
    assert (row.cause, row.state, row.amount, row.requested_by) == ("order", "verified", 87, "supervisor-1")
    assert (await window.get("/refunds/TK2026000001"))["approve_by"]["on"] == "2026-09-14"
    [event] = await window.harness.events(fees.ViolationFound)
    assert (event.violation_number, event.scope, event.kind) == ("WG2026000001", "housing", ViolationKind.ILLEGAL_FEE)
    assert (event.notice_number, event.refund_number) == (notice, "TK2026000001")
    await acts.decide(window, "TK2026000001", "approval", Role.TREASURER, acts.TREASURER)
    await window.harness.run_senders()
    await window.bank.tell()
    assert [one.amount for one in await window.harness.events(fees.ListRefunded)] == [87]
    await window.sound()


@pytest.mark.rule("R62")
async def test_each_list_is_a_violation_of_its_department_and_one_order_gives_all_back(window: Window) -> None:
    notice = await acts.paid_twice(window)
    await find(window, notice, "L1", "L2", kind="over_standard")
    told = [
        (one.list_id, one.department, one.refund_number) for one in await window.harness.events(fees.ViolationFound)
    ]
    assert told == [("L1", "fire", "TK2026000001"), ("L2", "housing", "TK2026000001")]
    [event] = await window.harness.events(fees.NoticeRefundRequested)
    assert (event.cause, event.amount, event.reasons) == (RefundCause.ORDER, 16087, "超标准收费：该项收费已经取消")


@pytest.mark.rule("R62")
async def test_what_is_given_back_already_is_a_violation_all_the_same(window: Window) -> None:
    notice = await acts.paid_twice(window)
    await acts.requested(window, notice, lists=["L2"])
    first, second = (await find(window, notice, "L1", "L2")).json()["violations"]
    assert (first["refund_number"], second["refund_number"]) == ("TK2026000002", None)
    assert (await acts.refund(window, "TK2026000002")).amount == 16000


@pytest.mark.rule("R62")
async def test_a_notice_that_is_not_paid_is_void(window: Window) -> None:
    notice = await window.issued()
    [shown] = (await find(window, notice["notice_number"], "L1")).json()["violations"]
    assert shown["refund_number"] is None
    [event] = await window.harness.events(fees.NoticeVoided)
    assert event.reason == "监察认定违法收费，通知书作废"
    await window.sound()


@pytest.mark.rule("R62", "R47")
async def test_what_was_lawful_on_a_void_notice_is_asked_for_by_another(window: Window) -> None:
    await window.intake(samples.item(), samples.submitted())
    await window.approval(samples.listed("L1"))
    await window.approval(samples.listed("L2", department="housing"), department="housing")
    await window.verify("L1")
    await window.verify("L2")
    await window.intake(samples.reviewed("L1", "L2"))
    [notice] = await window.notices()
    await find(window, notice["notice_number"], "L1")
    old, new = await window.notices()
    assert (old["state"], new["state"], new["amount"], new["replaces"]) == (
        "voided",
        "issued",
        16000,
        old["notice_number"],
    )
    assert (await window.get("/lists/L1"))["rejection"] == "not_owed"
    await window.sound()


async def test_only_the_supervisor_finds_what_is_wrong_with_a_notice_once_and_on_it(window: Window) -> None:
    notice = await acts.paid(window)
    for role in set(Role) - {Role.SUPERVISOR}:
        assert (await find(window, notice, "L1", role=role)).status_code == 403
    assert (await find(window, notice, "L9")).json()["code"] == "list-not-on-notice"
    assert (await find(window, "JK2026999999", "L1")).status_code == 404
    assert (await find(window, notice, "L1", kind="unlisted_item")).status_code == 422
    assert (await find(window, notice, "L1")).status_code == 201
    assert (await find(window, notice, "L1")).json()["code"] == "violation-known"
    assert (await find(window, notice, "L1", kind="over_standard")).status_code == 201


@pytest.mark.rule("R13")
@pytest.mark.parametrize("prices", [{}, {SITE: 29}])
async def test_a_fee_that_no_standard_allows_is_a_violation_by_itself(window: Window, prices: dict[str, int]) -> None:
    await window.intake(samples.item(prices=prices), samples.submitted())
    await window.approval(samples.listed("L1", (DRAWING, 2)))
    [event] = await window.harness.events(fees.ViolationFound)
    assert (event.kind, event.list_id, event.department) == (ViolationKind.UNLISTED_ITEM, "L1", "fire")
    assert (event.found_by, event.notice_number, event.refund_number) == (None, None, None)
    assert "不得收" in event.detail


@pytest.mark.rule("R13", "R62")
@pytest.mark.parametrize("kind", ["over_standard", "unlisted_item", None])
async def test_the_fee_window_may_say_that_the_list_it_sends_back_breaks_the_law(
    window: Window, kind: str | None
) -> None:
    await window.intake(samples.item(), samples.submitted())
    await window.approval(samples.listed())
    headers = window.headers() | {"If-Match": '"2"'}
    body = {"reason": "超出标准收取"} | ({"violation": kind} if kind else {})
    assert (await window.harness.client.post("/lists/L1/rejection", json=body, headers=headers)).status_code == 200
    found = [(one.kind, one.found_by.id, one.detail) for one in await window.harness.events(fees.ViolationFound)]
    assert found == ([(kind, "officer-1", "超出标准收取")] if kind else [])


@pytest.mark.rule("R62")
async def test_violations_are_read_page_by_page_and_by_department(window: Window) -> None:
    notice = await acts.paid_twice(window)
    for kind in ("illegal_fee", "over_standard"):
        await find(window, notice, "L1", "L2", kind=kind)
    for role in (Role.SUPERVISOR, Role.LEADER, Role.TREASURER, Role.FEE_OFFICER):
        first = await window.get("/violations?limit=3", role)
        rest = await window.get(f"/violations?limit=3&after={first['next']}", role)
        numbers = [one["violation_number"] for one in (*first["violations"], *rest["violations"])]
        assert numbers == [f"WG202600000{n}" for n in range(1, 5)]
        assert rest["next"] is None
    of_fire = await window.get("/violations?department=fire")
    assert [one["list_id"] for one in of_fire["violations"]] == ["L1", "L1"]
    clerk = window.harness.as_(Role.WINDOW_CLERK, departments=["fire"])
    assert (await window.harness.client.get("/violations", headers=clerk)).status_code == 403
