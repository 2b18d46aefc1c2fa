"""Refunds from the request to the treasury's approval: who may ask, who decides, what is held, and until when."""

from datetime import date, datetime, timedelta
from itertools import count

import pytest

from services.fees.tests import refunds as acts
from services.fees.tests import samples
from services.fees.tests.window import Window
from yimen.contracts import fees, intake
from yimen.contracts.fees import RefundCause
from yimen.contracts.parts import Due
from yimen.web import Role

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HOUSING = "36070020260907A0000099"


async def code_of(window: Window) -> str:
    notice = await window.notice()
    assert notice is not None
    return str(notice["payment_code"])


async def shown(window: Window, number: str) -> dict[str, object]:
    found: dict[str, object] = await window.get(f"/refunds/{number}")
    return found


# -- asking ---------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R59")
async def test_the_payer_asks_by_the_code_and_sees_what_comes_of_it(window: Window) -> None:
    await acts.paid(window)
    code = await code_of(window)
    answer = await acts.request(window, code.lower())
    assert answer.status_code == 201, answer.text
    assert answer.json()["amount"] == 16000
    [event] = await window.harness.events(fees.NoticeRefundRequested)
    assert (event.cause, event.reasons) == (RefundCause.REQUEST, "多缴了")
    number = answer.json()["refund_number"]
    await acts.decide(window, number, "refusal", Role.FEE_OFFICER, acts.OTHER, reasons="收费符合标准")
    payment = (await window.harness.client.get(f"/payments/{code}")).json()
    told = [(one["refund_number"], one["state"], one["refusal"]) for one in payment["refunds"]]
    assert told == [(number, "refused", "收费符合标准")]
    await window.sound()


@pytest.mark.rule("R59", "R50")
async def test_amounts_follow_from_the_lists_and_lines_that_are_named(window: Window) -> None:
    notice = await acts.paid_twice(window)
    lines = [{"list_id": "L2", "line": 1, "quantity": 2}]
    part = await shown(window, await acts.requested(window, notice, lines=lines))
    assert part["amount"] == 58
    assert part["shares"] == [
        {"list_id": "L2", "department": "housing", "amount": 58, "lines": [{"line": 1, "quantity": 2}]}
    ]
    assert (await acts.request(window, await code_of(window), lists=["L1"])).json()["amount"] == 16000
    rest = await shown(window, await acts.requested(window, notice))
    assert rest["amount"] == 29
    for refused in (await acts.ask(window, notice), await acts.ask(window, notice, lines=lines)):
        assert refused.status_code == 409, refused.text
    await window.sound()


@pytest.mark.rule("R50")
async def test_a_typed_amount_is_refused(window: Window) -> None:
    notice = await acts.paid(window)
    assert (await acts.ask(window, notice, amount=1)).status_code == 422
    lines = [{"list_id": "L1", "line": 1, "quantity": 1, "amount": 1}]
    assert (await acts.ask(window, notice, lines=lines)).status_code == 422
    assert (await acts.request(window, await code_of(window), amount=1)).status_code == 422


async def test_nothing_is_asked_back_of_a_notice_that_is_not_paid(window: Window) -> None:
    notice = await window.issued()
    assert (await acts.ask(window, notice["notice_number"])).json()["code"] == "notice-not-paid"
    assert (await acts.request(window, notice["payment_code"])).status_code == 409
    assert (await acts.ask(window, "JK2026999999")).status_code == 404


async def test_asking_again_with_the_same_key_asks_once(window: Window) -> None:
    await acts.paid(window)
    path, headers = f"/payments/{await code_of(window)}/refund-request", {"Idempotency-Key": "once"}
    first, again = [
        await window.harness.client.post(path, json={"reasons": "多缴了"}, headers=headers) for _ in range(2)
    ]
    assert first.json() == again.json()
    assert await window.rows("SELECT COUNT(*) FROM refunds") == [(1,)]


