"""Items as departments report them, and the people who report and decide, for tests."""

from typing import Any
from uuid import uuid4

import httpx

from services.intake.tests.hall import Hall
from yimen.web import Role

PLANNING = "114507210000001153"


def record(serial: int = 1, **changes: Any) -> dict[str, Any]:
    """A sound joint item of planning's."""
    sound = {
        "code": f"{PLANNING}4450{serial:09}",
        "name": "临时占地许可",
        "department": "planning",
        "organ": "自然资源和规划局",
        "kind": "joint",
        "statutory_days": 45,
        "statutory_text": "45个工作日",
        "promised_days": 10,
        "promised_text": "10个工作日",
        "materials": [
            {"code": "01", "name": "申请表", "originals": 1},
            {"code": "02", "name": "平面图", "originals": 1},
        ],
        "free": True,
        "stages": [
            {"name": "初审", "departments": ["fire", "environment"], "limit_days": 5, "silence_consents": True},
            {"name": "终审", "departments": ["planning"], "limit_days": 5},
        ],
        "disclosures": {
            "content": "审批",
            "basis": "法",
            "conditions": "条件",
            "procedure": "程序",
            "limit": "10个工作日",
            "fee": "不收费",
        },
        "quantity": "无数量限制",
        "legal_basis": "《中华人民共和国城乡规划法》第四十四条",
        "effective_from": "2026-09-01",
        "version": 1,
    }
    return sound | changes


class Office:
    """Who reports and who decides, on a hall."""

    def __init__(self, hall: Hall) -> None:
        self.hall, self.client = hall, hall.client
        as_ = hall.harness.as_
        self.chief = as_(Role.CHIEF_REPRESENTATIVE, departments=["planning"], id="chief", name="黄国栋")
        self.foreigner = as_(Role.CHIEF_REPRESENTATIVE, departments=["fire"], id="chief-fire")
        self.admin = as_(Role.CENTRE_ADMIN, id="admin", name="章有序")

    async def post(self, path: str, body: Any, by: dict[str, str], version: int | None = None) -> httpx.Response:
        headers = {"Idempotency-Key": str(uuid4())} | by
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return await self.client.post(path, json=body, headers=headers)

    async def report(self, item: dict[str, Any], by: dict[str, str] | None = None) -> httpx.Response:
        return await self.post("/item-reports", {"item": item}, by or self.chief)

    async def reported(self, item: dict[str, Any]) -> str:
        answer = await self.report(item)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["report_id"])

    async def decide(self, report_id: str, word: str, body: Any = None, version: int = 1) -> httpx.Response:
        return await self.post(f"/item-reports/{report_id}/{word}", body, self.admin, version)

    async def entered(self, item: dict[str, Any], effective_from: str | None = None) -> None:
        body = {"effective_from": effective_from} if effective_from else None
        answer = await self.decide(await self.reported(item), "entry", body)
        assert answer.status_code == 200, answer.text

    async def withdrawn(self, code: str, on: str) -> httpx.Response:
        return await self.post(f"/items/{code}/withdrawal", {"reason": "法律修订", "effective_on": on}, self.admin)


def faults_of(answer: httpx.Response, code: str = "item-faults") -> dict[str, str]:
    """Pointer to message."""
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == code
    return {error["pointer"]: error["message"] for error in answer.json()["errors"]}
