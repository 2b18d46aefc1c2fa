"""Another signing key for a subscription, without a delivery that its receiver could not verify."""

from datetime import datetime, timedelta

from fastapi import Request
from pydantic import BaseModel, Field

from services.notify import standing
from services.notify.api.integrators import standing_subscription
from services.notify.api.parts import Integrator, Write
from services.notify.domain.keys import LONGEST_OVERLAP, new_secret
from yimen.web import Body, creates, new_router

router = new_router(tags=["subscriptions"])


class RotationRequest(Body):
    """`hours` for which the former key signs too. 0: it ends at once, because it leaked."""

    hours: int = Field(default=24, ge=0, le=LONGEST_OVERLAP)


class NewKey(BaseModel):
    secret: str = Field(description="signs every delivery from now on; shown only here")
    former_secret_until: datetime | None


@router.post("/subscriptions/{subscription_id}/key-rotations", status_code=201)
async def rotate_key(
    subscription_id: str,
    wanted: RotationRequest,
    caller: Integrator,
    unit: Write,
    request: Request,
    _once: None = creates(),
) -> NewKey:
    """There are two keys at most: in an overlap the oldest ends."""
    row = await standing_subscription(unit, caller, subscription_id)
    until = request.app.state.real_clock.now() + timedelta(hours=wanted.hours) if wanted.hours else None
    secret = new_secret()
    former = {"former_secret": row.secret if until else None, "former_secret_until": until}
    await standing.change(unit, row, {"secret": secret} | former)
    return NewKey(secret=secret, former_secret_until=until)
