"""One case with its notice issued, another whose list waits for verification."""

from typing import Any

from services.fees.tests import samples
from tests.support.rooms import Room
from yimen.web import Role


async def furnish(room: Room, _label: str) -> None:
    harness, number = room.harness, next(room.serial)
    issued, waiting = f"PAID{number}", f"OPEN{number}"
    if number == 1:
        await harness.deliver(samples.item(), source="/intake")
    notice = await issue(room, issued)
    await _list(room, waiting)
    room.ids = {
        "list_id": f"L-{waiting}",
        "number": notice["notice_number"],
        "case_number": issued,
        "payment_code": notice["payment_code"],
    }
    room.bodies = {
        "POST /lists/{list_id}/rejection": {"reason": "数量与现场不符"},
        "POST /bank/messages": {"not": "the bank's"},
    }


async def issue(room: Room, case: str) -> dict[str, Any]:
    """The notice of that new case, issued."""
    harness, officer = room.harness, room.harness.as_(Role.FEE_OFFICER, id="officer-0")
    await _list(room, case)
    seen = await harness.client.get(f"/lists/L-{case}", headers=officer)
    version = {"If-Match": seen.headers["ETag"]}
    verified = await harness.client.post(f"/lists/L-{case}/verification", headers=officer | version)
    assert verified.status_code == 200, verified.text
    await harness.deliver(samples.reviewed(f"L-{case}", case_number=case), source="/intake")
    (notice,) = (await harness.client.get(f"/cases/{case}/notices", headers=officer)).json()["notices"]
    found: dict[str, Any] = notice
    return found


async def _list(room: Room, case: str) -> None:
    await room.harness.deliver(samples.submitted(case), source="/intake")
    await room.harness.deliver(samples.listed(f"L-{case}", case_number=case), source="/approval/fire")
