"""A late case, and what it was told for."""

from datetime import timedelta

from services.monitor.tests import samples as cases
from tests.support.rooms import Room
from yimen.web import Role


async def furnish(room: Room, _label: str) -> None:
    """A case that is late, and the alert of it."""
    harness, number = room.harness, f"K{next(room.serial)}"
    late = cases.accepted(case_number=number, days=2, statutory_days=5)
    await harness.deliver(cases.submitted(case_number=number), late, source="/intake", time=cases.at(3, 2))
    harness.clock.advance(timedelta(seconds=5))
    await harness.fire_timers()
    found = await harness.client.get("/alerts?limit=200", headers=harness.as_(Role.SUPERVISOR))
    mine = [alert["alert_id"] for alert in found.json()["items"] if alert["case_number"] == number]
    room.ids = {"number": number, "alert_id": mine[0]}
    room.bodies["POST /alerts/{alert_id}/answer"] = {"answer": "专家意见昨日方到，今日办结。"}
