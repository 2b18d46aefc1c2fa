"""A township's station and a village's agent before a hall, for tests."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx

from services.intake.publishing import publish
from services.intake.tests.hall import ZHANG, Hall
from services.intake.tests.samples import item
from yimen.contracts.intake import Stage
from yimen.contracts.parts import Channel, Kind
from yimen.web import Role

EVERYWHERE = (Channel.WEB, Channel.WINDOW, Channel.TOWNSHIP, Channel.VILLAGE)
FELLING = item(
    Kind.COMMITTED,
    code="11450721MB15580811400010FELLING",
    name="采伐",
    channels=EVERYWHERE,
    free=True,
    fees=(),
    stages=(Stage(name="审查", departments=("planning",), limit_days=5),),
)
AT_STATIONS = item(
    Kind.COMMITTED,
    code="11450721MB15580811400010STATION",
    name="只限乡镇",
    channels=EVERYWHERE[:3],
    stages=FELLING.stages,
)


class Stations:
    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        as_ = hall.harness.as_
        self.agent = as_(Role.VILLAGE_AGENT, departments=["taiping-shanjiao"], id="agent-shanjiao", name="农热心")
        self.clerk = as_(Role.STATION_CLERK, departments=["taiping"], id="station-taiping", name="覃乐民")
        self.other_agent = as_(Role.VILLAGE_AGENT, departments=["taiping-heping"], id="agent-heping")
        self.other_clerk = as_(Role.STATION_CLERK, departments=["heping"], id="station-heping")

    async def entrust(self, by: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        """By the village's agent, unless the test says whom."""
        body = {
            "item_code": FELLING.code,
            "applicant": {"type": "person", "name": "张三", "id_number": ZHANG, "phone": "13800000000"},
            "mandate": "委托书2026-7",
            "materials": [{"code": "01", "copies": 1}, {"code": "02", "copies": 2}],
        }
        headers = {"Idempotency-Key": str(uuid4())} | (by or self.agent)
        return await self.hall.client.post("/agencies", json=body | more, headers=headers)

    async def entrusted(self, by: dict[str, str] | None = None, **more: Any) -> str:
        answer = await self.entrust(by, **more)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["agency_id"])

    async def agency(self, agency_id: str, by: dict[str, str] | None = None) -> dict[str, Any]:
        answer = await self.hall.client.get(f"/agencies/{agency_id}", headers=by or self.hall.supervisor)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    async def step(self, agency_id: str, step: str, body: Any = None, *, by: dict[str, str]) -> httpx.Response:
        """With the agency's present version."""
        version = (await self.agency(agency_id))["version"]
        headers = {"If-Match": f'"{version}"'} | by
        return await self.hall.client.post(f"/agencies/{agency_id}/{step}", json=body, headers=headers)

    async def forward(self, agency_id: str) -> httpx.Response:
        return await self.step(agency_id, "forwarding", by=self.agent)

    async def hand_in(self, agency_id: str) -> str:
        answer = await self.step(agency_id, "application", by=self.clerk)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["case_number"])

    async def record(self, agency_id: str, step: str) -> httpx.Response:
        return await self.step(agency_id, "steps", {"step": step}, by=self.clerk)

    def move_to(self, instant: datetime) -> None:
        self.hall.harness.clock.move_to(instant)


async def open_stations(hall: Hall) -> Stations:
    async with hall.harness.units.begin() as unit:
        await publish(unit, [FELLING, AT_STATIONS])
    return Stations(hall)
