"""Moving the clock, in demonstrations and tests. In production the clock is not movable and these routes do not exist."""

from datetime import UTC, datetime

from fastapi import Request
from pydantic import AwareDatetime, Field

from yimen.clock import ClockMovedBack, MovableClock
from yimen.web.body import Body
from yimen.web.identity import Role, allow, allow_anyone
from yimen.web.problems import Conflict
from yimen.web.routing import new_router


class Hands(Body):
    now: AwareDatetime


class NewHands(Body):
    """Within the century: a hall in the year 9999 can reckon no limit, and there would be no way back."""

    now: AwareDatetime = Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC))


router = new_router(tags=["clock"])
"""Of the services whose units go by a `MovableClock`."""


@router.get("/clock", dependencies=[allow_anyone()])
async def read_clock(request: Request) -> Hands:
    return Hands(now=request.app.state.units.clock.now())


@router.put("/clock", dependencies=[allow(Role.CLOCK_KEEPER)])
async def move_clock(hands: NewHands, request: Request) -> Hands:
    """Forward only: what has happened has happened."""
    clock: MovableClock = request.app.state.units.clock
    try:
        clock.move_to(hands.now)
    except ClockMovedBack as back:
        raise Conflict("clock-moved-back", "时钟只能向前拨", "请给出比当前时刻更晚的时间。") from back
    return Hands(now=clock.now())
