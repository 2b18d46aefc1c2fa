"""What departments' systems ask: their subscriptions.

Guarantees: a department's system sees and ends only subscriptions of departments that it serves; a secret is shown
once, when it is made.
"""

import base64
import secrets
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.notify import lanes
from services.notify.api.parts import Integrator, Read, Write
from services.notify.calls import vetted_address
from services.notify.context import Context
from services.notify.domain.webhooks import PING, AddressRefused, followable
from services.notify.queries import webhooks as stored
from services.notify.tables import subscriptions
from yimen.bus import View
from yimen.contracts.envelope import Code
from yimen.web import (
    Body,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Principal,
    creates,
    new_router,
)

router = new_router(tags=["subscriptions"])


class SubscriptionRequest(Body):
    """Left out, `departments` are all that the caller serves, `entities` all that are open to departments."""

    url: str = Field(min_length=1, max_length=2000)
    departments: list[Code] | None = Field(default=None, min_length=1, max_length=100)
    entities: list[Code] | None = Field(default=None, min_length=1, max_length=20)


class Subscription(BaseModel):
    id: str
    url: str
    departments: list[str]
    entities: list[str] | None
    state: Literal["active", "disabled", "ended"]
    reason: str | None
    created_at: datetime
    deliveries: dict[str, int] = Field(default_factory=dict, description="deliveries by state")


class NewSubscription(Subscription):
    secret: str = Field(description="signs every delivery (Standard Webhooks); shown only here")


class Ping(BaseModel):
    delivery_id: int
    event_id: UUID


@router.post("/subscriptions", status_code=201)
async def subscribe(
    wanted: SubscriptionRequest, caller: Integrator, unit: Write, _once: None = creates()
) -> NewSubscription:
    departments = _departments(caller, wanted.departments)
    _check_entities(wanted.entities)
    try:
        await vetted_address(unit.context, wanted.url)
    except AddressRefused as refused:
        fault = {"in": "body", "pointer": "/url", "message": str(refused)}
        raise Invalid("url-refused", "推送地址不能使用", str(refused), [fault]) from refused
    row = {
        "id": str(uuid4()),
        "owner": caller.id,
        "url": wanted.url,
        "departments": departments,
        "entities": sorted(set(wanted.entities)) if wanted.entities else None,
        "secret": "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "state": "active",
        "reason": None,
        "created_at": unit.now,
    }
    await unit.execute(unit.insert(subscriptions).values(row))
    return NewSubscription.model_validate(row)


@router.get("/subscriptions")
async def list_subscriptions(caller: Integrator, view: Read) -> list[Subscription]:
    return [_shown(row, {}) for row in await stored.subscription_list(view.conn) if _serves(caller, row)]


@router.get("/subscriptions/{subscription_id}")
async def show_subscription(subscription_id: str, caller: Integrator, view: Read) -> Subscription:
    row = await _own(view, caller, subscription_id)
    return _shown(row, await stored.delivery_counts(view.conn, subscription_id))


@router.delete("/subscriptions/{subscription_id}", status_code=204)
async def unsubscribe(subscription_id: str, caller: Integrator, unit: Write) -> None:
    await _own(unit, caller, subscription_id)
    await lanes.stop(unit, subscription_id, "ended", "部门已退订")


@router.post("/subscriptions/{subscription_id}/ping", status_code=202)
async def ping(subscription_id: str, caller: Integrator, unit: Write, _once: None = creates()) -> Ping:
    """Sends a signed trial event through the same way as every other."""
    row = await _own(unit, caller, subscription_id)
    if row.state != "active":
        raise Conflict("subscription-stopped", "该订阅已停止", "请重新订阅后再测试。")
    event_id, subject = uuid4(), f"subscription/{subscription_id}"
    body = {
        "specversion": "1.0",
        "id": str(event_id),
        "type": PING,
        "source": unit.source,
        "subject": subject,
        "time": unit.now.isoformat(),
        "datacontenttype": "application/json",
        "data": {"subscription_id": subscription_id},
    }
    delivery_id = await lanes.enqueue(unit, subscription_id, event_id, PING, subject, body)
    assert delivery_id is not None  # its event id is new
    return Ping(delivery_id=delivery_id, event_id=event_id)


def _departments(caller: Principal, wanted: list[str] | None) -> list[str]:
    departments = set(caller.departments if wanted is None else wanted)
    if not departments or not all(map(caller.serves, departments)):
        raise Forbidden("不能订阅其他部门的事项", "只能订阅本部门的事项，请核对部门代码。")
    return sorted(departments)


def _check_entities(entities: list[str] | None) -> None:
    if unknown := sorted(set(entities or ()) - followable()):
        message = f"只能订阅：{'、'.join(sorted(followable()))}"
        fault = {"in": "body", "pointer": "/entities", "message": message}
        raise Invalid("entity-not-open", f"不能订阅{'、'.join(unknown)}", message, [fault])


def _serves(caller: Principal, row: Row[Any]) -> bool:
    return all(map(caller.serves, row.departments))


async def _own(view: View[Context], caller: Principal, subscription_id: str) -> Row[Any]:
    row = await stored.subscription(view.conn, subscription_id)
    if row is None:
        raise NotFound("没有这个订阅", "请核对订阅编号。")
    if not _serves(caller, row):
        raise Forbidden("这是其他部门的订阅", "只能查看和管理本部门的订阅。")
    return row


def _shown(row: Row[Any], counts: dict[str, int]) -> Subscription:
    return Subscription.model_validate({**row._mapping, "deliveries": counts})
