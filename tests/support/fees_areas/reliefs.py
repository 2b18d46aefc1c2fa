"""An application to pay less, as far along as the step that is asked about needs it; each earlier step by another person."""

from typing import Final
from uuid import uuid4

from tests.support.fees_areas.lists import issue
from tests.support.rooms import Room
from yimen.web import Role

BODY: Final = {"kind": "reduction", "share": 1000, "basis": "财综〔2020〕1号", "reasons": "小微企业"}
RELIEF: Final = "POST /reliefs/{relief_number}/"
STEPS: Final = (("review", Role.CHIEF_REPRESENTATIVE), ("approval", Role.TREASURER), ("grant", Role.GOVERNMENT_HEAD))


async def furnish(room: Room, label: str) -> None:
    """The room's limit is nought, so that every application comes before the government too."""
    room.bodies |= {
        "POST /payments/{payment_code}/relief-request": BODY,
        "POST /notices/{number}/reliefs": BODY,
        f"{RELIEF}refusal": {"reasons": "依据不足"},
    }
    if label and "relief_number" not in label and label != "GET /reliefs":
        return
    client, notice = room.harness.client, await issue(room, f"LESS{next(room.serial)}")
    path = f"/payments/{notice['payment_code']}/relief-request"
    made = await client.post(path, json=BODY, headers={"Idempotency-Key": str(uuid4())})
    assert made.status_code == 201, made.text
    number = room.ids["relief_number"] = made.json()["number"]
    for version, (step, role) in enumerate(_steps_before(room, label), start=1):
        headers = room.harness.as_(role, departments=["fire"], id=f"{step}-9", name="经办")
        done = await client.post(f"/reliefs/{number}/{step}", headers=headers | {"If-Match": f'"{version}"'})
        assert done.status_code == 200, done.text


def _steps_before(room: Room, label: str) -> tuple[tuple[str, Role], ...]:
    mine = {f"{RELIEF}{step}": step for step, _role in STEPS}
    mine[f"{RELIEF}refusal"] = next((step for step, role in STEPS if role == room.asker), "review")
    turn = [step for step, _role in STEPS].index(mine.get(label, "review"))
    return STEPS[:turn]
