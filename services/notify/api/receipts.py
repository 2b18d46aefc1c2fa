"""What the SMS gateway reports: which messages arrived."""

from typing import Literal

from fastapi import Depends, Request, Response
from pydantic import Field
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from services.notify import sms
from services.notify.api.parts import Read, Write
from yimen.web import Body, NotFound, Problem, allow_anyone, new_router, refuses

router = new_router(tags=["messages"])


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
