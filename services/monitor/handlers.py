"""What the supervisor does on events and at instants: it records everything, and follows the cases."""

from typing import Final

from services.monitor import queries, tallying
from services.monitor.context import Context
from services.monitor.domain.contributions import COUNTED_EVENTS
from services.monitor.domain.fold import of_superior
from services.monitor.recomputing import begin_recomputation
from services.monitor.recording import append
from services.monitor.registry import handlers
from services.monitor.tables import plans
from services.monitor.watching import follow
from yimen.bus import Unit
from yimen.contracts import Event, Meta, fees, intake, monitor
from yimen.errors import Permanent
from yimen.worktime import PlanError, YearPlan

TELLING: Final = frozenset({"intake", "approval"})
"""Speakers whose events can change a clock. What others say is recorded, and read from the journal when asked for."""

TELLING_TOO: Final = (fees.ViolationFound, monitor.OutsideReported, *COUNTED_EVENTS)
"""A violation, a case outside the hall, and what is counted of a case, are looked at as soon as they are told."""


@handlers.every
async def record(unit: Unit[Context], event: Event, meta: Meta) -> None:
    if isinstance(event, intake.CredentialRecorded):
        return  # a hash is for checking who asks, not for everybody who may read the journal
    await append(unit, event, meta)
    telling = event.speaker in TELLING or isinstance(event, TELLING_TOO) or of_superior(event)
    if telling and meta.correlation_id is not None:
        follow(unit, meta.correlation_id, meta)


@handlers.on(fees.NoticePaid)
async def count_payment(unit: Unit[Context], event: fees.NoticePaid, _meta: Meta) -> None:
    await tallying.count_paid(unit, event.paid_at, event.amount)


@handlers.on(fees.NoticeRefunded)
async def count_refund(unit: Unit[Context], event: fees.NoticeRefunded, _meta: Meta) -> None:
    await tallying.count_refunded(unit, event.refunded_at, event.amount)


@handlers.on(fees.DayReconciled)
async def tell_tally(unit: Unit[Context], event: fees.DayReconciled, _meta: Meta) -> None:
    await tallying.close_day(unit, event.day, event.reconciled_at)


@handlers.on(intake.CalendarRevised)
async def put_plan_in_force(unit: Unit[Context], event: intake.CalendarRevised, _meta: Meta) -> None:
    """R35. Open cases are recomputed in portions, each a transaction of its own."""
    try:
        YearPlan(event.year, frozenset(event.days_off), frozenset(event.worked_weekends), event.version)
    except PlanError as wrong:
        raise Permanent(f"the plan of {event.year} contradicts itself: {wrong}") from wrong
    plan = {
        "year": event.year,
        "version": event.version,
        "days_off": [day.isoformat() for day in event.days_off],
        "worked_weekends": [day.isoformat() for day in event.worked_weekends],
        "revised_at": event.revised_at,
    }
    await unit.execute(unit.insert(plans).values(**plan).on_conflict_do_nothing())
    queries.forget_calendars(unit)
    await begin_recomputation(unit, f"{event.year}-{event.version}", event.year, event.version)
