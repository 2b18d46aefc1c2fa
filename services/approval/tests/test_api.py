"""The desk as officials use it: each move is kept, told, and answered with what now stands."""

import asyncio
from datetime import timedelta

import pytest

from services.approval.tests import samples
from services.approval.tests.desk import CHIEF, CONSENT, HEARING, OFFICER, ONE_SURVEY, REFUSAL, Desk
from yimen.contracts import approval
from yimen.contracts.parts import Kind, Opinion


async def test_a_request_of_intake_lies_on_the_desk_until_it_is_signed_for(asked: Desk):
    review = await asked.read()
    assert (review["state"], review["state_text"], review["version"]) == ("requested", "待签收", 1)
    assert review["due"] == {"on": "2026-03-11", "provisional": False}
    assert review["days_left"] == 7
    assert review["applicant"]["masked_id"] == "360***********0011"


@pytest.mark.rule("R41")
async def test_signing_tells_intake_who_and_when(asked: Desk):
    review = await asked.done("receipt", role=OFFICER)
    assert (review["state"], review["receipt"]["signed_by"]["name"]) == ("in_review", "王经办")
    [(meta, event)] = await asked.harness.emitted()
    assert (meta.source, meta.subject, meta.sequence, meta.scope) == ("/approval/fire", "review/R1", 1, "fire")
    assert meta.correlation_id == "CASE1"
    assert event.received_at == samples.MONDAY


async def test_a_joint_review_from_receipt_to_opinion(asked: Desk):
    await asked.done("receipt")
    assigned = await asked.done("assignment", {"assignee": {"id": "u7", "name": "周科员"}})
    assert (assigned["assignee"], assigned["assignee_id"]) == ("周科员", "u7")
    paused = await asked.done("pause", HEARING)
    assert (paused["state"], paused["due"], paused["paused_since"]) == ("paused", None, "2026-03-02T01:00:00Z")
    asked.harness.clock.advance(timedelta(days=2))
    resumed = await asked.done("resumption")
    assert (resumed["due"]["on"], resumed["days_left"]) == ("2026-03-13", 7)
    decided = await asked.done("decision", REFUSAL)
    assert (decided["state_text"], decided["days_left"], decided["notice"]) == ("已作出意见", None, None)
    assert [type(event) for event in await asked.harness.events()] == [
        approval.ReviewReceived,
        approval.ReviewAssigned,
        approval.ReviewPaused,
        approval.ReviewResumed,
        approval.ReviewDecided,
    ]
    [told] = await asked.harness.events(approval.ReviewDecided)
    assert (told.opinion, told.reasons, told.decided_by.name) == (Opinion.REFUSE, "疏散通道不足", "王经办")


@pytest.mark.rule("R48")
async def test_a_forwarded_item_goes_up_and_is_decided_after_the_answer(desk: Desk):
    await desk.intake(samples.requested(kind=Kind.FORWARDED, lead=True))
    await desk.done("receipt")
    await desk.done("forwarding", {"superior": "省民宗委", "opinion": "拟同意"})
    early = await desk.act("decision", CONSENT)
    assert (early.status_code, early.json()["code"]) == (409, "superior-answer-missing")
    await desk.done("superior-answer", {"superior": "省民宗委", "granted": True})
    assert (await desk.done("decision", CONSENT))["state"] == "decided"


@pytest.mark.rule("R42")
async def test_consent_but_forward_stays_in_the_queue_until_the_superior_answers(asked: Desk):
    await asked.done("receipt")
    review = await asked.done("decision", {"opinion": "consent_but_forward"})
    assert review["state_text"] == "同意但转报，待上级答复"
    await asked.done("forwarding", {"superior": "市支队"})
    assert len((await asked.queue(state="open"))["items"]) == 1
    await asked.done("superior-answer", {"superior": "市支队", "granted": False, "opinion": "不符合规划"})
    assert (await asked.queue(state="open"))["items"] == []


@pytest.mark.rule("R43")
async def test_a_refusal_without_basis_is_sent_back_to_the_screen(asked: Desk):
    await asked.done("receipt")
    answer = await asked.act("decision", REFUSAL | {"legal_basis": ""})
    assert (answer.status_code, answer.json()["code"]) == (422, "reasons-missing")
    assert await asked.harness.events(approval.ReviewDecided) == []


@pytest.mark.rule("R26")
@pytest.mark.parametrize("change", [{"kind": "vacation"}, {"planned_days": 0}, {"planned_days": None}, {"basis": ""}])
async def test_only_a_procedure_of_article_45_with_basis_and_plan_stops_the_clock(asked: Desk, change):
    await asked.done("receipt")
    assert (await asked.act("pause", HEARING | change)).status_code == 422
    assert (await asked.read())["state"] == "in_review"


@pytest.mark.rule("R44", "R49")
async def test_a_late_decision_is_kept_and_told_and_the_official_learns_that_it_changes_nothing(asked: Desk):
    await asked.done("receipt")
    await asked.intake(samples.deeming())
    review = await asked.done("decision", REFUSAL)
    assert "不改变办件结果" in review["notice"]
    assert len(await asked.harness.events(approval.ReviewDecided)) == 1


