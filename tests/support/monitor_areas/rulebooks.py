"""A version of the rulebook that is in force, and a revision of it."""

from dataclasses import replace

from services.monitor import rulebooks
from services.monitor.rulebooks import first_book, put_in_force, read_book
from tests.support.rooms import Room

FIRST = 4711
"""A number that stands in nothing else that is shown."""


async def furnish(room: Room, _label: str) -> None:
    async with room.harness.units.begin() as unit:
        version = max(FIRST, (await rulebooks.current(unit)).version + 1)
        await put_in_force(unit, replace(read_book(1, first_book()), version=version), "试行规则", None)
    room.ids["version"] = str(version)
    room.bodies["PUT /rulebook"] = first_book() | {"reason": "主任办公会议决定"}
