"""What else stands in intake's room, an area of routes each: its things, its bodies, and what comes before its steps.

An area adds to `room.ids` and `room.bodies` after the case of the room was made."""

from tests.support.areas import Furnish, furnish_areas
from tests.support.intake_areas import calendar, catalogue, door, files, joint, ledgers, licences, stations
from tests.support.rooms import Room

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


async def furnish_intake(room: Room, label: str) -> None:
    await furnish_areas(room, label, AREAS, READ_ALSO)
