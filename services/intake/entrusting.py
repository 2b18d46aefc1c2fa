"""The one place where an agency changes: `begin` and `advance` number its receipt, store it, say it, move its timer.

Guarantees: all of it in the caller's unit. Does not: decide (the domain does).
"""

from services.intake.context import Context
from services.intake.domain import agency as rules_of
from services.intake.domain.agency import Agency, Move
from services.intake.process import move_timers, numbered
from services.intake.queries import agencies
from yimen.bus import Unit
from yimen.contracts.intake import AgencyEntrusted
from yimen.timers import Timer


async def begin(unit: Unit[Context], move: Move) -> Agency:
    events = await numbered(unit, move.events)
    begun = move.agency
    for event in events:
        if isinstance(event, AgencyEntrusted):
            begun = begun.but(receipt_number=event.document.number)
        unit.emit(event)
    agencies.add(unit, begun)
    await move_timers(unit, {}, rules_of.timers(begun, unit.context.rules))
    return begun


async def advance(unit: Unit[Context], before: Agency, move: Move, *, fired: Timer | None = None) -> Agency:
    """From `before`, whose row the caller holds. `fired`: the timer that brought it about."""
    after = move.agency
    if after != before:
        after = after.but(version=before.version + 1)
        await agencies.keep(unit, after)
    for event in move.events:
        unit.emit(event)
    standing = rules_of.timers(before, unit.context.rules)
    if fired is not None:
        standing.pop((fired.name, fired.key), None)
    await move_timers(unit, standing, rules_of.timers(after, unit.context.rules))
    return after
