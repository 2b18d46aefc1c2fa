"""What stands in the messenger's room, an area of routes each: its things, its bodies, and what comes before its steps.

The subscription comes first; each other area adds to `room.ids` and `room.bodies` what it makes."""

from tests.support.areas import Furnish, furnish_areas
from tests.support.notify_areas import deliveries, documents, messages, subscriptions, wording
from tests.support.rooms import Room

AREAS: tuple[Furnish, ...] = (deliveries.furnish, documents.furnish, messages.furnish, wording.furnish)
BEFORE_NOTIFY: dict[str, list[str]] = {}


async def furnish_notify(room: Room, label: str) -> None:
    await subscriptions.furnish(room, label)
    await furnish_areas(room, label, AREAS, {messages.furnish: ("GET /inbox",), documents.furnish: documents.OWN})
