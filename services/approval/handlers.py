"""What the window does when intake asks and when the fee window answers.

Intake's words on one review come in order; the fee window's come when they come, about lists that we wrote ourselves.
"""

from collections.abc import Callable

from services.approval import calendars
from services.approval.context import Context
from services.approval.domain import arrivals
from services.approval.domain.facts import Standing
from services.approval.domain.state import ReviewState
from services.approval.queries import reviews
from yimen.bus import Handlers, Unit
from yimen.contracts import Meta, fees, intake
from yimen.errors import Permanent

handlers = Handlers()


@handlers.on(intake.ReviewRequested)
async def open_review(unit: Unit[Context], event: intake.ReviewRequested, _meta: Meta) -> None:
    calendar = await calendars.held(unit)
    await reviews.add(unit, arrivals.opened(event), calendar)


@handlers.on(intake.ReviewMaterialsAdded)
async def add_materials(unit: Unit[Context], event: intake.ReviewMaterialsAdded, _meta: Meta) -> None:
    await _change(unit, event, lambda state: arrivals.with_materials(state, event))


@handlers.on(intake.ReviewMeetingConvened)
async def record_meeting(unit: Unit[Context], event: intake.ReviewMeetingConvened, _meta: Meta) -> None:
    await _change(unit, event, lambda state: arrivals.convened(state, event))


@handlers.on(intake.ReviewUrged)
async def record_urging(unit: Unit[Context], event: intake.ReviewUrged, _meta: Meta) -> None:
    await _change(unit, event, lambda state: arrivals.urged(state, event))


@handlers.on(intake.ReviewExtensionDeclined)
async def take_extension_back(unit: Unit[Context], event: intake.ReviewExtensionDeclined, _meta: Meta) -> None:
    await _change(unit, event, lambda state: arrivals.extension_declined(state, event))


@handlers.on(intake.ReviewDeemedConsented)
async def record_deemed_consent(unit: Unit[Context], event: intake.ReviewDeemedConsented, _meta: Meta) -> None:
    await _change(unit, event, lambda state: arrivals.deemed(state, event))


@handlers.on(intake.ReviewCancelled)
async def close_review(unit: Unit[Context], event: intake.ReviewCancelled, _meta: Meta) -> None:
    await _change(unit, event, lambda state: arrivals.cancelled(state, event))


@handlers.on(intake.CalendarRevised)
async def follow_calendar(unit: Unit[Context], event: intake.CalendarRevised, _meta: Meta) -> None:
    await calendars.follow(unit, event)


@handlers.on(fees.ListVerified)
async def mark_verified(unit: Unit[Context], event: fees.ListVerified, _meta: Meta) -> None:
    await _mark(unit, event, Standing.VERIFIED)


@handlers.on(fees.ListRejected)
async def mark_rejected(unit: Unit[Context], event: fees.ListRejected, _meta: Meta) -> None:
    await _mark(unit, event, Standing.REJECTED, event.reason)


@handlers.on(fees.ListSettled)
async def mark_settled(unit: Unit[Context], event: fees.ListSettled, _meta: Meta) -> None:
    await _mark(unit, event, Standing.SETTLED)


@handlers.on(fees.ListRefunded)
async def mark_refunded(unit: Unit[Context], event: fees.ListRefunded, _meta: Meta) -> None:
    await _mark(unit, event, Standing.REFUNDED)


async def _change(unit: Unit[Context], event: intake.ReviewEvent, change: Callable[[ReviewState], ReviewState]) -> None:
    """Raises `Permanent` for a review that was never asked of this window: its own first word is missing."""
    calendar = await calendars.held(unit)
    before = await reviews.find_locked(unit.conn, event.department, event.review_id)
    if before is None:
        raise Permanent(f"{event.type}: no review {event.review_id} in {event.department}")
    await reviews.keep(unit, before, change(before), calendar)


async def _mark(unit: Unit[Context], event: fees.ListEvent, standing: Standing, reason: str = "") -> None:
    """Raises `Permanent` for a list that this window never wrote."""
    calendar = await calendars.held(unit)
    before = await reviews.find_list_locked(unit.conn, event.department, event.list_id)
    if before is None:
        raise Permanent(f"{event.type}: no list {event.list_id} of {event.department}")
    after = arrivals.with_standing(before, event.list_id, standing, reason)
    await reviews.keep(unit, before, after, calendar)
