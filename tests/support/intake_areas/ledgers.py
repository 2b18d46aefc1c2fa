"""Announcements, and for the ledger of service an instant case that is decided."""

from uuid import uuid4

from tests.support.rooms import Room
from yimen.web import Role

CASE = "POST /cases/{case_number}/"
SERVICE = ("GET /ledgers/service", "GET /ledgers/service.csv")
BEFORE = {label: [f"{CASE}acceptance", f"{CASE}decision"] for label in SERVICE}
NOTICE = {"title": "国庆假期安排", "body": "十月一日至七日放假。"}


async def furnish(room: Room, label: str) -> None:
    made = await _post(room, "/announcements", NOTICE, Role.CENTRE_ADMIN)
    room.ids["announcement_id"] = made["announcement_id"]
    room.bodies["POST /announcements"] = NOTICE
    room.bodies["POST /announcements/{announcement_id}/withdrawal"] = {"reason": "日期有误"}
    if label in SERVICE:
        await _instant(room)


async def _instant(room: Room) -> None:
    """Another application like the room's own, for an item that its window decides on the spot."""
    client = room.harness.client
    items = (await client.get("/items")).json()
    code, room.department = next((item["code"], item["department"]) for item in items if item["kind"] == "instant")
    materials = (await client.get(f"/items/{code}")).json()["materials"]
    application = room.bodies["POST /applications"] | {
        "item_code": code,
        "materials": [{"code": one["code"], "copies": 1} for one in materials],
    }
    made = await _post(room, "/applications", application, Role.CITIZEN)
    room.ids |= {"item_code": code, "case_number": made["case_number"]}


async def _post(room: Room, path: str, body: object, role: Role) -> dict[str, str]:
    headers = room.rightful(role) | {"Idempotency-Key": str(uuid4())}
    answer = await room.harness.client.post(path, json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, str] = answer.json()
    return made
