"""What else stands in intake's room, an area of routes each: its things, its bodies, and what comes before its steps.

An area adds to `room.ids` and `room.bodies` after the case of the room was made."""

from collections.abc import Awaitable, Callable

from tests.support.intake_areas import calendar, catalogue, door, files, joint, ledgers, licences, stations
from tests.support.rooms import Room

AREAS: tuple[Callable[[Room, str], Awaitable[None]], ...] = (
    calendar.furnish,
    door.furnish,
    stations.furnish,
    files.furnish,
    ledgers.furnish,
    licences.furnish,
    joint.furnish,
    catalogue.furnish,
)
BEFORE_AREAS: dict[str, list[str]] = {**ledgers.BEFORE}
