"""What else stands in intake's room, an area of routes each: its things, its bodies, and what comes before its steps.

An area adds to `room.ids` and `room.bodies` after the case of the room was made."""

from collections.abc import Awaitable, Callable

from tests.support.intake_areas import catalogue
from tests.support.rooms import Room

AREAS: tuple[Callable[[Room, str], Awaitable[None]], ...] = (catalogue.furnish,)
BEFORE_AREAS: dict[str, list[str]] = {}
