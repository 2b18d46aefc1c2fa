"""One case with its notice issued, another whose list waits for verification."""

from services.fees.tests import samples
from tests.support.rooms import Room
from yimen.web import Role


async def furnish(room: Room, _label: str) -> None:
    harness, number = room.harness, next(room.serial)
    issued, waiting = f"PAID{number}", f"OPEN{number}"
    if number == 1:
        await harness.deliver(samples.item(), source="/intake")
    await harness.deliver(samples.submitted(issued), samples.submitted(waiting), source="/intake")
    for case in (issued, waiting):
        await harness.deliver(samples.listed(f"L-{case}", case_number=case), source="/approval/fire")
    officer = harness.as_(Role.FEE_OFFICER, id="officer-0")
    seen = await harness.client.get(f"/lists/L-{issued}", headers=officer)
    version = {"If-Match": seen.headers["ETag"]}
    verified = await harness.client.post(f"/lists/L-{issued}/verification", headers=officer | version)
    assert verified.status_code == 200, verified.text
    await harness.deliver(samples.reviewed(f"L-{issued}", case_number=issued), source="/intake")
    (notice,) = (await harness.client.get(f"/cases/{issued}/notices", headers=officer)).json()["notices"]
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
