"""Where the bank speaks to us. The signature is the authentication; nobody signs in here.

Content type → raw body → size → serial known → time within 300 s → signature → nonce unseen → decrypt → our account and
currency → store → lock notice → decide → post → outbox → commit → 204. All of it one transaction: what is refused leaves
no trace but a metric.
"""

from typing import Annotated, Final

from fastapi import Depends, Request, Response

from services.fees.bank.wire import Refusal, Refused, authenticate, unseal
from services.fees.bank.words import RefundFailed, Taken
from services.fees.collecting import collect, is_ours, keep_message
from services.fees.context import Context
from services.fees.payouts import pay_out, refund_failed
from yimen.bus import Unit
from yimen.web import Problem, allow_anyone, current_unit, is_signed, new_router, raw_body, refuses
from yimen.web.limits import require_json

router = new_router(tags=["bank"])

_STATUS: Final = {
    Refusal.CONTENT_TYPE: 415,
    Refusal.TOO_LARGE: 413,
    Refusal.UNREADABLE: 422,
    Refusal.ACCOUNT: 422,
}


@router.post(
    "/bank/messages",
    status_code=204,
    dependencies=[allow_anyone(), Depends(raw_body), is_signed()],
    responses=refuses(401, 415, 422),
)
async def receive_message(request: Request, unit: Annotated[Unit[Context], Depends(current_unit)]) -> Response:
    """银行通知: answered 204 once what it says stands in the books, however often it is sent."""
    metrics = unit.context.metrics
    try:
        outcome = await _receive(unit, request, await request.body())
    except Refused as refused:
        metrics.refused.labels(refused.refusal).inc()
        raise _problem(refused.refusal) from refused
    unit.after_commit(lambda: metrics.received.labels(outcome).inc())
    return Response(status_code=204)


async def _receive(unit: Unit[Context], request: Request, body: bytes) -> str:
    context = unit.context
    if not _is_json(request):
        raise Refused(Refusal.CONTENT_TYPE)
    signed = authenticate(request.headers, body, context.keys, unit.now)
    await keep_message(unit, signed)
    word = unseal(body, context.message_key)
    if not is_ours(context, word.account, word.currency):
        raise Refused(Refusal.ACCOUNT)
    match word:
        case Taken():
            return await collect(unit, signed, word)
        case RefundFailed():
            return await refund_failed(unit, signed, word)
        case _:
            return await pay_out(unit, signed, word.paid_out())


def _is_json(request: Request) -> bool:
    try:
        require_json(request)
    except Problem:
        return False
    return True


def _problem(refusal: Refusal) -> Problem:
    """One answer for all that is not the bank's: a stranger learns nothing from it."""
    status = _STATUS.get(refusal, 401)
    if status == 401:
        return Problem(
            401, "bank-message-not-authentic", "报文未通过验证", "签名、时间、证书序列号或加密有误，报文未受理。"
        )
    return Problem(
        status, f"bank-message-{refusal.replace('_', '-')}", "报文不符合约定", "报文未受理，请核对接口约定后重发。"
    )
