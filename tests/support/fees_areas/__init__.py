"""What stands in the room of fees, an area of routes each: its things, its bodies, and what comes before its steps.

The lists come first; each other area adds to `room.ids` and `room.bodies` what it makes of the paid and the open case."""

from tests.support.areas import Furnish, furnish_areas
from tests.support.fees_areas import days, disputes, exceptions, lists, refunds, reliefs, tickets
from tests.support.rooms import Room

AREAS: tuple[Furnish, ...] = (
    *(reliefs.furnish, refunds.furnish, disputes.furnish),
    *(exceptions.furnish, tickets.furnish, days.furnish),
)
BEFORE_FEES: dict[str, list[str]] = {}


async def furnish_fees(room: Room, label: str) -> None:
    await lists.furnish(room, label)
    await furnish_areas(room, label, AREAS, {})