async def test_only_clerks_of_a_department_on_the_notice_ask_for_it(window: Window) -> None:
    notice = await acts.paid(window)
    assert (await acts.ask(window, notice, Role.WINDOW_CLERK, "clerk-2")).status_code == 201
    stranger = window.harness.as_(Role.WINDOW_CLERK, departments=["land"], id="clerk-9") | {"Idempotency-Key": "x"}
    body = {"cause": "request", "reasons": "重复收费"}
    answer = await window.harness.client.post(f"/notices/{notice}/refunds", json=body, headers=stranger)
    assert answer.status_code == 403
    del stranger["Idempotency-Key"]
    assert (await window.harness.client.get("/refunds/TK2026000001", headers=stranger)).status_code == 403
    own = window.harness.as_(Role.WINDOW_CLERK, departments=["fire"], id="clerk-2")
    assert (await window.harness.client.get("/refunds/TK2026000001", headers=own)).status_code == 200


@pytest.mark.rule("R59")
async def test_what_the_fee_window_found_is_verified_what_a_department_found_is_not(window: Window) -> None:
    notice = await acts.paid_twice(window)
    found = {"cause": "own_finding"}
    mine = (await acts.ask(window, notice, **found, lists=["L2"])).json()
    assert (mine["state"], mine["verify_by"], mine["approve_by"]["on"]) == ("verified", None, "2026-09-20")
    theirs = (await acts.ask(window, notice, Role.WINDOW_CLERK, "clerk-2", **found, lists=["L1"])).json()
    assert (theirs["state"], theirs["verify_by"]["on"], theirs["approve_by"]) == ("requested", "2026-09-14", None)


async def test_whoever_listed_the_fee_speaks_for_the_department(window: Window) -> None:
    notice = await acts.paid(window)
    found = await acts.ask(window, notice, Role.FEE_OFFICER, samples.FIRE_CLERK.id, cause="own_finding")
    assert found.json()["state"] == "requested"


# -- deciding -------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R59")
async def test_verified_by_the_fee_window_approved_by_the_treasury(window: Window) -> None:
    notice = await acts.paid(window)
    number = await acts.requested(window, notice)
    verified = await acts.decide(window, number, "verification", Role.FEE_OFFICER, acts.OTHER)
    assert (verified.json()["state"], verified.headers["ETag"]) == ("verified", '"2"')
    assert await window.balance("2242") == 0
    approved = await acts.decide(window, number, "approval", Role.TREASURER, acts.TREASURER)
    assert approved.json()["state"] == "approved"
    assert (await window.balance("2242"), await window.balance("2203")) == (-16000, 0)
    [event] = await window.harness.events(fees.NoticeRefundApproved)
    assert (event.approved_by.id, event.pay_by) == (acts.TREASURER, Due(on=date(2026, 9, 20)))
    await window.sound()


@pytest.mark.rule("R59")
async def test_what_is_refused_may_be_asked_for_again(window: Window) -> None:
    notice = await acts.paid(window)
    for turn, (role, person) in enumerate(((Role.FEE_OFFICER, acts.OTHER), (Role.TREASURER, acts.TREASURER))):
        number = await acts.requested(window, notice)
        assert (await acts.notice(window, notice)).refund_held == 16000
        if turn:
            await acts.decide(window, number, "verification", Role.FEE_OFFICER, acts.OTHER)
        answer = await acts.decide(window, number, "refusal", role, person, reasons="收费符合标准")
        assert (answer.json()["state"], answer.json()["refuser"]["id"]) == ("refused", person)
        assert (await acts.notice(window, notice)).refund_held == 0
    assert [event.reasons for event in await window.harness.events(fees.NoticeRefundRefused)] == ["收费符合标准"] * 2
    await window.sound()


async def test_it_is_refused_by_those_whose_turn_it_is(window: Window) -> None:
    notice = await acts.paid(window)
    number = await acts.requested(window, notice)
    early = await acts.decide(window, number, "refusal", Role.TREASURER, acts.TREASURER, reasons="不退")
    assert (early.status_code, early.json()["title"]) == (403, "现在由收费窗口人员办理")
    await acts.decide(window, number, "verification", Role.FEE_OFFICER, acts.OTHER)
    late = await acts.decide(window, number, "refusal", Role.FEE_OFFICER, acts.OTHER, reasons="不退")
    assert late.status_code == 403


