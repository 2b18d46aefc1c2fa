"""Drafts: their writer's alone, kept for a time, used up by the case that comes of them."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select

from services.intake import queries
from services.intake.api.bodies import ApplicationBody
from services.intake.api.draft_body import DraftAgent, DraftApplicant, DraftBody, DraftMaterial
from services.intake.tables import drafts
from services.intake.tests.hall import Hall
from services.intake.tests.samples import JOINT
from yimen.contracts.intake import CaseSubmitted

HALF = {
    "item_code": JOINT.code,
    "applicant": {"name": "张", "phone": "138"},
    "materials": [{"code": "01", "copies": 0}],
}


async def begin(hall: Hall, body: Any = None, by: dict[str, str] | None = None) -> httpx.Response:
    headers = {"Idempotency-Key": str(uuid4())} | (by or hall.citizen)
    return await hall.client.post("/drafts", json=HALF if body is None else body, headers=headers)


async def begun(hall: Hall, body: Any = None, by: dict[str, str] | None = None) -> str:
    answer = await begin(hall, body, by)
    assert answer.status_code == 201, answer.text
    return f"/drafts/{answer.json()['draft_id']}"


def at(version: int, by: dict[str, str]) -> dict[str, str]:
    return by | {"If-Match": f'"{version}"'}


async def listed(hall: Hall, by: dict[str, str] | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await hall.client.get("/drafts", headers=by or hall.citizen)).json()
    return found


async def count(hall: Hall, table: str = "drafts") -> int:
    async with hall.harness.units.view() as view:
        return int((await view.execute(select(func.count()).select_from(view.table(table)))).scalar_one())


async def test_a_draft_is_given_back_as_it_was_written(hall: Hall) -> None:
    answer = await begin(hall)
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    path = f"/{answer.headers['Location']}"
    read = await hall.client.get(path, headers=hall.citizen)
    assert read.json() == answer.json()
    assert read.json()["application"] == HALF
    assert read.headers["ETag"] == '"1"'
    assert read.json()["kept_until"] == "2026-12-27T01:00:00Z"


@pytest.mark.parametrize("body", [{}, {"item_code": None}, {"applicant": {}}, {"materials": [{}]}, {"agent": {}}])
async def test_anything_may_be_missing(hall: Hall, body: dict[str, Any]) -> None:
    path = await begun(hall, body)
    assert (await hall.client.get(path, headers=hall.citizen)).json()["application"] == body


@pytest.mark.parametrize(
    "body",
    [
        {"item_code": "x" * 201},
        {"amount": 1},
        {"applicant": {"name": "\x00"}},
        {"materials": [{}] * 101},
        {"channel": "pigeon"},
        {"applicant": {"age": 7}},
    ],
)
async def test_its_size_and_its_fields_are_bounded(hall: Hall, body: dict[str, Any]) -> None:
    assert (await begin(hall, body)).status_code == 422


async def test_a_draft_has_room_for_all_that_an_application_has() -> None:
    whole = DraftBody.model_fields.keys() | {"draft_id"}
    assert whole >= ApplicationBody.model_fields.keys(), "DraftBody lacks a field of ApplicationBody"
    fields = {name: field.annotation for name, field in ApplicationBody.model_fields.items()}
    parts = [("applicant", DraftApplicant), ("agent", DraftAgent), ("materials", DraftMaterial)]
    for name, part in parts:
        (body,) = [one for one in _models(fields[name]) if one is not type(None)]
        assert part.model_fields.keys() >= body.model_fields.keys()


def _models(annotation: Any) -> list[Any]:
    inner = getattr(annotation, "__args__", ())
    return [one for each in inner for one in _models(each)] if inner else [annotation]


async def test_it_is_saved_as_a_whole_from_the_version_that_was_seen(hall: Hall) -> None:
    path = await begun(hall)
    hall.harness.clock.advance(timedelta(days=2))
    saved = await hall.client.put(path, json={"as_is": True}, headers=at(1, hall.citizen))
    assert (saved.status_code, saved.headers["ETag"]) == (200, '"2"')
    assert saved.json()["application"] == {"as_is": True}
    assert saved.json()["kept_until"] == "2026-12-29T01:00:00Z"
    stale = await hall.client.put(path, json={}, headers=at(1, hall.citizen))
    assert (stale.status_code, stale.headers["ETag"]) == (412, '"2"')
    assert (await hall.client.put(path, json={}, headers=hall.citizen)).status_code == 428
    assert (await hall.client.delete(path, headers=at(1, hall.citizen))).status_code == 412


async def test_a_deleted_draft_is_gone_with_its_timer(hall: Hall) -> None:
    path = await begun(hall)
    assert (await hall.client.delete(path, headers=at(1, hall.citizen))).status_code == 204
    assert (await hall.client.get(path, headers=hall.citizen)).status_code == 404
    assert await count(hall) == await count(hall, "timers") == 0


async def test_anothers_draft_is_as_unknown_as_none(hall: Hall) -> None:
    theirs = await begun(hall, by=hall.neighbour)
    for method, body in (("GET", None), ("PUT", {}), ("DELETE", None)):
        foreign = await hall.client.request(method, theirs, json=body, headers=at(1, hall.citizen))
        none = await hall.client.request(method, "/drafts/none", json=body, headers=at(1, hall.citizen))
        assert foreign.status_code == none.status_code == 404
        assert foreign.json() | {"instance": ""} == none.json() | {"instance": ""}
    assert await listed(hall) == []
    assert len(await listed(hall, hall.neighbour)) == 1


async def test_drafts_are_listed_the_latest_first(hall: Hall) -> None:
    paths = []
    for _ in range(3):
        paths.append(await begun(hall))
        hall.harness.clock.advance(timedelta(minutes=1))
    await hall.client.put(paths[0], json={}, headers=at(1, hall.citizen))
    assert [f"/drafts/{one['draft_id']}" for one in await listed(hall)] == [paths[0], paths[2], paths[1]]
    assert [one["item_code"] for one in await listed(hall)] == [None, JOINT.code, JOINT.code]


async def test_drafts_are_for_those_who_apply_themselves(hall: Hall) -> None:
    assert (await begin(hall, by=hall.clerk)).status_code == 403
    assert (await hall.client.post("/drafts", json={}, headers=hall.citizen)).status_code == 400, "without a key"


async def test_nobody_keeps_more_than_fifty(hall: Hall) -> None:
    paths = [await begun(hall, {}) for _ in range(48)]
    at_once = await asyncio.gather(*(begin(hall, {}) for _ in range(5)))
    assert sorted(answer.status_code for answer in at_once) == [201, 201, 409, 409, 409]
    full = await begin(hall, {})
    assert (full.status_code, full.json()["code"]) == (409, "drafts-full")
    assert (await begin(hall, {}, by=hall.neighbour)).status_code == 201
    await hall.client.delete(paths[7], headers=at(1, hall.citizen))
    assert (await begin(hall, {})).status_code == 201


async def test_the_draft_goes_in_the_transaction_in_which_the_case_begins(hall: Hall) -> None:
    draft_id = (await begun(hall)).removeprefix("/drafts/")
    refused = await hall.apply(codes=(), draft_id=draft_id)
    assert refused.json()["code"] == "materials-missing"
    assert len(await listed(hall)) == 1, "nothing came of it: the draft is still there"
    number = await hall.submitted(draft_id=draft_id)
    assert await listed(hall) == []
    again = await hall.apply(draft_id=draft_id)
    assert (again.status_code, again.json()["code"]) == (422, "draft-not-found")
    assert [event.case_number for event in await hall.harness.events(CaseSubmitted)] == [number]


async def test_nobody_uses_up_anothers_draft(hall: Hall) -> None:
    draft_id = (await begun(hall, by=hall.neighbour)).removeprefix("/drafts/")
    for by in (hall.citizen, hall.clerk):
        answer = await hall.apply(draft_id=draft_id, by=by)
        assert (answer.status_code, answer.json()["code"]) == (422, "draft-not-found")
    assert len(await listed(hall, hall.neighbour)) == 1


async def test_a_draft_is_kept_ninety_days_after_it_was_last_saved(hall: Hall) -> None:
    path = await begun(hall)
    hall.harness.clock.advance(timedelta(days=1))
    await hall.client.put(path, json=HALF, headers=at(1, hall.citizen))
    hall.harness.clock.advance(timedelta(days=90, microseconds=-1))
    assert await hall.harness.fire_timers() == 0
    assert (await hall.client.get(path, headers=hall.citizen)).status_code == 200
    hall.harness.clock.advance(timedelta(microseconds=1))
    assert (await hall.client.get(path, headers=hall.citizen)).status_code == 404, "before any timer ran"
    assert (await hall.apply(draft_id=path.removeprefix("/drafts/"))).status_code == 422
    assert await hall.harness.fire_timers() == 1
    assert await count(hall) == 0


async def test_a_timer_that_comes_for_what_is_gone_or_saved_anew_takes_nothing(hall: Hall) -> None:
    kept = (await begun(hall)).removeprefix("/drafts/")
    async with hall.harness.units.begin() as unit:
        for draft_id in (kept, "none"):
            await queries.drafts.forget(unit, draft_id)
        assert (await unit.execute(select(drafts.c.draft_id))).scalars().all() == [kept]