async def test_a_stale_version_is_412_with_the_current_one(asked: Desk):
    await asked.done("receipt")
    answer = await asked.act("decision", CONSENT, version=1)
    assert (answer.status_code, answer.json()["current_version"]) == (412, 2)
    assert await asked.harness.events(approval.ReviewDecided) == []


async def test_what_intake_tells_makes_the_version_that_was_read_stale(asked: Desk):
    version = (await asked.done("receipt"))["version"]
    await asked.intake(samples.addition())
    assert (await asked.act("decision", CONSENT, version=version)).status_code == 412


async def test_of_two_chiefs_deciding_at_once_one_wins(asked: Desk):
    version = (await asked.done("receipt"))["version"]
    answers = await asyncio.gather(
        asked.act("decision", CONSENT, version=version), asked.act("decision", REFUSAL, version=version)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    [told] = await asked.harness.events(approval.ReviewDecided)
    assert told.opinion.value == (await asked.read())["decision"]["opinion"]


async def test_a_refused_move_tells_nothing_and_keeps_the_version(asked: Desk):
    answer = await asked.act("decision", CONSENT)
    assert (answer.status_code, answer.json()["code"]) == (409, "not-received")
    assert (await asked.read())["version"] == 1
    assert await asked.harness.emitted() == []


@pytest.mark.rule("R50")
async def test_a_fee_list_is_created_once_per_key(asked: Desk):
    await asked.done("receipt")
    first, again = [await asked.list_fees(ONE_SURVEY, key="same") for _ in range(2)]
    assert (first.status_code, first.json()["list_id"]) == (201, "R1-1")
    assert (again.status_code, again.json()) == (201, first.json())
    [told] = await asked.harness.events(approval.ReviewFeeListed)
    assert (told.lines[0].code, told.lines[0].quantity) == ("SURVEY", 2)


@pytest.mark.rule("R50")
async def test_an_amount_cannot_be_typed_into_a_fee_list(asked: Desk):
    await asked.done("receipt")
    answer = await asked.list_fees({"lines": [{"code": "SURVEY", "quantity": 1, "amount": 1}]})
    assert answer.status_code == 422


@pytest.mark.rule("R13")
async def test_a_fee_that_was_not_offered_is_refused_with_the_ones_that_were(asked: Desk):
    await asked.done("receipt")
    answer = await asked.list_fees({"lines": [{"code": "GIFT", "quantity": 1}]})
    assert (answer.status_code, answer.json()["allowed"]) == (422, ["SURVEY", "COPY"])


@pytest.mark.rule("R50")
async def test_a_line_that_does_not_fit_its_standard_is_answered_by_field(desk: Desk):
    await desk.intake(samples.requested(fees=(samples.LAND,)))
    await desk.done("receipt")
    line = {"code": "LAND", "quantity": 1, "area": 12_345}
    answer = await desk.list_fees({"lines": [line]})
    assert (answer.status_code, answer.json()["code"]) == (422, "fee-line-unfit")
    assert [(one["pointer"], one["message"]) for one in answer.json()["errors"]] == [
        ("/lines/0/grade", "该标准分档收取，请填写档次grade，可选：light（轻度损毁）、heavy（重度损毁）。")
    ]
    answer = await desk.list_fees({"lines": [line | {"grade": "heavy"}]})
    assert (answer.status_code, answer.json()["lines"][0]["area"]) == (201, 12_345)
    shown = (await desk.queue())["items"][0]["fee_lists"][0]["lines"][0]
    assert (shown["area"], shown["grade"], shown["half_rate"]) == (12_345, "heavy", False)


async def test_a_rejected_list_is_replaced_and_its_standing_shown_in_words(asked: Desk):
    await asked.done("receipt")
    await asked.list_fees(ONE_SURVEY)
    assert (await asked.list_fees(ONE_SURVEY)).json()["code"] == "fee-list-open"
    await asked.fees(samples.rejection())
    answer = await asked.list_fees(ONE_SURVEY | {"replaces": "R1-1"})
    assert (answer.status_code, answer.json()["replaces"]) == (201, "R1-1")
    await asked.fees(samples.verification("R1-2"), samples.settlement("R1-2"))
    shown = (await asked.queue())["items"][0]["fee_lists"]
    assert [(one["list_id"], one["standing_text"], one["reason"]) for one in shown] == [
        ("R1-1", "已退回", "数量与现场不符"),
        ("R1-2", "已缴清", ""),
    ]


async def test_two_lists_at_once_leave_one(asked: Desk):
    await asked.done("receipt")
    answers = await asyncio.gather(asked.list_fees(ONE_SURVEY), asked.list_fees(ONE_SURVEY))
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_an_unknown_review_or_one_of_another_department_is_404(asked: Desk):
    both = asked.harness.as_(CHIEF, departments=("fire", "housing"))
    for url in (asked.url("R9"), asked.url("R1", department="housing")):
        assert (await asked.harness.client.get(url, headers=both)).status_code == 404
        answer = await asked.harness.client.post(f"{url}/receipt", headers=both | {"If-Match": '"1"'})
        assert answer.status_code == 404
