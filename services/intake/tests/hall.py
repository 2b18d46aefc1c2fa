"""A hall with intake in it, for tests: hand in, take steps, hear departments and the fee window."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx

from services.intake.domain.item import Item
from services.intake.tests.samples import JOINT
from yimen.contracts import Event, approval, fees
from yimen.contracts.parts import Opinion, PauseKind, Staff
from yimen.testing import Harness
from yimen.web import Role

LI = Staff(id="li", name="李主任")
ZHANG = "11010519491231002X"


class Hall:
    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        self.client = harness.client
        self.clerk = harness.as_(Role.WINDOW_CLERK, departments=["planning"], id="clerk", name="王窗口")
        self.stranger = harness.as_(Role.WINDOW_CLERK, departments=["fire"], id="clerk2")
        self.citizen = harness.as_(Role.CITIZEN, id="citizen-1", name="张三")
        self.neighbour = harness.as_(Role.CITIZEN, id="citizen-2")
        self.supervisor = harness.as_(Role.SUPERVISOR, id="boss")

    async def apply(
        self,
        item: Item = JOINT,
        *,
        codes: tuple[str, ...] = ("01", "02"),
        by: dict[str, str] | None = None,
        **more: Any,
    ) -> httpx.Response:
        body = {
            "item_code": item.code,
            "channel": "web",
            "applicant": {"type": "person", "name": "张三", "id_number": ZHANG, "phone": "13800000000"},
            "materials": [{"code": code, "copies": 2} for code in codes],
        }
        headers = {"Idempotency-Key": str(uuid4())} | (by or self.citizen)
        return await self.client.post("/applications", json=body | more, headers=headers)

    async def submitted(self, item: Item = JOINT, **more: Any) -> str:
        answer = await self.apply(item, **more)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["case_number"])

    async def accepted(self, item: Item = JOINT) -> str:
        number = await self.submitted(item)
        answer = await self.step(number, "acceptance")
        assert answer.status_code == 200, answer.text
        return number

    async def case(self, number: str, by: dict[str, str] | None = None) -> dict[str, Any]:
        answer = await self.client.get(f"/cases/{number}", headers=by or self.clerk)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    async def step(
        self, number: str, step: str, body: Any = None, *, by: dict[str, str] | None = None, version: int | None = None
    ) -> httpx.Response:
        """With the case's present version, unless the test says which."""
        if version is None:
            version = (await self.case(number, self.supervisor))["version"]
        headers = {"If-Match": f'"{version}"'} | (by or self.clerk)
        return await self.client.post(f"/cases/{number}/{step}", json=body, headers=headers)

    async def hear(self, *events: Event) -> None:
        for event in events:
            source = f"/approval/{event.scope}" if isinstance(event, approval.ReviewEvent) else "/fees"
            await self.harness.deliver(event, source=source)

    @property
    def now(self) -> datetime:
        return self.harness.clock.now()

    def said(
        self, number: str, department: str, word: type[approval.ReviewEvent], stage: int = 1, **fields: Any
    ) -> Any:
        names = {"review_id": f"{number}.{stage}.{department}", "department": department, "case_number": number}
        return word(**names, **fields)

    def received(self, number: str, department: str) -> Any:
        return self.said(number, department, approval.ReviewReceived, signed_by=LI, received_at=self.now)

    def decided(
        self, number: str, department: str, opinion: Opinion = Opinion.CONSENT, reasons: str = "", stage: int = 1
    ) -> Any:
        fields = {"opinion": opinion, "reasons": reasons, "decided_by": LI, "decided_at": self.now}
        return self.said(number, department, approval.ReviewDecided, stage, **fields)

    def paused(self, number: str, department: str) -> Any:
        fields = {"kind": PauseKind.HEARING, "basis": "第四十五条", "planned_days": 5, "paused_by": LI}
        return self.said(number, department, approval.ReviewPaused, paused_at=self.now, **fields)

    def resumed(self, number: str, department: str) -> Any:
        return self.said(number, department, approval.ReviewResumed, resumed_by=LI, resumed_at=self.now)

    def listed(self, number: str, department: str, list_id: str = "L1") -> Any:
        lines = ({"code": "F1", "quantity": 1},)
        fields = {"list_id": list_id, "lines": lines, "listed_by": LI, "listed_at": self.now}
        return self.said(number, department, approval.ReviewFeeListed, **fields)

    def cleared(self, number: str) -> fees.NoticeCleared:
        return fees.NoticeCleared(notice_number=f"N-{number}", case_number=number, amount=55000, cleared_at=self.now)
