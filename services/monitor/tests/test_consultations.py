"""Consultations (S11): asked by anyone, answered within their days, shown without what tells who asked."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.monitor.tests.harness import supervisor
from services.monitor.tests.samples import at
from services.monitor.tests.voices import SAID, Voices
from yimen.contracts import monitor
from yimen.web import Role

QUESTION: dict[str, Any] = {
    "department": "planning",
    "question": "我叫覃小满，家住学前路8号，翻建要带什么？",
    "asker": "覃小满",
    "contact": "13977712345",
}
ANSWER = {"answer": "带身份证和不动产权证。", "shown_question": "自建房翻建要带什么材料？"}
CLERK: dict[str, Any] = {"departments": ["planning"], "id": "clerk-planning", "name": "陈思远"}


@pytest.fixture
async def voices(database_url: str) -> AsyncIterator[Voices]:
    async with supervisor(database_url, at(3, 2, 12)) as harness:
        yield Voices(harness)


async def ask(voices: Voices, **changes: Any) -> dict[str, Any]:
    headers = {"Idempotency-Key": str(uuid4())}
    made = await voices.client.post("/consultations", json=QUESTION | changes, headers=headers)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def answer(voices: Voices, number: str, body: dict[str, Any] = ANSWER, **who: Any) -> httpx.Response:
    headers = voices.harness.as_(Role.WINDOW_CLERK, **(CLERK | who)) | {"If-Match": '"1"'}
    return await voices.client.post(f"/consultations/{number}/answer", json=body, headers=headers)


async def test_a_question_is_answered_once_by_the_department_that_was_asked(voices: Voices) -> None:
    asked = await ask(voices)
    number = asked["consultation_number"]
    assert (number, asked["answer_by"]["on"]) == ("ZX20260000014", "2026-03-05")
    (waiting,) = (await voices.get("/consultations/queue", Role.WINDOW_CLERK, **CLERK))["items"]
    assert (waiting["number"], waiting["question"], waiting["late"]) == (number, QUESTION["question"], False)
    asking = f"/consultations/{number}"
    assert await voices.get(asking, Role.WINDOW_CLERK, **CLERK) == waiting
    stranger = voices.harness.as_(Role.WINDOW_CLERK, **(CLERK | {"departments": ["fire"]}))
    assert (await voices.client.get(asking, headers=stranger)).status_code == 403
    assert (await answer(voices, number, departments=["fire"])).status_code == 403
    assert (await answer(voices, number)).status_code == 200
    assert (await answer(voices, number)).status_code == 412
    path = f"/consultations/{number}/progress"
    headers = {"Query-Password": asked["query_password"]}
    shown = (await voices.client.get(path, headers=headers)).json()
    assert (shown["state"], shown["answer"]) == ("answered", ANSWER["answer"])
    assert (await voices.client.get(path, headers={"Query-Password": "AAAAAAAAAA"})).status_code == 404
    await voices.pause(days=60)
    assert await voices.harness.events(monitor.ConsultationOverdue) == []


async def test_not_answered_in_three_working_days_it_is_overdue_once(voices: Voices) -> None:
    await ask(voices)
    await voices.wait_until(at(3, 5, 23, 59))
    assert await voices.harness.events(monitor.ConsultationOverdue) == []
    await voices.wait_until(at(3, 6, 0))
    await voices.pause(days=60)
    (said,) = await voices.harness.events(monitor.ConsultationOverdue)
    assert (said.due.on, said.overdue_at, said.department) == (date(2026, 3, 5), at(3, 6, 0), "planning")
    (late,) = (await voices.get("/consultations/queue", Role.SUPERVISOR))["items"]
    assert late["late"]
    assert late["left"] < 0


async def test_everyone_reads_what_is_shown_and_not_who_asked(voices: Voices) -> None:
    shown, hidden = await ask(voices), await ask(voices, question="私事")
    await answer(voices, shown["consultation_number"])
    await answer(voices, hidden["consultation_number"], {"answer": "请来电。"})
    page = (await voices.client.get("/consultations?department=planning")).json()
    assert [(one["question"], one["answer"]) for one in page["items"]] == [(ANSWER["shown_question"], ANSWER["answer"])]
    said = str([event.to_body().decode() for event in await voices.harness.events()])
    assert not [word for word in ("覃小满", "13977712345", "学前路", "私事") if word in str(page) + said]
    assert [event.shown for event in await voices.harness.events(monitor.ConsultationAnswered)] == [True, False]


# -- the worklist -------------------------------------------------------------------------------------------------------


async def test_everybody_finds_what_waits_for_them_in_the_worklist(voices: Voices) -> None:
    async def waiting(role: Role, **who: Any) -> list[tuple[str, str | None]]:
        return [(one["kind"], one["due"]) for one in (await voices.get("/worklist", role, **who))["items"]]

    await ask(voices)
    await voices.accepted()
    await voices.file(topic="bribery")
    await voices.file(topic="bribery", person="廉清正")
    assert await waiting(Role.WINDOW_CLERK, **CLERK) == [("answer_consultation", "2026-03-05")]
    assert await waiting(Role.WINDOW_CLERK, **CLERK | {"departments": ["fire"]}) == []
    assert await waiting(Role.CENTRE_ADMIN, id="a") == [("answer_complaint", "2026-03-05")]
    assert await waiting(Role.DISCIPLINE_OFFICER, id="d") == [("accept_complaint", "2026-03-09")] * 2
    assert await waiting(Role.DISCIPLINE_OFFICER, id="d", name="廉清正") == [("accept_complaint", "2026-03-09")]
    assert await waiting(Role.SUPERVISOR, id="s") == []
    assert SAID["complainant"] not in str(await voices.get("/worklist", Role.CENTRE_ADMIN, id="a"))
