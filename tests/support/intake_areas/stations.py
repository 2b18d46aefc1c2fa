"""A matter entrusted to a station, and a key project with one case."""

from typing import Any
from uuid import uuid4

from tests.support.rooms import Room
from yimen.web import Role

AGENCY = "POST /agencies/{agency_id}/"
READ_CASE = "GET /cases/{case_number}"
APPLICANT = {"type": "person", "name": "张三", "id_number": "11010519491231002X", "phone": "13800000000"}


async def furnish(room: Room, label: str) -> None:
    """In the township's hands, but in the village's where it is to be passed on, and served where it is to be delivered.
    The case of the room is the project's where the centre reads it."""
    await _project(room, label)
    await _agency(room, label)


async def _post(room: Room, path: str, body: Any, headers: dict[str, str]) -> dict[str, Any]:
    answer = await room.harness.client.post(path, json=body, headers=headers | {"Idempotency-Key": str(uuid4())})
    assert answer.status_code < 300, (path, answer.text)
    made: dict[str, Any] = answer.json()
    return made


async def _project(room: Room, label: str) -> None:
    room.bodies["POST /projects"] = body = {
        "name": "诚远建材生产线",
        "investor": APPLICANT,
        "agent": {"id": room.person, "name": "当事人"},
        "mandate": "全程代办委托书1号",
        "item_codes": [room.ids["item_code"]],
        "review_days": 3,
    }
    number = (await _post(room, "/projects", body, room.rightful(Role.CENTRE_ADMIN)))["project_number"]
    room.ids = {**room.ids, "project_number": number}
    if label == READ_CASE:
        application = room.bodies["POST /applications"] | {"project": number}
        made = await _post(room, "/applications", application, room.rightful(Role.CITIZEN))
        room.ids = {**room.ids, "case_number": made["case_number"]}


async def _agency(room: Room, label: str) -> None:
    client = room.harness.client
    items = [(await client.get(f"/items/{one['code']}")).json() for one in (await client.get("/items")).json()]
    item = next(
        item for item in items if {"village", "township"} <= set(item["channels"]) and item["kind"] == "committed"
    )
    room.bodies["POST /agencies"] = body = {
        "item_code": item["code"],
        "applicant": APPLICANT,
        "mandate": "委托书2026-7",
        "materials": [{"code": one["code"], "copies": 1} for one in item["materials"]],
    }
    room.bodies[f"{AGENCY}steps"] = {"step": "delivered", "note": "本人签收"}
    by = room.rightful(Role.VILLAGE_AGENT if label == f"{AGENCY}forwarding" else Role.STATION_CLERK)
    agency = (await _post(room, "/agencies", body, by))["agency_id"]
    room.ids = {**room.ids, "agency_id": agency}
    if label == f"{AGENCY}steps":
        made = await _post(room, f"/agencies/{agency}/application", None, by | {"If-Match": '"1"'})
        clerk = room.harness.as_(Role.WINDOW_CLERK, departments=[item["department"]], id="clerk-9")
        refusal = {"reasons": "不属于本机关职权"}
        await _post(room, f"/cases/{made['case_number']}/refusal", refusal, clerk | {"If-Match": '"1"'})
