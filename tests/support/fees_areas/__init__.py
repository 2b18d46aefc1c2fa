"""What stands in the room of fees, an area of routes each: its things, its bodies, and what comes before its steps.

The lists come first; each other area adds to `room.ids` and `room.bodies` what it makes of the paid and the open case."""

from collections.abc import Awaitable, Callable

from tests.support.fees_areas import days, disputes, exceptions, lists, refunds, reliefs, tickets
from tests.support.rooms import Room

Furnish = Callable[[Room, str], Awaitable[None]]
AREAS: tuple[Furnish, ...] = (
    *(lists.furnish, reliefs.furnish, refunds.furnish, disputes.furnish),
    *(exceptions.furnish, tickets.furnish, days.furnish),
)
BEFORE_FEES: dict[str, list[str]] = {}


async def furnish_fees(room: Room, label: str) -> None:
    for furnish in AREAS:
        await furnish(room, label)
