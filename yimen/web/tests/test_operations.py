"""The operator's hands over HTTP: what is shown, what is done, how it is refused, and that the act carries the caller."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.ledger import message
from tests.support.tiny import TinySettings, build
from yimen.bus import Message
from yimen.testing import Harness, start_service
from yimen.web import Role

WHY = {"reason": "目录已补"}


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[Harness]:
    """Case a: its first event is of a type that nobody knows, its second waits."""
    async with start_service(build, TinySettings(database_url=database_url)) as opened:
        unknown = message("a", 1, cloudEvents_type="intake.case.renamed.v9")
        await opened.process([unknown, message("a", 2)])
        yield opened


async def get(harness: Harness, path: str) -> Any:
    answer = await harness.client.get(f"/operations{path}", headers=harness.as_(Role.OPERATOR, id="yun"))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def post(harness: Harness, path: str, body: Any = WHY) -> httpx.Response:
    headers = harness.as_(Role.OPERATOR, id="yun")
    return await harness.client.post(f"/operations{path}", json=body, headers=headers)


async def test_a_parked_message_is_listed_and_shown_with_what_it_brought(harness: Harness) -> None:
    listed = await get(harness, "/parked")
    (line,) = listed["items"]
    assert listed["total"] == 1
    assert (line["kind"], line["type"], line["sequence"]) == ("unreadable", "intake.case.renamed.v9", 1)
    shown = await get(harness, f"/parked/{line['id']}")
    assert shown.items() >= line.items()
    assert (shown["waiting_behind"], shown["encoding"]) == (1, "utf-8")
    assert '"case_number":"a"' in shown["body"]
    assert (await get(harness, "/parked?kind=defect")) == {"total": 0, "items": []}
    assert (await get(harness, "/parked?subject=case/a&limit=1"))["total"] == 1


async def test_a_body_that_is_no_text_is_shown_in_base64(harness: Harness) -> None:
    await harness.process([Message("k", {}, b"\xff\xfe")])
    listed = await get(harness, "/parked")
    (odd,) = [line for line in listed["items"] if line["subject"] is None]
    shown = await get(harness, f"/parked/{odd['id']}")
    assert (shown["body"], shown["encoding"], shown["type"]) == ("//4=", "base64", None)


async def test_skip_is_done_once_and_kept_under_the_callers_name(harness: Harness) -> None:
    (line,) = (await get(harness, "/parked"))["items"]
    done = await post(harness, f"/parked/{line['id']}/skip")
    assert (done.status_code, done.json()["resolution"], done.json()["resolved_by"]) == (200, "skipped", "yun")
    assert await harness.service.inbox.retry_due() == 1
    assert (await get(harness, "/deferred"))["items"] == []
    again = await post(harness, f"/parked/{line['id']}/replay")
    assert (again.status_code, again.json()["code"]) == (409, "already-settled")
    assert again.json()["resolution"] == "skipped"
    (act,) = (await get(harness, "/acts"))["items"]
    assert (act["who"], act["why"], act["act"], act["target_id"]) == ("yun", "目录已补", "skip", line["id"])
    assert act["was"]["subject"] == "case/a"


async def test_discarding_what_a_subject_waits_for_is_refused_with_the_way_out(harness: Harness) -> None:
    (line,) = (await get(harness, "/parked"))["items"]
    refused = await post(harness, f"/parked/{line['id']}/discard")
    assert (refused.status_code, refused.json()["code"]) == (409, "subject-waits-for-it")
    assert "跳过" in refused.json()["detail"]
    assert (await get(harness, "/acts"))["items"] == []


async def test_a_message_that_still_cannot_be_read_answers_with_its_reason_and_stays(harness: Harness) -> None:
    await harness.process([message("x", 1, cloudEvents_time="yesterday")])
    (odd,) = [line for line in (await get(harness, "/parked"))["items"] if line["subject"] is None]
    tried = await post(harness, f"/parked/{odd['id']}/replay")
    assert (tried.status_code, tried.json()["resolution"]) == (200, None)
    assert "yesterday" in tried.json()["error"]
    assert (await post(harness, f"/parked/{odd['id']}/discard")).json()["resolution"] == "discarded"


async def test_subjects_that_wait_name_the_number_that_is_missing(harness: Harness) -> None:
    await harness.process([message("gap", 3)])
    held, gap = sorted((await get(harness, "/deferred"))["items"], key=lambda one: str(one["subject"]))
    assert (held["subject"], held["held"], held["missing"]) == ("case/a", True, None)
    assert (gap["subject"], gap["held"], gap["missing"], gap["waiting"]) == ("case/gap", False, 1, 1)


async def test_what_is_not_there_is_404_and_no_act(harness: Harness) -> None:
    for path, body in (
        *((f"/parked/{uuid4()}/{act}", WHY) for act in ("replay", "skip", "discard")),
        ("/jobs/retry", WHY | {"kind": "letter", "key": "none"}),
        ("/timers/retry", WHY | {"name": "ring", "key": "none"}),
    ):
        assert (await post(harness, path, body)).status_code == 404, path
    assert (await get(harness, "/acts"))["items"] == []


@pytest.mark.parametrize("reason", ["", "  ", "\u3000", "长" * 1001, None, 7])
async def test_nobody_acts_without_a_reason(harness: Harness, reason: Any) -> None:
    (line,) = (await get(harness, "/parked"))["items"]
    refused = await post(harness, f"/parked/{line['id']}/skip", {"reason": reason})
    assert refused.status_code == 422
    assert (await get(harness, "/acts"))["items"] == []


async def test_a_failed_job_and_a_parked_timer_run_again_when_retried(harness: Harness) -> None:
    async with harness.units.begin() as unit:
        common = {"run_at": unit.now, "payload": {}, "attempt": 9}
        job = {"kind": "letter", "key": "c/1", "created_at": unit.now, "state": "given_up"}
        await unit.execute(unit.table("outgoing").insert(), common | job)
        timer = {"name": "ring", "key": "c/1", "due_at": unit.now, "parked": True}
        await unit.execute(unit.table("timers").insert(), common | timer)
    assert await harness.run_senders() == await harness.fire_timers() == 0
    assert [one["state"] for one in (await get(harness, "/jobs"))["items"]] == ["given_up"]
    assert [one["key"] for one in (await get(harness, "/timers"))["items"]] == ["c/1"]
    assert (await post(harness, "/jobs/retry", WHY | {"kind": "letter", "key": "c/1"})).json() == {"state": "waiting"}
    assert (await post(harness, "/timers/retry", WHY | {"name": "ring", "key": "c/1"})).json() == {"state": "waiting"}
    assert await harness.run_senders() == await harness.fire_timers() == 1
    assert (await get(harness, "/jobs"))["items"] == (await get(harness, "/timers"))["items"] == []
    assert (await harness.client.get("/cases")).json() == {"c/1": ["rung", "sent"]}
    done = await post(harness, "/jobs/retry", WHY | {"kind": "letter", "key": "c/1"})
    assert (done.status_code, done.json()["code"]) == (409, "not-given-up")


async def test_acts_are_read_back_page_by_page(harness: Harness) -> None:
    for _ in range(3):
        await harness.process([Message("k", {}, b"")])
    for line in (await get(harness, "/parked?kind=unreadable"))["items"]:
        if line["subject"] is None:
            await post(harness, f"/parked/{line['id']}/discard")
    first = await get(harness, "/acts?limit=2")
    second = await get(harness, f"/acts?limit=2&before={first['next']}")
    ids = [act["id"] for act in first["items"] + second["items"]]
    assert len(ids) == 3
    assert ids == sorted(ids, reverse=True)
    assert second["next"] is None
