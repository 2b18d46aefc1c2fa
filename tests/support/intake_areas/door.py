"""A ban, a case accepted with a gap, a case returned, for the routes that ask for one."""

from typing import Any
from uuid import uuid4

from services.intake.publishing import publish
from services.intake.tests import samples
from services.intake.tests.door_samples import WITH_MINOR
from tests.support.rooms import Room
from yimen.contracts.intake import Stage
from yimen.contracts.parts import Kind
from yimen.web import Role

CASE = "POST /cases/{case_number}/"
DEFERRED, ASKED, FOUND = f"{CASE}deferred-materials", f"{CASE}re-examination", f"{CASE}re-examination/finding"
GAP = {"defer": [{"code": "02", "reason": "尚在制作"}, {"code": "04", "reason": "尚在拍摄"}], "commitment": True}
BAN = {
    "id_number": "91350100M000100Y43",
    "name": "某公司",
    "ground": "fraud",
    "found_on": "2026-01-05",
    "basis": "行政处罚决定书",
}


async def furnish(room: Room, label: str) -> None:
    headers = room.rightful(Role.SUPERVISOR) | {"Idempotency-Key": str(uuid4())}
    imposed = await room.harness.client.post("/bans", json=BAN, headers=headers)
    assert imposed.status_code == 201, imposed.text
    room.ids["ban_id"] = imposed.json()["ban_id"]
    request = {"notice_number": "退字〔2026〕1号", "reasons": "材料齐全"}
    room.bodies |= {
        "POST /bans": BAN,
        "POST /bans/{ban_id}/lifting": {"reason": "决定已经撤销"},
        DEFERRED: {"materials": [{"code": "02", "copies": 1}]},
        ASKED: request,
        FOUND: {"upheld": True, "reasons": "退件有据"},
    }
    if label == DEFERRED:
        await _accept_with_a_gap(room)
    if label in (ASKED, FOUND):
        papers = (await _step(room, "return", room.bodies[f"{CASE}return"], version=1))["documents"]
        request["notice_number"] = next(paper["number"] for paper in papers if paper["kind"] == "return")
    if label == FOUND:
        await _step(room, "re-examination", request, version=2)


async def _accept_with_a_gap(room: Room) -> None:
    stage = Stage(name="审查", departments=(room.department,), limit_days=5)
    changes = {"department": room.department, "materials": WITH_MINOR, "stages": (stage,)}
    item = samples.item(Kind.COMMITTED, code=f"minor-{room.department}", **changes)
    async with room.harness.units.begin() as unit:
        await publish(unit, [item])
    application = room.bodies["POST /applications"] | {
        "item_code": item.code,
        "materials": [{"code": "01", "copies": 1}],
        "as_is": True,
    }
    headers = room.rightful(Role.CITIZEN) | {"Idempotency-Key": str(uuid4())}
    made = await room.harness.client.post("/applications", json=application, headers=headers)
    assert made.status_code == 201, made.text
    room.ids["case_number"] = made.json()["case_number"]
    await _step(room, "acceptance", GAP, version=1)


async def _step(room: Room, step: str, body: Any, version: int) -> Any:
    headers = room.rightful(Role.WINDOW_CLERK) | {"If-Match": f'"{version}"'}
    answer = await room.harness.client.post(f"/cases/{room.ids['case_number']}/{step}", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()
