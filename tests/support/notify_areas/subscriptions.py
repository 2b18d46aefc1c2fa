"""A department's subscription, and a message about a case of its."""

from uuid import uuid4

from services.notify.tests import samples
from tests.support.rooms import Room
from yimen.web import Role

PATH = "/subscriptions/{subscription_id}"


async def furnish(room: Room, _label: str) -> None:
    case = f"CASE-{next(room.serial)}-"
    told = (samples.submitted(case, room.department), samples.contact(case))
    await room.harness.deliver(*told, source="/intake")
    headers = room.rightful(Role.INTEGRATOR) | {"Idempotency-Key": str(uuid4())}
    body = room.bodies["POST /subscriptions"]
    made = await room.harness.client.post("/subscriptions", json=body, headers=headers)
    assert made.status_code == 201, made.text
    room.ids = {"subscription_id": made.json()["id"], "case_number": case}
    room.bodies |= {
        f"PATCH {PATH}": {"name": "消防业务系统", "entities": ["review"], "state": "paused"},
        f"POST {PATH}/key-rotations": {"hours": 24},
    }
