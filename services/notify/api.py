"""What the messenger answers: departments' subscriptions, the messages that went out, and the gateway's receipts.

Guarantees: a department's system sees and ends only subscriptions of departments that it serves; a secret is shown
once, when the subscription is made; phone numbers are masked.
"""

import base64
import secrets
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import Row
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from services.notify import lanes, queries, sms
from services.notify.calls import vetted_address
from services.notify.context import Context
from services.notify.domain.webhooks import PING, AddressRefused, followable
from services.notify.tables import subscriptions
from yimen.bus import Unit, View
from yimen.contracts.envelope import Code
from yimen.web import (
    Body,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Principal,
    Problem,
    Role,
    allow,
    allow_anyone,
    creates,
    current_unit,
    current_view,
    new_router,
    refuses,
)

router = new_router(tags=["notify"])

Write = Annotated[Unit[Context], Depends(current_unit)]
Read = Annotated[View[Context], Depends(current_view)]
Integrator = Annotated[Principal, allow(Role.INTEGRATOR)]


# -- subscriptions --------------------------------------------------------------------------------------------------


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
    return [_shown(row, {}) for row in await queries.subscription_list(view.conn) if _serves(caller, row)]


@router.get("/subscriptions/{subscription_id}")
async def show_subscription(subscription_id: str, caller: Integrator, view: Read) -> Subscription:
    row = await _own(view, caller, subscription_id)
    return _shown(row, await queries.delivery_counts(view.conn, subscription_id))


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
    row = await queries.subscription(view.conn, subscription_id)
    if row is None:
        raise NotFound("没有这个订阅", "请核对订阅编号。")
    if not _serves(caller, row):
        raise Forbidden("这是其他部门的订阅", "只能查看和管理本部门的订阅。")
    return row


def _shown(row: Row[Any], counts: dict[str, int]) -> Subscription:
    return Subscription.model_validate({**row._mapping, "deliveries": counts})


# -- messages -------------------------------------------------------------------------------------------------------


class Message(BaseModel):
    id: str
    case_number: str | None
    recipient: str
    phone: str | None = Field(description="masked")
    template: str
    version: int
    text: str
    state: Literal["waiting_contact", "queued", "sent", "delivered", "failed"]
    created_at: datetime
    sent_at: datetime | None
    final_at: datetime | None
    error: str | None


class Messages(BaseModel):
    messages: list[Message]
    next: str | None = Field(description="pass as `after` for the next page")


@router.get("/messages", dependencies=[allow(Role.SUPERVISOR, Role.OPERATOR)])
async def list_messages(
    view: Read,
    case_number: Annotated[str | None, Query(max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(max_length=40)] = None,
) -> Messages:
    rows = await queries.message_list(view.conn, case_number, limit, after)
    shown = [Message.model_validate({**row._mapping, "phone": mask_phone(row.phone)}) for row in rows]
    return Messages(messages=shown, next=shown[-1].id if len(shown) == limit else None)


def mask_phone(phone: str | None) -> str | None:
    """138****1234; of a number too short for that, only its last two digits."""
    if phone is None:
        return None
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "****" + phone[-2:]


# -- receipts -------------------------------------------------------------------------------------------------------


class DeliveryReceipt(Body):
    message_id: str = Field(min_length=1, max_length=40)
    status: Literal["delivered", "failed"]


async def signed_by_gateway(request: Request, view: Read) -> None:
    """The signature is the authentication (Standard Webhooks, the secret shared with the gateway)."""
    signer = Webhook(view.context.settings.sms_receipt_secret.get_secret_value())
    try:
        signer.verify(await request.body(), dict(request.headers), json_parse=False)
    except (WebhookVerificationError, ValueError) as wrong:
        raise Problem(401, "bad-signature", "签名不正确", "回执须由短信网关签名。") from wrong


@router.post(
    "/sms/receipts",
    status_code=204,
    dependencies=[allow_anyone(), Depends(signed_by_gateway)],
    response_class=Response,
    responses=refuses(401, 404),
)
async def take_receipt(receipt: DeliveryReceipt, unit: Write) -> None:
    reason = "网关报告未送达" if receipt.status == "failed" else ""
    if not await sms.mark_final(unit, receipt.message_id, receipt.status, reason):
        raise NotFound("没有这条短信", "请核对短信编号。")
