"""Citizens who speak, and those who hear them, in a test's hands."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from yimen.testing import Harness
from yimen.web import Role

NAME, PHONE, WORDS = "覃小满", "13977712345", "窗口人员让我跑了三趟还骂人"
SAID: dict[str, Any] = {
    "topic": "attitude",
    "content": WORDS,
    "department": "planning",
    "complainant": NAME,
    "contact": PHONE,
}
ACCEPTANCE: dict[str, Any] = {"complexity": "written", "department": "planning", "summary": "反映窗口服务态度"}
ANSWER: dict[str, Any] = {"upheld": True, "answer": "经查属实，已批评教育。"}
REVISIT: dict[str, Any] = {"reached": True, "satisfied": True, "note": "表示满意"}
OFFICE = {"attitude": Role.CENTRE_ADMIN, "bribery": Role.DISCIPLINE_OFFICER, "licensing": Role.SUPERVISOR}


class Voices:
    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        self.client = harness.client
        self.clock = harness.clock

    async def file(self, **said: Any) -> dict[str, Any]:
        answer = await self.try_to_file(**said)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def try_to_file(self, **said: Any) -> httpx.Response:
        body = {name: value for name, value in (SAID | said).items() if value is not None}
        return await self.client.post("/complaints", json=body, headers={"Idempotency-Key": str(uuid4())})

    async def act(
        self,
        number: str,
        step: str,
        body: dict[str, Any],
        role: Role = Role.CENTRE_ADMIN,
        *,
        status: int = 200,
        version: int | None = None,
        **who: Any,
    ) -> dict[str, Any]:
        """On the version that is there, unless another is named."""
        headers = self.harness.as_(role, **({"id": "officer", "name": "章有序"} | who))
        if version is None:
            version = (await self.rows("SELECT version FROM complaints WHERE number = :n", n=number))[0]["version"]
        headers |= {"If-Match": f'"{version}"'}
        answer = await self.client.post(f"/complaints/{number}/{step}", json=body, headers=headers)
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def get(self, path: str, role: Role, *, status: int = 200, **who: Any) -> Any:
        answer = await self.client.get(path, headers=self.harness.as_(role, **who))
        assert answer.status_code == status, answer.text
        return answer.json()

    async def progress(self, filed: dict[str, Any], *, status: int = 200, password: str | None = None) -> Any:
        headers = {"Query-Password": password or filed["query_password"]}
        answer = await self.client.get(f"/complaints/{filed['complaint_number']}/progress", headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def accepted(self, complexity: str = "written", **said: Any) -> dict[str, Any]:
        filed = await self.file(**said)
        role = OFFICE.get(said.get("topic", "attitude"), Role.CENTRE_ADMIN)
        await self.act(filed["complaint_number"], "acceptance", ACCEPTANCE | {"complexity": complexity}, role)
        return filed

    async def wait_until(self, instant: Any) -> None:
        self.clock.move_to(instant)
        await self.harness.fire_timers()

    async def pause(self, **length: int) -> None:
        await self.wait_until(self.clock.now() + timedelta(**length))

    async def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        from sqlalchemy import text

        async with self.harness.units.view() as view:
            return [dict(row._mapping) for row in await view.execute(text(query), values)]
