"""Those who rate a case, and the department that answers for it, in a test's hands."""

from typing import Any
from uuid import uuid4

import httpx

from services.monitor.tests.samples import CLERK, NUMBER, accepted, at, closed, due, paper, submitted
from yimen import passwords
from yimen.contracts import Event, intake
from yimen.contracts.parts import DocumentKind, Kind
from yimen.testing import Harness
from yimen.web import Role

PASSWORD = "ABCDEFGHJK"
NAMED: dict[str, Any] = {"named": True, "rater": "韦春花", "contact": "13877700001"}
BAD: dict[str, Any] = NAMED | {"stars": 1, "aspects": {"attitude": 1}, "comment": "等了一上午没人理"}
GOOD: dict[str, Any] = {"stars": 5, "aspects": {"overall": 5, "skill": 4}}
ON_LINE: dict[str, Any] = {"stars": 5, "aspects": {"overall": 5, "platform": 4}}


def served(number: str = NUMBER) -> intake.CaseServed:
    return intake.CaseServed(
        case_number=number,
        document=paper(DocumentKind.SERVICE, 3, 20),
        way="自取",
        receiver="张三",
        served_by=CLERK,
        served_at=at(3, 20),
    )


def story(number: str = NUMBER, kind: Kind = Kind.JOINT) -> list[Event]:
    """Handed in and accepted on Monday 2 March, closed on Friday the 20th."""
    came = submitted(kind).model_copy(update={"case_number": number})
    began = accepted(promised=due(3, 30)).model_copy(update={"case_number": number, "kind": kind})
    return [came, began, served(number), closed(at(3, 20)).model_copy(update={"case_number": number})]


def credential(number: str = NUMBER) -> intake.CredentialRecorded:
    return intake.CredentialRecorded(
        case_number=number, password_hash=passwords.hashed(PASSWORD), recorded_at=at(3, 2, 9)
    )


class Raters:
    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        self.client = harness.client
        self.clock = harness.clock

    async def open(self, stage: str = "closing", department: str = "planning", number: str = NUMBER) -> httpx.Response:
        headers = self.harness.as_(Role.WINDOW_CLERK, departments=[department], id="clerk", name="李窗口")
        body = {"case_number": number, "stage": stage}
        headers |= {"Idempotency-Key": str(uuid4())}
        return await self.client.post("/ratings/tickets", json=body, headers=headers)

    async def at_window(self, body: dict[str, Any], stage: str = "closing") -> dict[str, Any]:
        opened = await self.open(stage)
        assert opened.status_code == 201, opened.text
        given = await self.client.put(f"/tablets/{opened.json()['ticket']}", json=body)
        assert given.status_code == 200, given.text
        found: dict[str, Any] = given.json()
        return found

    async def on_line(
        self, body: dict[str, Any], stage: str = "closing", password: str = PASSWORD, number: str = NUMBER
    ) -> httpx.Response:
        headers = {"Query-Password": password}
        return await self.client.put(f"/ratings/{number}/{stage}", json=body, headers=headers)

    async def act(
        self, rating_id: str, step: str, body: dict[str, Any], *, version: int = 1, department: str = "planning"
    ) -> httpx.Response:
        who = {"departments": [department], "id": "chief", "name": "王首席"}
        headers = self.harness.as_(Role.CHIEF_REPRESENTATIVE, **who)
        headers |= {"If-Match": f'"{version}"'}
        return await self.client.post(f"/ratings/{rating_id}/{step}", json=body, headers=headers)

    async def get(self, path: str, role: Role = Role.SUPERVISOR, **who: Any) -> Any:
        answer = await self.client.get(path, headers=self.harness.as_(role, **who))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def wait_until(self, instant: Any) -> None:
        self.clock.move_to(instant)
        await self.harness.fire_timers()