@pytest.mark.rule("R62")
async def test_what_the_supervisor_ordered_is_not_refused(window: Window) -> None:
    notice = await acts.paid(window)
    number = await acts.find(window, notice, cause=RefundCause.ORDER)
    answer = await acts.decide(window, number, "refusal", Role.TREASURER, acts.TREASURER, reasons="不退")
    assert (answer.status_code, answer.json()["code"]) == (409, "refund-ordered")


async def test_a_step_that_is_not_awaited_or_was_seen_in_an_older_version_is_not_taken(window: Window) -> None:
    notice = await acts.paid(window)
    number = await acts.requested(window, notice)
    verify = (Role.FEE_OFFICER, acts.OTHER)
    assert (await acts.decide(window, number, "verification", *verify, version=9)).status_code == 412
    assert (await acts.decide(window, number, "sending", *verify)).status_code == 409
    assert (await acts.decide(window, number, "approval", Role.TREASURER, acts.TREASURER)).status_code == 409
    assert (await acts.decide(window, number, "verification", *verify)).status_code == 200
    assert (await acts.decide(window, number, "verification", *verify)).status_code == 409
    answer = await window.harness.client.get("/refunds/TK2026999999", headers=window.headers())
    assert answer.status_code == 404


# -- duties ---------------------------------------------------------------------------------------------------------------


async def joined(window: Window, notice: str, duties: str, person: str) -> int:
    """Does the first duty, then tries the second with the same person; its status."""
    first, second = duties.split("+")
    if first == "list":
        person = samples.FIRE_CLERK.id
    elif first == "check":
        person = "officer-1"  # verified the list
    number = await acts.requested(window, notice, id=person if first == "ask" else "officer-3")
    verifier = person if first == "verify" else acts.OTHER
    if second == "approve":
        await acts.decide(window, number, "verification", Role.FEE_OFFICER, verifier)
    how, role = {
        "verify": ("verification", Role.FEE_OFFICER),
        "approve": ("approval", Role.TREASURER),
    }[second]
    refused = await acts.decide(window, number, how, role, person)
    again = await acts.decide(window, number, "refusal", role, person, reasons="不退")
    assert refused.status_code == again.status_code, (refused.text, again.text)
    if refused.status_code == 403:
        assert "票款分离" in refused.json()["detail"]
    return refused.status_code


@pytest.mark.rule("R60")
@pytest.mark.parametrize(
    "duties", ["list+verify", "ask+verify", "list+approve", "check+approve", "ask+approve", "verify+approve"]
)
async def test_duties_that_must_be_apart_are_not_joined(window: Window, duties: str) -> None:
    assert await joined(window, await acts.paid(window), duties, "both-1") == 403
    await window.sound()


async def test_whoever_asked_for_one_refund_does_not_verify_another_of_the_notice(window: Window) -> None:
    notice = await acts.paid_twice(window)
    await acts.requested(window, notice, id="officer-3", lists=["L1"])
    other = await acts.requested(window, notice, id="officer-5", lists=["L2"])
    assert (await acts.decide(window, other, "verification", Role.FEE_OFFICER, "officer-3")).status_code == 403


async def test_the_database_itself_keeps_asker_verifier_and_approver_apart(window: Window) -> None:
    number = await acts.approved(window, await acts.paid(window))
    for joined in ("verified_by = requested_by", "approved_by = verified_by", "approved_by = requested_by"):
        with pytest.raises(Exception, match="apart"):
            async with window.harness.units.database.write() as conn:
                await conn.exec_driver_sql(f"UPDATE refunds SET {joined} WHERE number = '{number}'")


async def test_only_the_banks_transaction_makes_it_refunded(window: Window) -> None:
    number = await acts.approved(window, await acts.paid(window))
    with pytest.raises(Exception, match="given_back_by_the_bank_alone"):
        async with window.harness.units.database.write() as conn:
            await conn.exec_driver_sql(f"UPDATE refunds SET state = 'refunded' WHERE number = '{number}'")


