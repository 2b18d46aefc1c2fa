"""What waits at the fee window and the treasury, counted: where a day's work begins."""

from pydantic import BaseModel

from services.fees import desk
from services.fees.api.parts import COUNTY_WIDE, InView
from yimen.web import allow, new_router

router = new_router(tags=["desk"])


class Waiting(BaseModel):
    """How many of each kind stand in each state in which somebody has to act. `tickets_left`: numbers still to be given."""

    lists: dict[str, int]
    notices: dict[str, int]
    disputes: dict[str, int]
    refunds: dict[str, int]
    reliefs: dict[str, int]
    exceptions: dict[str, int]
    differences: dict[str, int]
    days: dict[str, int]
    tickets_left: int


@router.get("/waiting", dependencies=[allow(*COUNTY_WIDE)])
async def what_waits(view: InView) -> Waiting:
    return Waiting(**await desk.waiting(view), tickets_left=await desk.tickets_left(view))
