"""How the SMS gateways fare, for the operator."""

from datetime import datetime

from pydantic import BaseModel, Field

from services.notify.api.parts import Read
from services.notify.choosing import health_rows
from services.notify.domain.gateways import Health, open_to
from yimen.web import Role, allow, new_router

router = new_router(tags=["messages"])


class GatewayState(BaseModel):
    name: str
    weight: float = Field(description="as it is set")
    weight_now: float = Field(
        description="0 while it is shunned, unless all are; a spare one of weight 0 steps in where no other is left"
    )
    failures: int = Field(description="in a row")
    shunned_until: datetime | None
    last_error: str | None
    failed_at: datetime | None


@router.get("/gateways", dependencies=[allow(Role.OPERATOR, Role.SUPERVISOR)])
async def list_gateways(view: Read) -> list[GatewayState]:
    """A gateway that fails several times in a row gets nothing new for a minute."""
    rows = await health_rows(view)
    weights = {one.name: one.weight for one in view.context.settings.sms_gateways}
    known = {name: Health(row.failures, row.shunned_until) for name, row in rows.items()}
    now = open_to(weights, known, view.now)
    return [
        GatewayState(
            name=name,
            weight=weight,
            weight_now=now.get(name, 0),
            failures=known.get(name, Health()).failures,
            shunned_until=known.get(name, Health()).shunned_until,
            last_error=rows[name].last_error if name in rows else None,
            failed_at=rows[name].failed_at if name in rows else None,
        )
        for name, weight in weights.items()
    ]