# -- limits ---------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R59")
async def test_a_step_is_late_from_the_end_of_its_last_day_until_it_is_done(window: Window) -> None:
    number = await acts.requested(window, await acts.paid(window))
    assert (await shown(window, number))["verify_by"] == {"on": "2026-09-20", "provisional": False}
    window.clock.move_to(datetime.fromisoformat("2026-09-20T15:59:59+00:00"))
    await window.harness.fire_timers()
    assert (await shown(window, number))["late_since"] is None
    window.clock.advance(timedelta(days=1))
    await window.harness.fire_timers()
    assert (await shown(window, number))["late_since"] == "2026-09-20T16:00:00Z"
    await acts.decide(window, number, "verification", Role.FEE_OFFICER, acts.OTHER)
    found = await shown(window, number)
    assert (found["late_since"], found["approve_by"]) == (None, {"on": "2026-10-12", "provisional": False})
    window.clock.advance(timedelta(days=30))
    await window.harness.fire_timers()
    assert (await shown(window, number))["late_since"] == "2026-10-12T16:00:00Z"


@pytest.mark.rule("R59", "R35")
async def test_limits_move_with_the_yearly_plan(window: Window) -> None:
    number = await acts.requested(window, await acts.paid(window))
    window.clock.move_to(datetime.fromisoformat("2026-09-21T01:00:00+00:00"))
    await window.harness.fire_timers()
    assert (await shown(window, number))["late_since"] is not None
    off = (date(2026, 9, 16), date(2026, 9, 17))
    plan = intake.CalendarRevised(year=2026, version=2, days_off=off, worked_weekends=(), revised_at=samples.MONDAY)
    await window.intake(plan)
    found = await shown(window, number)
    assert (found["verify_by"], found["late_since"]) == ({"on": "2026-09-23", "provisional": False}, None)
    window.clock.move_to(datetime.fromisoformat("2026-09-23T16:00:00+00:00"))
    await window.harness.fire_timers()
    assert (await shown(window, number))["late_since"] == "2026-09-23T16:00:00Z"


@pytest.mark.rule("R59", "R35")
async def test_a_timer_that_rings_by_an_older_plan_looks_again(window: Window) -> None:
    number = await acts.requested(window, await acts.paid(window))
    async with window.harness.units.begin() as unit:
        early = samples.MONDAY + timedelta(days=1)
        await unit.execute(unit.table("timers").update().values(run_at=early, due_at=early))
    window.clock.advance(timedelta(days=2))
    assert await window.harness.fire_timers() >= 1
    assert (await shown(window, number))["late_since"] is None
    window.clock.advance(timedelta(days=20))
    await window.harness.fire_timers()
    assert (await shown(window, number))["late_since"] == "2026-09-20T16:00:00Z"


@pytest.mark.rule("R59")
async def test_the_late_ones_are_listed_first_page_by_page(window: Window) -> None:
    cases = [f"{HOUSING}-{n}" for n in range(5)]
    numbers = []
    for case, day in zip(cases, count(), strict=False):
        notice = await acts.paid(window, case_number=case)
        numbers.append(await acts.requested(window, notice))
        window.clock.advance(timedelta(days=1 + day))
    assert (await acts.decide(window, numbers[0], "refusal", Role.FEE_OFFICER, acts.OTHER, reasons="不退")).is_success
    window.clock.move_to(datetime.fromisoformat("2026-09-23T16:00:00+00:00"))
    await window.harness.fire_timers()
    wanted = [numbers[1], numbers[2], numbers[0], numbers[3], numbers[4]]
    pages, after = [], ""
    while True:
        page = await window.get(f"/refunds?limit=2{after}")
        pages.append([one["refund_number"] for one in page["refunds"]])
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert pages == [wanted[:2], wanted[2:4], wanted[4:]]
    assert [one["refund_number"] for one in (await window.get("/refunds?late=true"))["refunds"]] == wanted[:2]
    assert [one["refund_number"] for one in (await window.get("/refunds?state=refused"))["refunds"]] == [numbers[0]]
    assert (await window.harness.client.get("/refunds?after=x~y", headers=window.headers())).status_code == 422
