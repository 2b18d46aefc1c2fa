"""How a test sits at the window: it signs in as an official, and says which version it has read."""

from typing import Any

import httpx

from yimen.contracts import Event
from yimen.testing import Harness
from yimen.web import Role

OFFICER = Role.SECTION_OFFICER
CHIEF = Role.CHIEF_REPRESENTATIVE

CONSENT = {"opinion": "consent"}
REFUSAL = {"opinion": "refuse", "reasons": "疏散通道不足", "legal_basis": "消防法第十五条"}
HEARING = {"kind": "hearing", "basis": "许可法第四十五条", "planned_days": 10}
ONE_SURVEY = {"lines": [{"code": "SURVEY", "quantity": 2}]}


class Desk:
    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        self.keys = 0

    def url(self, *parts: str, department: str = "fire") -> str:
        return "/".join([f"/departments/{department}/reviews", *parts])

    def headers(self, role: Role = OFFICER, departments: tuple[str, ...] = ("fire",), id: str = "u1") -> dict[str, str]:
        return self.harness.as_(role, departments=departments, id=id, name="王经办")

    async def intake(self, *events: Event) -> None:
        await self.harness.deliver(*events, source="/intake")

    async def fees(self, *events: Event) -> None:
        await self.harness.deliver(*events, source="/fees")

    async def read(self, review_id: str = "R1", **more: Any) -> dict[str, Any]:
        answer = await self.harness.client.get(self.url(review_id, **more), headers=self.headers())
        assert answer.status_code == 200, answer.text
        assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'
        return answer.json()

    async def queue(self, **query: Any) -> dict[str, Any]:
        answer = await self.harness.client.get(self.url(), params=query, headers=self.headers())
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def act(
        self, move: str, body: Any = None, *, version: int | None = None, role: Role = CHIEF, review_id: str = "R1"
    ) -> httpx.Response:
        """The move, on the version that now stands unless another is given."""
        seen = (await self.read(review_id))["version"] if version is None else version
        headers = self.headers(role) | {"If-Match": f'"{seen}"'}
        return await self.harness.client.post(self.url(review_id, move), json=body, headers=headers)

    async def done(self, move: str, body: Any = None, **more: Any) -> dict[str, Any]:
        answer = await self.act(move, body, **more)
        assert answer.status_code == 200, answer.text
        assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'
        return answer.json()

    async def list_fees(self, body: Any, key: str | None = None) -> httpx.Response:
        self.keys += 1
        headers = self.headers() | {"Idempotency-Key": key or f"key-{self.keys}"}
        return await self.harness.client.post(self.url("R1", "fee-list"), json=body, headers=headers)
