"""Who follows: the subscriptions that have not ended, paused and disabled ones too, whose deliveries wait."""

from services.notify.context import Context
from services.notify.queries import webhooks as stored
from yimen.bus import Unit


async def standing_subscriptions(unit: Unit[Context]) -> stored.Rows:
    """Asked once a unit: a batch of events is one moment. What is stopped meanwhile is found out when it is sent."""
    if "subscriptions" not in unit.notes:
        unit.notes["subscriptions"] = await stored.standing_subscriptions(unit.conn)
    found: stored.Rows = unit.notes["subscriptions"]
    return found
