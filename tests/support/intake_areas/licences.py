"""A licence of the room's own citizen, from an instant item that was granted at the window."""

from uuid import uuid4

from tests.support.rooms import Room
from yimen.web import Role


async def furnish(room: Room, _label: str) -> None:
    client = room.harness.client
    items = (await client.get("/items")).json()
    item = next(item for item in items if item["kind"] == "instant")
    materials = (await client.get(f"/items/{item['code']}")).json()["materials"]
    application = room.bodies["POST /applications"] | {
        "item_code": item["code"],
        "materials": [{"code": one["code"], "copies": 1} for one in materials],
    }
    headers = room.rightful(Role.CITIZEN) | {"Idempotency-Key": str(uuid4())}
    made = await client.post("/applications", json=application, headers=headers)
    case = f"/cases/{made.json()['case_number']}"
    clerk = room.harness.as_(Role.WINDOW_CLERK, departments=[item["department"]], id="clerk-0", name="王窗口")
    await client.post(f"{case}/acceptance", headers=clerk | {"If-Match": '"1"'})
    decision = {"outcome": "granted", "reasons": "符合条件"}
    decided = await client.post(f"{case}/decision", json=decision, headers=clerk | {"If-Match": '"2"'})
    assert decided.status_code == 200, decided.text
    room.ids = {**room.ids, "licence_number": decided.json()["licence"]["number"]}
