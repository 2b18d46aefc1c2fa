"""What departments' systems ask: their subscriptions.

Guarantees: a department's system sees and changes only subscriptions of departments that it serves; an operator sees
them all and changes none; a secret is shown once, when it is made; what a subscription was owed when it was changed or
paused is still delivered. Whoever widens a filter hears from now on; what was before can be replayed.
Does not: hold the number of subscriptions exactly to its limit where one owner makes several in the same instant.
"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import orjson
from fastapi import Response
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import Row

from services.notify import lanes, standing
from services.notify.api.integrators import (
    check_entities,
    own_departments,
    own_subscription,
    serves,
    standing_subscription,
)
from services.notify.api.parts import Follower, Integrator, Read, Write
from services.notify.calls import vetted_address
from services.notify.context import Context
from services.notify.domain.keys import new_secret
from services.notify.domain.webhooks import PING, AddressRefused
from services.notify.queries import webhooks as stored
from services.notify.tables import subscriptions
from yimen.contracts.envelope import Code
from yimen.web import Body, Conflict, Invalid, Principal, StaleVersion, creates, if_match, new_router, refuses, set_etag

router = new_router(tags=["subscriptions"])

Url = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Note = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Wishes(Body):
    """Left out or null, `departments` are all that the caller serves; `entities`, `items`, `cases` are all there are."""

    departments: list[Code] | None = Field(default=None, min_length=1, max_length=100)
    entities: list[Code] | None = Field(default=None, min_length=1, max_length=20)
    items: list[Code] | None = Field(default=None, min_length=1, max_length=1000, description="item codes")
    cases: list[Code] | None = Field(default=None, min_length=1, max_length=1000, description="case numbers")
    name: Note | None = Field(default=None, description="what it is for")
    contact: Note | None = Field(default=None, description="whom the hall may ask when it fails")


class SubscriptionRequest(Wishes):
    url: Url


class SubscriptionChange(Wishes):
    """What is left out stays as it is. `state`: paused, deliveries wait; active, they go on, in order."""

    url: Url = ""
    state: Literal["active", "paused"] = "active"


class Subscription(BaseModel):
    id: str
    url: str
    departments: list[str]
    entities: list[str] | None
    items: list[str] | None
    cases: list[str] | None
    name: str | None
    contact: str | None
    state: Literal["active", "paused", "disabled", "ended"]
    reason: str | None
    created_at: datetime
    former_secret_until: datetime | None = Field(description="the key before the newest signs too, until then")
    version: int
    deliveries: dict[str, int] = Field(default_factory=dict, description="deliveries by state")


class NewSubscription(Subscription):
    secret: str = Field(description="signs every delivery (Standard Webhooks); shown only here")


class Ping(BaseModel):
    delivery_id: int
    event_id: UUID


@router.post("/subscriptions", status_code=201)
async def subscribe(
    wanted: SubscriptionRequest, caller: Integrator, unit: Write, response: Response, _once: None = creates()
) -> NewSubscription:
    row = dict.fromkeys(("entities", "items", "cases", "name", "contact", "reason", "former_secret_until"))
    row |= await _chosen(unit.context, caller, wanted, {*wanted.model_fields_set, "departments"})
    limit = unit.context.settings.subscriptions_per_owner
    if await stored.subscriptions_of(unit.conn, caller.id) >= limit:
        raise Conflict("too-many-subscriptions", f"订阅已达{limit}个", "请先退订不再使用的订阅，再新增。")
    row |= {"id": str(uuid4()), "owner": caller.id, "secret": new_secret(), "state": "active", "version": 1}
    row |= {"created_at": unit.now}
    await unit.execute(unit.insert(subscriptions).values(row))
    set_etag(response, 1)
    return NewSubscription.model_validate(row)


@router.get("/subscriptions")
async def list_subscriptions(caller: Follower, view: Read) -> list[Subscription]:
    """A department's own; to an operator all of them."""
    return [_shown(row, {}) for row in await stored.subscription_list(view.conn) if serves(caller, row)]


@router.get("/subscriptions/{subscription_id}")
async def show_subscription(subscription_id: str, caller: Follower, view: Read, response: Response) -> Subscription:
    row = await own_subscription(view, caller, subscription_id)
    set_etag(response, row.version)
    return _shown(row, await stored.delivery_counts(view.conn, subscription_id))


@router.patch("/subscriptions/{subscription_id}", responses=refuses(404))
async def change_subscription(
    subscription_id: str,
    wanted: SubscriptionChange,
    caller: Integrator,
    unit: Write,
    response: Response,
    expected: int = if_match(),
) -> Subscription:
    """Address, filters, notes; paused and active again, a disabled one too. What waited then goes."""
    await own_subscription(unit, caller, subscription_id)
    changes = await _chosen(unit.context, caller, wanted, wanted.model_fields_set)
    row = await standing_subscription(unit, caller, subscription_id)
    if row.version != expected:
        raise StaleVersion(row.version)
    await standing.change(unit, row, changes)
    return await show_subscription(subscription_id, caller, unit, response)


@router.delete("/subscriptions/{subscription_id}", status_code=204)
async def unsubscribe(subscription_id: str, caller: Integrator, unit: Write) -> None:
    await own_subscription(unit, caller, subscription_id)
    await standing.end(unit, subscription_id)


@router.post("/subscriptions/{subscription_id}/ping", status_code=202)
async def ping(subscription_id: str, caller: Integrator, unit: Write, _once: None = creates()) -> Ping:
    """Sends a signed trial event through the same way as every other."""
    row = await own_subscription(unit, caller, subscription_id)
    if row.state != "active":
        raise Conflict("subscription-stopped", "该订阅已停止", "请恢复订阅或重新订阅后再测试。")
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
    owed = lanes.Owed(subscription_id, event_id, PING, subject, orjson.dumps(body).decode(), unit.traceparent)
    (delivery_id,) = await lanes.enqueue(unit, [owed])
    return Ping(delivery_id=delivery_id, event_id=event_id)


async def _chosen(context: Context, caller: Principal, wanted: Wishes, names: set[str]) -> dict[str, Any]:
    """What is asked for, as it is stored."""
    chosen = wanted.model_dump(include=names)
    if "departments" in chosen:
        chosen["departments"] = own_departments(caller, wanted.departments)
    check_entities(wanted.entities)
    for name in {"entities", "items", "cases"} & chosen.keys():
        chosen[name] = chosen[name] and sorted(set(chosen[name]))
    if "url" in chosen:
        await _check_address(context, chosen["url"])
    return chosen


async def _check_address(context: Context, url: str) -> None:
    try:
        await vetted_address(context, url)
    except AddressRefused as refused:
        fault = {"in": "body", "pointer": "/url", "message": str(refused)}
        raise Invalid("url-refused", "推送地址不能使用", str(refused), [fault]) from refused


def _shown(row: Row[Any], counts: dict[str, int]) -> Subscription:
    return Subscription.model_validate({**row._mapping, "deliveries": counts})
