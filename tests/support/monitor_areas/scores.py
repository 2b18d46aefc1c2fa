"""A month that is over, with its sheets and grades; a window; an appeal that waits, and something to appeal against."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from services.monitor.tests import samples as cases
from services.monitor.tests import scored
from tests.support.rooms import Room
from yimen.contracts import monitor
from yimen.contracts.parts import Channel
from yimen.web import Role

MONTH, QUARTER = "2025-12", "2025-Q4"
THEN = datetime(2025, 12, 20, 2, tzinfo=UTC)


async def furnish(room: Room, _label: str) -> None:
    harness, number, department = room.harness, next(room.serial), room.department
    cost = scored.cost(-50, "time", party=department)
    late = scored.raised(f"past-{number}", THEN, cost, department=department)
    await harness.deliver(late, source="/monitor", time=THEN)
    await ask(room, f"/scores/{MONTH}/publication", Role.CENTRE_ADMIN, None)
    window = f"window-{number}"
    staffing = {"name": "工程建设综合窗口", "departments": [department], "staff": [{"id": "c1", "name": "李窗口"}]}
    await ask(room, f"/windows/{window}/staffing", Role.CENTRE_ADMIN, staffing)
    filed = await ask(room, "/appeals", Role.CHIEF_REPRESENTATIVE, await appeal(room))
    room.ids |= {"month": MONTH, "term": QUARTER, "kind": "department", "party": department, "window": window}
    room.ids["appeal_number"] = filed["appeal_number"]
    room.bodies["POST /windows/{window}/staffing"] = staffing
    room.bodies["POST /appeals"] = await appeal(room)
    room.bodies["POST /appeals/{appeal_number}/decision"] = {"upheld": True, "reasons": "评价内容与办件不符。"}


async def appeal(room: Room) -> dict[str, Any]:
    """Against a rating of its own."""
    name = f"rating-{next(room.serial)}"
    given = monitor.RatingGiven(
        rating_id=name,
        case_number=f"K-{name}",
        department=room.department,
        stage="closing",
        stars=1,
        named=False,
        channel=Channel.WEB,
        indicators=1,
        aspects={},
        given_at=cases.at(3, 2),
    )
    await room.harness.deliver(given, source="/monitor", time=cases.at(3, 2))
    return {"target": "rating", "target_id": name, "grounds": "当日未办理该件，评价对象有误。"}


async def ask(room: Room, path: str, role: Role, body: Any) -> Any:
    """By somebody who has nothing to do with what is asked about later."""
    headers = room.harness.as_(role, departments=[room.department], id="earlier-1", name="经办人")
    headers |= {"Idempotency-Key": str(uuid4())}
    answer = await room.harness.client.post(path, headers=headers, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()
