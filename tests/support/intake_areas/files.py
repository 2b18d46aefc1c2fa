"""Files and drafts: a link that opens the case's file, a draft of the owner's."""

from typing import Any
from uuid import uuid4

from services.intake.tests.papers import PDF
from tests.support.rooms import Room
from yimen.web import Role


async def upload(room: Room) -> str:
    """The owner's; the same every time."""
    made = await room.harness.client.post("/files", content=PDF, headers=room.rightful(Role.CITIZEN))
    assert made.status_code == 201, made.text
    return str(made.json()["file_id"])


async def furnish(room: Room, _label: str) -> None:
    client, owner = room.harness.client, room.rightful(Role.CITIZEN)
    application = room.bodies["POST /applications"]
    draft: dict[str, Any] = {"item_code": application["item_code"], "materials": application["materials"]}
    code = application["materials"][0]["code"]
    link = await client.post(f"/cases/{room.ids['case_number']}/materials/{code}/link", headers=owner)
    assert link.status_code == 200, link.text
    room.ids |= {
        "code": code,
        "token": link.json()["url"].removeprefix("files/"),
        "draft_id": await _draft(room, draft),
    }
    room.bodies |= {"POST /files": PDF, "POST /drafts": draft, "PUT /drafts/{draft_id}": draft}


async def _draft(room: Room, body: dict[str, Any]) -> str:
    """One that is there, since nobody may have many; else a new one."""
    client, owner = room.harness.client, room.rightful(Role.CITIZEN)
    known = (await client.get("/drafts", headers=owner)).json()
    if known:
        return str(known[0]["draft_id"])
    made = await client.post("/drafts", json=body, headers=owner | {"Idempotency-Key": str(uuid4())})
    assert made.status_code == 201, made.text
    return str(made.json()["draft_id"])
