"""A finding that is to be set right, and a line of the attendance book."""

from tests.support.rooms import Room
from yimen.web import Role


async def furnish(room: Room, _label: str) -> None:
    client, serial, today = room.harness.client, next(room.serial), room.harness.clock.now().date().isoformat()
    finding = {
        "code": "handled_outside",
        "department": room.department,
        "detail": "该事项未进大厅，仍在局机关受理。",
        "found_on": today,
        "window": "planning-1",
        "person": {"id": "clerk-planning", "name": "陈思远"},
        "case_number": room.ids["number"],
        "item_code": "450721J01",
        "tenths": -30,
    }
    line = {"department": room.department, "person": {"id": f"p{serial}", "name": "陈思远"}, "day": today}
    book = {"lines": [line | {"code": "absent_half_day", "half_days": 1, "window": "planning-1", "note": "上午缺岗"}]}
    admin = room.rightful(Role.CENTRE_ADMIN)
    made = await client.post("/inspections", json=finding, headers=admin | {"Idempotency-Key": f"found-{serial}"})
    kept = await client.post("/attendance", json=book, headers=admin | {"Idempotency-Key": f"book-{serial}"})
    room.ids["finding_number"] = made.json()["finding_number"]
    room.ids["attendance_id"] = kept.json()["entered"][0]
    room.bodies |= {
        "POST /inspections": finding,
        "POST /attendance": {"lines": [line | {"code": "late_or_early", "note": "迟到八分钟"}]},
        "POST /inspections/{finding_number}/rectification": {"measures": "已全部转入大厅办理。"},
    }
