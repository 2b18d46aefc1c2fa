"""The live stream's door: server-sent events, resumed by `Last-Event-ID`."""

from typing import Annotated

from fastapi import Header, Query, Request
from sse_starlette import EventSourceResponse

from services.notify.domain.sight import GRANTS, Narrow, Sight, known_entities, sight_of
from services.notify.streaming import follow
from yimen.web import Invalid, Principal, Role, allow, new_router, refuses

router = new_router(tags=["stream"])

READERS = tuple(role for role in Role if role in GRANTS)
Words = Annotated[list[Annotated[str, Query(max_length=80)]] | None, Query(max_length=40)]


@router.get("/stream", response_class=EventSourceResponse, responses=refuses(422))
async def stream(
    request: Request,
    caller: Annotated[Principal, allow(*READERS)],
    last_event_id: Annotated[int | None, Header(ge=0, le=2**62)] = None,
    after: Annotated[int | None, Query(ge=0, le=2**62, description="for the first call; then Last-Event-ID")] = None,
    entities: Words = None,
    departments: Words = None,
    case_number: Annotated[str | None, Query(max_length=80)] = None,
) -> EventSourceResponse:
    """What happens from now on, or from after the last event seen. Each event is CloudEvents JSON under its type's name.
    `entities`, `departments` and `case_number` narrow what the caller may hear."""
    hub = request.app.state.units.context.hub
    narrow = Narrow(_known(entities), _set(departments), case_number)
    seen = after if last_event_id is None else last_event_id
    events = await follow(hub, _sight(caller, narrow), seen)
    return EventSourceResponse(events, ping=0)


def _sight(caller: Principal, narrow: Narrow) -> Sight:
    return sight_of(caller.roles, caller.departments, narrow)


def _set(words: list[str] | None) -> frozenset[str] | None:
    return frozenset(words) if words else None


def _known(words: list[str] | None) -> frozenset[str] | None:
    if unknown := sorted(set(words or ()) - known_entities()):
        detail = f"没有名为{'、'.join(unknown)}的对象；可以选择：{'、'.join(sorted(known_entities()))}。"
        raise Invalid("unknown-entity", "没有这种对象", detail)
    return _set(words)
