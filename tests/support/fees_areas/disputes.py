"""A notice that its payer disputes, on a case of its own; none where the dispute is what is asked for."""

from typing import Final
from uuid import uuid4

from tests.support.fees_areas.lists import issue
from tests.support.rooms import Room

REASONS: Final = {"reasons": "数量与实际不符"}
ANSWER: Final = "POST /disputes/{dispute_number}/answer"


async def furnish(room: Room, label: str) -> None:
    room.bodies |= {
        "POST /payments/{payment_code}/dispute": REASONS,
        "POST /notices/{number}/dispute": REASONS,
        ANSWER: {"upheld": False, "answer": "核定无误"},
    }
    if label and "dispute_number" not in label and label != "GET /disputes":
        return
    case = f"DISPUTED{next(room.serial)}"
    notice = await issue(room, case)
    path, key = f"/payments/{notice['payment_code']}/dispute", {"Idempotency-Key": str(uuid4())}
    filed = await room.harness.client.post(path, json=REASONS, headers=key)
    assert filed.status_code == 201, filed.text
    room.ids["dispute_number"] = filed.json()["dispute_number"]
