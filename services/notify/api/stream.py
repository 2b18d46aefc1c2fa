"""The live stream's door: server-sent events, resumed by `Last-Event-ID`."""

from typing import Annotated

from fastapi import Header, Query, Request
from sse_starlette import EventSourceResponse

from services.notify.streaming import Sight, follow
from yimen.web import Principal, Role, allow, new_router

router = new_router(tags=["stream"])

STAFF = tuple(role for role in Role if role not in (Role.CITIZEN, Role.INTEGRATOR))
EVERYTHING = frozenset({Role.SUPERVISOR, Role.LEADER})
MONEY = frozenset({Role.FEE_OFFICER, Role.TREASURER})


def sight_of(caller: Principal) -> Sight:
    """Supervisors and leaders see all; the money side sees what the fee window says; others what their departments may."""
    if caller.roles & EVERYTHING:
        return Sight(None)
    return Sight(caller.departments, fees=bool(caller.roles & MONEY))


@router.get("/stream", response_class=EventSourceResponse)
async def stream(
    request: Request,
    caller: Annotated[Principal, allow(*STAFF)],
    last_event_id: Annotated[int | None, Header(ge=0, le=2**62)] = None,
    after: Annotated[int | None, Query(ge=0, le=2**62, description="for the first call; then Last-Event-ID")] = None,
) -> EventSourceResponse:
    """What happens from now on, or from after the last event seen. Each event is CloudEvents JSON under its type's name."""
    context = request.app.state.units.context
    seen = after if last_event_id is None else last_event_id
    events = await follow(context.database, context.tail, sight_of(caller), seen)
    return EventSourceResponse(events, ping=context.settings.stream_heartbeat)
