"""How a department's log is read, a file of it that was brought, and another to bring."""

from services.monitor.tests.logs import MAPPING, line, log
from tests.support.rooms import Room
from yimen.web import Role

BROUGHT = "POST /imports"


async def furnish(room: Room, _label: str) -> None:
    """The file has a fault, so that there is something to read."""
    client, who = room.harness.client, room.rightful(Role.INTEGRATOR)
    mapped = await client.put(f"/imports/mappings/{room.department}", json=MAPPING, headers=who)
    assert mapped.status_code == 200, mapped.text
    serial = next(room.serial)
    made = await client.post("/imports", content=log(line(serial), line("?", promised="?")), headers=who)
    assert made.status_code == 201, made.text
    await room.harness.fire_timers()
    room.ids |= {"department": room.department, "import_id": made.json()["import_id"]}
    room.bodies |= {"PUT /imports/mappings/{department}": MAPPING, BROUGHT: log(line(f"{serial}.2"))}
