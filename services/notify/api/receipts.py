"""What an SMS gateway reports: which messages arrived. Each gateway signs with its own secret and speaks of its own only."""

from typing import Annotated, Literal

from fastapi import Depends, Path, Request, Response
from pydantic import Field
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from services.notify.api.parts import Read, Write
from services.notify.queries import messages as stored
from services.notify.settings import NotifySettings
from services.notify.settling import mark_final, was_given
from yimen.web import Body, NotFound, Problem, allow_anyone, is_signed, new_router, refuses

router = new_router(tags=["messages"])

Name = Annotated[str, Path(max_length=40)]
_NOBODY = "whsec_" + "bm9ib2R5IGtub3dzIHRoaXMgc2VjcmV0"


class DeliveryReceipt(Body):
    message_id: str = Field(min_length=1, max_length=40)
    status: Literal["delivered", "failed"]


async def signed_by_gateway(gateway: Name, request: Request, view: Read) -> None:
    """The signature is the authentication (Standard Webhooks, the secret shared with this gateway)."""
    body, headers = await request.body(), dict(request.headers)
    try:
        known = _secret(view.context.settings, gateway)
        Webhook(known or _NOBODY).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError) as wrong:
        raise _unsigned() from wrong
    if known is None:
        raise _unsigned()


def _secret(settings: NotifySettings, gateway: str) -> str | None:
    secrets = {one.name: one.receipt_secret.get_secret_value() for one in settings.sms_gateways}
    return secrets.get(gateway)


def _unsigned() -> Problem:
    return Problem(401, "bad-signature", "签名不正确", "回执须由所属短信网关签名。")


@router.post(
    "/sms/receipts/{gateway}",
    status_code=204,
    dependencies=[allow_anyone(), Depends(signed_by_gateway), is_signed()],
    response_class=Response,
    responses=refuses(401, 404),
)
async def take_receipt(gateway: Name, receipt: DeliveryReceipt, unit: Write) -> None:
    """The first final status stands; a later one is taken, and changes nothing."""
    message = await stored.message(unit.conn, receipt.message_id)
    if message is None or not was_given(message, gateway):
        raise NotFound("没有这条短信", "该网关没有收到过这个编号的短信，请核对。")
    reason = "网关报告未送达" if receipt.status == "failed" else ""
    await mark_final(unit, message, receipt.status, reason)
