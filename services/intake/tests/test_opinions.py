"""Papers of a review: departments' 意见函 beside their answers, the 联合审查意见书 with its own gapless number; and what
papers cite."""

import asyncio

import pytest

from services.intake.tests.hall import Hall
from services.intake.tests.samples import COMMITTED, JOINT, MONDAY
from yimen.contracts.intake import CaseRefused, CaseReviewed, ItemPublished
from yimen.contracts.parts import Paper
from yimen.worktime import local_date

DEPARTMENTS = JOINT.stages[0].departments
FIRE = Paper(kind="opinion", number="消防救援大队函字〔2026〕3号", dated=local_date(MONDAY))


async def reviewed(hall: Hall) -> str:
    number = await hall.accepted()
    await hall.hear(*(hall.decided(number, department) for department in DEPARTMENTS))
    return number


@pytest.mark.rule("R49", "R09")
async def test_a_joint_reviews_opinion_is_numbered_without_a_gap_and_stands_in_case_and_ledger(hall: Hall) -> None:
    first, second = await reviewed(hall), await reviewed(hall)
    told = [event.document for event in await hall.harness.events(CaseReviewed)]
    assert [(paper.kind, paper.number) for paper in told if paper] == [
        ("joint_opinion", "联审字〔2026〕1号"),
        ("joint_opinion", "联审字〔2026〕2号"),
    ]
    ledger = (await hall.client.get("/ledgers/acceptance", headers=hall.clerk)).json()["items"]
    lines = {line["case_number"]: line["documents"] for line in ledger}
    for number, paper in ((first, "联审字〔2026〕1号"), (second, "联审字〔2026〕2号")):
        for documents in ((await hall.case(number))["documents"], lines[number]):
            assert [one["number"] for one in documents if one["kind"] == "joint_opinion"] == [paper]


@pytest.mark.rule("R49")
async def test_reviews_that_end_at_the_same_moment_take_numbers_side_by_side(hall: Hall) -> None:
    numbers = [await hall.accepted() for _ in range(4)]
    await hall.hear(*(hall.decided(number, name) for number in numbers for name in DEPARTMENTS[1:]))
    await asyncio.gather(*(hall.hear(hall.decided(number, DEPARTMENTS[0])) for number in numbers))
    told = [event.document for event in await hall.harness.events(CaseReviewed)]
    assert sorted(paper.number for paper in told if paper) == [f"联审字〔2026〕{n}号" for n in (1, 2, 3, 4)]


async def test_what_one_department_reviewed_is_no_joint_opinion(hall: Hall) -> None:
    number = await hall.accepted(COMMITTED)
    await hall.hear(hall.decided(number, "planning"))
    (event,) = await hall.harness.events(CaseReviewed)
    assert event.document is None


@pytest.mark.rule("R42")
async def test_an_answer_is_shown_with_its_paper_or_without_one(hall: Hall) -> None:
    """A department's own system may answer without."""
    number = await hall.accepted()
    await hall.hear(hall.decided(number, "fire").model_copy(update={"document": FIRE}))
    await hall.hear(hall.decided(number, "environment"), hall.decided(number, "planning"))
    shown = await hall.case(number)
    papers = {review["department"]: review["answers"][0]["document"] for review in shown["reviews"]}
    assert papers == {"fire": FIRE.model_dump(mode="json"), "environment": None, "planning": None}
    assert shown["outcome"] == "granted"


async def test_an_item_is_told_with_its_basis_and_a_refusal_with_its_ground(hall: Hall) -> None:
    (item,) = [event for event in await hall.harness.events(ItemPublished) if event.item_code == JOINT.code]
    assert item.basis == JOINT.legal_basis
    number = await hall.submitted()
    body = {"ground": "another_organ", "reasons": "跨区", "competent_organ": "市公安局"}
    assert (await hall.step(number, "refusal", body)).status_code == 200
    (refused,) = await hall.harness.events(CaseRefused)
    assert refused.ground == "another_organ"
