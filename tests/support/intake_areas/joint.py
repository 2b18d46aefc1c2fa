"""A joint case under review to which a meeting was called; for what the lead alone decides, one that waits for its word."""

from datetime import timedelta
from uuid import uuid4

from services.intake.publishing import publish
from services.intake.tests.samples import LED
from tests.support.rooms import Room
from yimen.contracts import approval
from yimen.contracts.parts import Opinion, Staff
from yimen.web import Role

CASE = "POST /cases/{case_number}/"
ACCEPTANCE, MEETINGS, LEAD = f"{CASE}acceptance", f"{CASE}meetings", f"{CASE}lead-decision"
MINUTES, URGING = f"{CASE}meetings/{{meeting_id}}/minutes", f"{CASE}reviews/{{review_id}}/urging"
TWO = [{"id": "a", "name": "甲"}, {"id": "b", "name": "乙"}]


async def furnish(room: Room, label: str) -> None:
    """Only for these routes: the room's first case, of no label, stays as it was handed in."""
    meets_at = room.harness.clock.now() + timedelta(hours=1)
    bodies = {
        MEETINGS: {"occasion": "site_visit", "place": "人民路1号", "meets_at": meets_at.isoformat()},
        MINUTES: {"present": [room.department], "minutes": "一致同意", "officials": TWO},
        URGING: {"reason": "请尽快答复"},
        LEAD: {"outcome": "granted", "reasons": "已整改到位", "legal_basis": "规划法第四十条"},
    }
    room.bodies = {**room.bodies, **bodies}
    if label == LEAD:
        await _hand_in(room)
    number = room.ids["case_number"]
    room.ids = {**room.ids, "review_id": f"{number}.1.{room.department}", "meeting_id": f"{number}.m1"}
    if label in (MEETINGS, MINUTES, URGING, LEAD):
        await _take(room, ACCEPTANCE)
    if label == MINUTES:
        await _take(room, MEETINGS)
        room.harness.clock.advance(timedelta(hours=2))
    if label == LEAD:
        await _dispute(room)


async def _hand_in(room: Room) -> None:
    async with room.harness.units.begin() as unit:
        await publish(unit, [LED])
    materials = [{"code": code, "copies": 1} for code in ("01", "02")]
    application = room.bodies["POST /applications"] | {"item_code": LED.code, "materials": materials}
    headers = room.rightful(Role.CITIZEN) | {"Idempotency-Key": str(uuid4())}
    made = await room.harness.client.post("/applications", json=application, headers=headers)
    assert made.status_code == 201, made.text
    room.department = LED.department
    room.ids = {**room.ids, "case_number": made.json()["case_number"]}


async def _take(room: Room, label: str) -> None:
    (operation,) = (one for one in room.operations if one.label == label)
    status, text = await room.ask(operation, room.rightful(Role.WINDOW_CLERK))
    assert status < 300, text


async def _dispute(room: Room) -> None:
    number, now = room.ids["case_number"], room.harness.clock.now()
    for department in LED.stages[0].departments:
        refuses = department != room.department
        answer = approval.ReviewDecided(
            review_id=f"{number}.1.{department}",
            department=department,
            case_number=number,
            opinion=Opinion.REFUSE if refuses else Opinion.CONSENT,
            reasons="通道不足" if refuses else "",
            decided_by=Staff(id="li", name="李主任"),
            decided_at=now,
        )
        await room.harness.deliver(answer, source=f"/approval/{department}")
