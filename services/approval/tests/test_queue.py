"""The queue: what is due first comes first, page after page."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Select, text

from services.approval.domain.state import OPEN, Status
from services.approval.queries import reviews as stored
from services.approval.tables import reviews
from services.approval.tests import samples
from services.approval.tests.desk import HEARING, Desk
from yimen.contracts.parts import Office


async def fill(desk: Desk) -> None:
    """R2 and R3 are due on the same day, before R1; R4 is another department's."""
    await desk.intake(
        samples.requested(),
        samples.requested(review_id="R3", limit_days=3),
        samples.requested(review_id="R2", limit_days=3),
        samples.requested(review_id="R4", department="housing", limit_days=1),
    )


def ids(page) -> list[str]:
    return [item["review_id"] for item in page["items"]]


async def test_the_queue_is_ordered_by_due_date_and_shows_one_department_only(desk: Desk):
    await fill(desk)
    assert ids(await desk.queue()) == ["R2", "R3", "R1"]


async def test_pages_follow_one_another_without_gap_or_repetition(desk: Desk):
    await fill(desk)
    seen, after = [], {}
    for _ in range(3):
        page = await desk.queue(limit=1, **after)
        seen += ids(page)
        after = {"after": page["next"]}
    assert (seen, page["next"]) == (["R2", "R3", "R1"], None)


@pytest.mark.parametrize("after", ["yesterday", "2026-13-01~R1", "2026-03-01~R 1", ""])
async def test_a_made_up_place_is_422(desk: Desk, after: str):
    answer = await desk.harness.client.get(desk.url(), params={"after": after}, headers=desk.headers())
    assert answer.status_code == 422


async def test_the_queue_can_be_narrowed_by_state_and_case(desk: Desk):
    await fill(desk)
    await desk.intake(samples.requested(review_id="R5", case_number="CASE2"), samples.cancellation(review_id="R3"))
    await desk.done("receipt", review_id="R2")
    assert ids(await desk.queue(state="in_review")) == ["R2"]
    assert ids(await desk.queue(state="cancelled")) == ["R3"]
    assert ids(await desk.queue(state="open")) == ["R2", "R1", "R5"]
    assert ids(await desk.queue(case_number="CASE2")) == ["R5"]


@pytest.mark.rule("R26")
async def test_a_paused_review_keeps_its_place_and_moves_back_when_it_is_resumed(desk: Desk):
    await fill(desk)
    await desk.done("receipt", review_id="R2")
    await desk.done("pause", HEARING, review_id="R2")
    assert ids(await desk.queue()) == ["R2", "R3", "R1"]
    desk.harness.clock.advance(timedelta(days=14))
    await desk.done("resumption", review_id="R2")
    page = await desk.queue()
    assert ids(page) == ["R3", "R1", "R2"]
    assert [item["days_left"] for item in page["items"]] == [-7, -3, 3]


def finished(number: int) -> dict[str, object]:
    """A row of the archive, as far as an index sees it."""
    empty = {name: [] for name in ("additions", "urgings", "procedures")}
    return {
        "review_id": f"OLD{number}",
        "department": "fire",
        "case_number": f"CASE{number}",
        "status": Status.DECIDED,
        "is_open": False,
        "awaited_office": None,
        "due_on": date(2020, 1, 1) + timedelta(days=number % 2000),
        "version": 1,
        "request": {},
        **empty,
    }


LISTS = {
    "officers, chief, head of the organ, supervisor: what is open": (
        lambda after: stored.in_order("fire", statuses=OPEN, after=after, limit=50),
        "ix_reviews_queue",
    ),
    "the same: one state of what is open": (
        lambda after: stored.in_order("fire", statuses=frozenset({Status.PAUSED}), after=after, limit=50),
        "ix_reviews_queue",
    ),
    "the same: everything": (lambda after: stored.in_order("fire", after=after, limit=50), "ix_reviews_all"),
    "the head of the organ: requests for more time": (
        lambda after: stored.awaiting("fire", *Office, after=after, limit=50),
        "ix_reviews_awaited",
    ),
    "the head of the government: requests for more time": (
        lambda after: stored.awaiting("fire", Office.GOVERNMENT_HEAD, after=after, limit=50),
        "ix_reviews_awaited",
    ),
}


@pytest.mark.parametrize("after", [None, stored.Place(date(2021, 3, 1), "R1")], ids=["first page", "next page"])
@pytest.mark.parametrize(("choose", "index"), LISTS.values(), ids=LISTS)
async def test_every_list_is_read_by_its_index_without_sorting(desk: Desk, choose, index: str, after):
    """Past all that is finished, and from where the last page ended."""
    await fill(desk)
    plan = await explained(desk, choose(after))
    assert index in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
    assert "Seq Scan" not in plan


async def explained(desk: Desk, chosen: Select[Any]) -> str:
    sqlite = desk.harness.service.database.is_sqlite
    async with desk.harness.units.begin() as unit:
        await unit.execute(reviews.insert(), [finished(number) for number in range(3000)])
        await unit.execute(text("ANALYZE"))
        if not sqlite:
            await unit.execute(text("SET LOCAL enable_seqscan = off"))
        statement = chosen.compile(dialect=unit.conn.dialect, compile_kwargs={"literal_binds": True})
        rows = await unit.execute(text(f"EXPLAIN {'QUERY PLAN' if sqlite else ''} {statement}"))
        return " ".join(str(row) for row in rows)
