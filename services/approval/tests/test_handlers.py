"""What the window does when others speak: repeated, crossed, or about what it does not know."""

import random

import pytest

from services.approval.app import build
from services.approval.settings import ApprovalSettings
from services.approval.tests import samples
from services.approval.tests.desk import CONSENT, ONE_SURVEY, Desk
from yimen.testing import start_service


async def test_materials_that_come_later_stand_beside_the_first_ones(asked: Desk):
    await asked.intake(samples.addition())
    assert [one["code"] for one in (await asked.read())["materials"]] == ["M1", "M2"]


@pytest.mark.rule("R41")
async def test_an_urging_is_shown_in_the_queue(asked: Desk):
    await asked.intake(samples.urging())
    assert (await asked.queue())["items"][0]["urged"] is True
    assert (await asked.read())["urgings"][0]["reason"] == "逾期未签收"


@pytest.mark.rule("R44")
async def test_deemed_consent_is_labelled_as_what_it_is(asked: Desk):
    await asked.done("receipt")
    await asked.intake(samples.deeming())
    review = await asked.read()
    assert (review["state_text"], review["days_left"]) == ("超时视为同意", None)
    assert (await asked.act("pause", {"kind": "hearing", "basis": "法", "planned_days": 1})).status_code == 409


async def test_a_cancelled_review_leaves_the_queue_and_takes_no_more_moves(asked: Desk):
    await asked.done("receipt")
    await asked.intake(samples.cancellation())
    assert (await asked.queue(state="open"))["items"] == []
    for answer in (await asked.act("decision", CONSENT), await asked.list_fees(ONE_SURVEY)):
        assert (answer.status_code, answer.json()["code"]) == (409, "review-cancelled")


async def test_repeated_and_shuffled_messages_have_their_effect_once(desk: Desk):
    story = [samples.requested(), samples.addition(), samples.urging(), samples.deeming()]
    messages = [desk.harness.message(event, "/intake") for event in story]
    stream = messages * 3
    random.Random(7).shuffle(stream)
    for message in stream:
        await desk.harness.process([message])
    review = await desk.read()
    assert (review["version"], len(review["materials"]), len(review["urgings"])) == (4, 2, 1)
    assert await desk.harness.parked() == []


@pytest.mark.parametrize("verified_first", [True, False])
async def test_fees_and_intake_may_speak_in_either_order(asked: Desk, verified_first: bool):
    await asked.done("receipt")
    await asked.list_fees(ONE_SURVEY)
    words = [asked.fees(samples.verification()), asked.intake(samples.cancellation())]
    for word in words if verified_first else reversed(words):
        await word
    review = await asked.read()
    assert (review["state"], review["fee_lists"][0]["standing"]) == ("cancelled", "verified")


@pytest.mark.parametrize(
    ("event", "source"),
    [(samples.urging(), "/intake"), (samples.verification("R9-1"), "/fees")],
    ids=["review", "list"],
)
async def test_a_word_about_what_was_never_here_is_parked_for_a_person_to_see(desk: Desk, event, source):
    await desk.harness.deliver(event, source=source)
    assert len(await desk.harness.parked()) == 1


async def test_a_comprehensive_window_is_named_and_bound_for_all_its_departments(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path / 'window.db'}"
    settings = ApprovalSettings(database_url=url, departments="culture, forestry", window="general")
    async with start_service(build, settings) as harness:
        assert harness.service.queue.name == "approval.general"
        assert harness.units.source == "/approval/general"
        assert harness.service.queue.bindings == (
            "intake.calendar.#",
            "intake.review.*.culture",
            "fees.list.*.culture",
            "intake.review.*.forestry",
            "fees.list.*.forestry",
        )


@pytest.mark.rule("R59")
async def test_a_list_that_was_given_back_shows_it_and_is_not_listed_again(asked: Desk):
    await asked.done("receipt")
    await asked.list_fees(ONE_SURVEY)
    await asked.fees(samples.verification(), samples.settlement(), samples.repayment())
    shown = (await asked.read())["fee_lists"][0]
    assert (shown["standing"], shown["standing_text"]) == ("refunded", "有退款")
    assert (await asked.list_fees(ONE_SURVEY)).json()["code"] == "fee-list-open"


@pytest.mark.rule("R55")
async def test_a_verified_list_found_wrong_in_a_dispute_is_listed_again_after_the_decision(asked: Desk):
    await asked.done("receipt")
    await asked.list_fees(ONE_SURVEY)
    await asked.fees(samples.verification())
    await asked.done("assignment", {"assignee": {"id": "officer", "name": "王科员"}})
    await asked.done("decision", CONSENT)
    await asked.fees(samples.rejection())
    shown = (await asked.read())["fee_lists"][0]
    assert (shown["standing"], shown["reason"]) == ("rejected", "数量与现场不符")
    again = await asked.list_fees(ONE_SURVEY)
    assert (again.status_code, again.json()["replaces"]) == (201, "R1-1")
