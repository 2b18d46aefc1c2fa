"""What stands in the supervisor's room, an area of routes each: its things, its bodies, and what comes before its steps.

The alerts come first; each other area adds to `room.ids` and `room.bodies` what it makes."""

from tests.support.areas import Furnish, furnish_areas
from tests.support.monitor_areas import (
    alerts,
    imports,
    inspections,
    orders,
    recomputations,
    rulebooks,
    scores,
    seals,
    statistics,
    voices,
)
from tests.support.rooms import Room

AREAS: tuple[Furnish, ...] = (
    imports.furnish,
    inspections.furnish,
    orders.furnish,
    recomputations.furnish,
    rulebooks.furnish,
    scores.furnish,
    seals.furnish,
    statistics.furnish,
    voices.furnish,
)
BEFORE_MONITOR: dict[str, list[str]] = {**voices.BEFORE}


async def furnish_monitor(room: Room, label: str) -> None:
    await alerts.furnish(room, label)
    await furnish_areas(room, label, AREAS, {})
