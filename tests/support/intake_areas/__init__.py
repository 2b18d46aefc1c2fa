"""What else stands in intake's room, an area of routes each: its things, its bodies, and what comes before its steps.

An area adds to `room.ids` and `room.bodies` after the case of the room was made. Once made, its things stay until an
operation on one of them is about to be asked: then it makes them anew."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.support.intake_areas import calendar, catalogue, door, files, joint, ledgers, licences, stations
from tests.support.rooms import Room

Furnish = Callable[[Room, str], Awaitable[None]]
AREAS: tuple[Furnish, ...] = (
    files.furnish,  # asks for the room's own case, which others may exchange
    calendar.furnish,
    door.furnish,
    stations.furnish,
    ledgers.furnish,
    licences.furnish,
    joint.furnish,
    catalogue.furnish,
)
BEFORE_AREAS: dict[str, list[str]] = {**ledgers.BEFORE}
READ_ALSO: dict[Furnish, tuple[str, ...]] = {ledgers.furnish: ledgers.SERVICE, stations.furnish: (stations.READ_CASE,)}
"""What an area makes ready beside operations on its own things."""


async def furnish_areas(room: Room, label: str) -> None:
    for furnish in AREAS:
        ids, bodies = room.kept.get(furnish, ({}, {}))
        own = label in bodies or any(f"{{{name}}}" in label for name in ids)
        if furnish not in room.kept or own or label in READ_ALSO.get(furnish, ()):
            before_ids, before_bodies = dict(room.ids), dict(room.bodies)
            await furnish(room, label)
            if furnish not in room.kept:
                ids, bodies = _added(before_ids, room.ids), _added(before_bodies, room.bodies)
            room.kept[furnish] = {name: room.ids[name] for name in ids}, {name: room.bodies[name] for name in bodies}
        else:
            room.ids, room.bodies = room.ids | ids, room.bodies | bodies


def _added(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in after.items() if name not in before}
