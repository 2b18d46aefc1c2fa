"""A contradiction of the bank's that moved no money, as far along as the step that is asked about needs it."""

from typing import Final

from services.fees.domain.payments import Reason
from services.fees.suspense import open_exception
from tests.support.rooms import Room
from yimen.web import Role

EXCEPTION: Final = "POST /exceptions/{exception_id}/"
PROPOSAL: Final = {"resolution": "noted", "note": "银行来函说明为重复通知"}


async def furnish(room: Room, label: str) -> None:
    async with room.harness.units.begin() as unit:
        await open_exception(unit, Reason.SERIAL_REUSED, amount=0, reference=f"S-{next(room.serial)}")
    officer = room.harness.as_(Role.FEE_OFFICER, id="officer-9", name="提议人")
    found = await room.harness.client.get("/exceptions?limit=200", headers=officer)
    number = room.ids["exception_id"] = found.json()["exceptions"][-1]["exception_id"]
    room.bodies |= {f"{EXCEPTION}proposal": PROPOSAL, f"{EXCEPTION}rejection": {"reason": "依据不足"}}
    if label in (f"{EXCEPTION}approval", f"{EXCEPTION}rejection"):
        version = {"If-Match": '"1"'}
        made = await room.harness.client.post(
            f"/exceptions/{number}/proposal", json=PROPOSAL, headers=officer | version
        )
        assert made.status_code == 200, made.text
