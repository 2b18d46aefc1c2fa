"""What was told before is told again, to one subscription, because it asks.

Guarantees: the events that its filters match, each once, in their order of a subject, under the ids that they always
had, behind what already waits in the same lane; never more than the limit at once. It takes the turn of an event, so
nothing happens between what is chosen and what is queued.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, update

from services.notify.context import Context
from services.notify.domain.filters import Filters
from services.notify.lanes import Owed, enqueue
from services.notify.queries import feed as stored
from services.notify.tables import subscriptions
from services.notify.turns import take_turn
from yimen.bus import Unit


@dataclass(frozen=True, slots=True)
class Replayed:
    """`cursor`: the last event that was queued, where there was no room for all."""

    number: int
    queued: int
    cursor: int | None


async def replay(unit: Unit[Context], subscription: Row[Any], chosen: Sequence[ColumnElement[bool]]) -> Replayed:
    """`subscription`: locked by this unit."""
    await take_turn(unit, step=0)
    limit = unit.context.settings.replay_limit
    rows = await stored.to_replay(unit.conn, Filters.of(subscription), chosen, limit + 1)
    number, queued = subscription.replays + 1, rows[:limit]
    mine = subscriptions.c.id == subscription.id
    await unit.execute(update(subscriptions).where(mine).values(replays=number))
    trace = unit.traceparent  # of who asked for it
    owed = [Owed(subscription.id, one.event_id, one.type, one.subject, one.body, trace) for one in queued]
    await enqueue(unit, owed, number)
    return Replayed(number, len(queued), queued[-1].id if len(rows) > limit else None)
