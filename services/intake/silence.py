"""What intake does when a limit ends and nobody has spoken.

Guarantees: a limit that a changed calendar has moved (R35) ends when it ends, whatever the timer says.
"""

from services.intake import entrusting, planning, queries
from services.intake.context import Context
from services.intake.domain import agency, clock, deferring, door, duties, project, renewing, reviewing
from services.intake.domain.case import Case, Change, Status
from services.intake.process import advance
from services.intake.queries import agencies, drafts, quotas
from yimen.bus import Unit
from yimen.timers import Timer, Timers
from yimen.worktime import local_date

timers = Timers()
timers.on(planning.RECOMPUTE)(planning.order_recomputing)
timers.on(planning.RECOMPUTE_CASE)(planning.recompute)


@timers.on(drafts.KEPT_UNTIL)
async def forget_draft(unit: Unit[Context], timer: Timer) -> None:
    await drafts.forget(unit, timer.key)


async def _timed(unit: Unit[Context], timer: Timer, case_number: str | None) -> Case | None:
    """The timer's case, if the limit still ends when the timer says: a changed calendar may have moved it (R35)."""
    case = await queries.locked_case(unit, case_number, nowait=True) if case_number else None
    if case is None:
        return None
    due_at = clock.timers(case, unit.context.rules).get((timer.name, timer.key))
    if due_at is None or due_at > timer.due_at:
        await advance(unit, case, Change(case), fired=timer)
        return None
    return case


@timers.on(clock.DEEM_ACCEPTANCE)
async def accept_by_silence(unit: Unit[Context], timer: Timer) -> None:
    case = await _timed(unit, timer, timer.key)
    if case is not None and case.status is Status.SUBMITTED:
        change = door.deem_accepted(case, timer.due_at, unit.now, unit.context.rules)
        await advance(unit, case, change, fired=timer)


@timers.on(clock.SUPPLEMENT_LIMIT)
async def return_unsupplemented(unit: Unit[Context], timer: Timer) -> None:
    case = await _timed(unit, timer, timer.key)
    if case is not None:
        await advance(unit, case, door.return_unsupplemented(case, timer.due_at, unit.context.rules), fired=timer)


@timers.on(clock.DEFERRAL_LIMIT)
async def stop_for_the_gap(unit: Unit[Context], timer: Timer) -> None:
    case = await _timed(unit, timer, timer.key)
    if case is not None:
        await advance(unit, case, deferring.lapse(case, unit.context.rules), fired=timer)


@timers.on(clock.DEFERRAL_MAKE_UP)
async def return_unfilled(unit: Unit[Context], timer: Timer) -> None:
    case = await _timed(unit, timer, timer.key)
    if case is not None:
        await advance(unit, case, door.return_unfilled(case, timer.due_at), fired=timer)


@timers.on(clock.REVIEW_LIMIT)
async def consent_or_urge(unit: Unit[Context], timer: Timer) -> None:
    """Deemed consent after a signed receipt (R44); without one, or where silence says nothing, an urging (R41)."""
    case = await _timed(unit, timer, await queries.case_of_review(unit, timer.key))
    review = case.review(timer.key) if case else None
    due = clock.review_due(review, unit.context.rules.calendar) if review else None
    if case is not None and review is not None and due is not None:
        change = reviewing.pass_limit(case, review, due, unit.now, unit.context.rules)
        await advance(unit, case, change, fired=timer)


@timers.on(clock.INSPECTION_LIMIT)
@timers.on(clock.FORWARD_LIMIT)
async def urge_duty(unit: Unit[Context], timer: Timer) -> None:
    """Nobody has inspected (R33), or sent the file up (R48), by the end of the last day."""
    case = await _timed(unit, timer, await queries.case_of_review(unit, timer.key))
    review = case.review(timer.key) if case else None
    if case is not None and review is not None:
        await advance(unit, case, duties.urge(case, review, timer.name, unit.now), fired=timer)


@timers.on(clock.RENEWAL_LIMIT)
async def renew_by_law(unit: Unit[Context], timer: Timer) -> None:
    """The licence expired and nothing was decided (R32)."""
    case = await _timed(unit, timer, timer.key)
    if case is not None:
        change = renewing.deem_renewed(case, timer.due_at, unit.now, unit.context.rules)
        await advance(unit, case, change, fired=timer)


# -- whose turn it is ---------------------------------------------------------------------------------------------


@timers.on(clock.QUEUE_TURN)
async def decide_next(unit: Unit[Context], timer: Timer) -> None:
    """Somebody made way (R15). Whoever is decided now makes way in turn, and so on until one has to wait."""
    await quotas.hold(unit, timer.key, local_date(unit.now).year, nowait=True)
    first = await quotas.first_reviewed(unit, timer.key)
    case = await queries.locked_case(unit, first, nowait=True) if first else None
    if case is not None:
        await advance(unit, case, Change(case))


@timers.on(clock.REVIEW_NEARLY)
async def urge_nearly_late(unit: Unit[Context], timer: Timer) -> None:
    """On the fast track (S07)."""
    case = await _timed(unit, timer, await queries.case_of_review(unit, timer.key))
    review = case.review(timer.key) if case else None
    if case is not None and review is not None:
        change = project.urge_nearly_late(case, review, unit.now, unit.context.rules)
        await advance(unit, case, change, fired=timer)


@timers.on(agency.FORWARDING_LIMIT)
async def tell_overdue_agency(unit: Unit[Context], timer: Timer) -> None:
    """R101; where a changed calendar has moved the limit (R35), the timer is set anew."""
    found = await agencies.locked(unit, timer.key, nowait=True)
    if found is not None:
        await entrusting.advance(unit, found, agency.pass_limit(found, unit.context.rules, unit.now), fired=timer)
