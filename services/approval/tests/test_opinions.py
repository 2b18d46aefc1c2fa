"""意见函: each answer of a department goes out on a paper of its own, numbered in the transaction that decides."""

from datetime import UTC, datetime

import pytest

from services.approval.tests import samples
from services.approval.tests.desk import CONSENT, REFUSAL, Desk
from yimen.contracts import approval


async def asked(desk: Desk, *review_ids: str) -> None:
    for review_id in review_ids:
        await desk.intake(samples.requested(review_id=review_id, case_number=f"C-{review_id}"))
        await desk.done("receipt", review_id=review_id)


@pytest.mark.rule("R42", "R09")
async def test_answers_are_numbered_without_a_gap_and_a_refused_one_takes_no_number(desk: Desk):
    await asked(desk, "R1", "R2")
    assert (await desk.act("decision", REFUSAL | {"reasons": " "})).status_code == 422
    first = await desk.done("decision", CONSENT)
    assert (await desk.act("decision", CONSENT, version=1, review_id="R2")).status_code == 412
    await desk.done("decision", REFUSAL, review_id="R2")
    numbers = ["消防救援大队函字〔2026〕1号", "消防救援大队函字〔2026〕2号"]
    assert first["decision"]["document"] == {"kind": "opinion", "number": numbers[0], "dated": "2026-03-02"}
    assert [event.document.number for event in await desk.harness.events(approval.ReviewDecided)] == numbers


@pytest.mark.rule("R42")
async def test_an_answer_after_new_year_in_shanghai_begins_the_years_numbers(desk: Desk):
    await asked(desk, "R1", "R2")
    await desk.done("decision", CONSENT)
    desk.harness.clock.move_to(datetime(2026, 12, 31, 16, tzinfo=UTC))
    later = await desk.done("decision", CONSENT, review_id="R2")
    assert later["decision"]["document"]["number"] == "消防救援大队函字〔2027〕1号"


@pytest.mark.rule("R44", "R49")
async def test_a_late_answer_that_changes_nothing_is_a_numbered_paper_all_the_same(desk: Desk):
    await asked(desk, "R1")
    await desk.intake(samples.deeming(case_number="C-R1"))
    late = await desk.done("decision", CONSENT)
    assert late["notice"]
    assert late["decision"]["document"]["number"] == "消防救援大队函字〔2026〕1号"


async def test_an_answer_that_was_kept_before_opinions_were_numbered_is_still_read():
    stored = samples.decided(samples.received()).model_dump(mode="json")
    del stored["decision"]["document"]
    assert type(samples.opened()).from_stored(stored).decision.document is None
