"""First accepted, first granted (R15): before a case of limited quantity is kept, its turn is looked at; when it leaves
its place, the next in line gets a timer.

Guarantees: in the caller's unit, with the item's quota held from there on; so the one who waits and the one who makes way
always see each other, whichever comes first.
"""

from services.intake.context import Context
from services.intake.domain import clock, deciding, queue
from services.intake.domain.case import Case, Change
from services.intake.domain.queue import Standing
from services.intake.queries import quotas
from yimen.bus import Unit
from yimen.contracts.parts import Outcome
from yimen.timers import set_timer
from yimen.worktime import local_date


async def in_turn(unit: Unit[Context], before: Case, change: Change) -> Change:
    """The change, and what its turn makes of it."""
    waits = deciding.awaits_turn(change.case)
    if not waits and not queue.left_place(before, change.case):
        return change
    item_code = change.case.item.code
    year = local_date(deciding.moment(change.case, unit.now) if waits else unit.now).year
    used = await quotas.hold(unit, item_code, year)
    if waits:
        change = change.then(await _turn(unit, change.case, year, used))
    if queue.left_place(before, change.case):
        await set_timer(unit, clock.QUEUE_TURN, key=item_code, due_at=unit.now)
    return change


async def _turn(unit: Unit[Context], case: Case, year: int, used: int) -> Change:
    left = max(0, (case.item.quota or 0) - used)
    standing = Standing(ahead=await quotas.ahead(unit, case), left=left, now=unit.now)
    turn = deciding.conclude(case, unit.context.rules, standing)
    if turn.case.decided_at is not None and turn.case.outcome is Outcome.GRANTED:
        await quotas.use(unit, case.item.code, year)
    return turn
