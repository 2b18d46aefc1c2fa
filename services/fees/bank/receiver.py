"""Where the bank speaks to us. The signature is the authentication; nobody signs in here.

Raw body → size → serial known → time within 300 s → signature → nonce unseen → decrypt → our account and currency → store →
lock notice → decide → post → outbox → commit → 204. All of it one transaction: what is refused leaves no trace but a metric.
"""

from typing import Annotated, Final

from fastapi import Depends, Request, Response

from services.fees.bank.wire import Refusal, Refused, authenticate, unseal
from services.fees.collecting import collect, keep_message
from services.fees.context import Context
from yimen.bus import Unit
from yimen.web import Problem, allow_anyone, current_unit, new_router, raw_body, refuses

router = new_router(tags=["bank"])

CURRENCY: Final = "CNY"
_STATUS: Final = {Refusal.TOO_LARGE: 413, Refusal.UNREADABLE: 422, Refusal.ACCOUNT: 422}


@router.post(
    "/bank/messages", status_code=204, dependencies=[allow_anyone(), Depends(raw_body)], responses=refuses(401, 422)
)
async def receive_message(request: Request, unit: Annotated[Unit[Context], Depends(current_unit)]) -> Response:
    """银行通知: answered 204 once its money stands in the books, however often it is sent."""
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
    signed = authenticate(request.headers, body, context.keys, unit.now)
    await keep_message(unit, signed)
    taken = unseal(body, context.message_key)
    if (taken.account, taken.currency) != (context.settings.fiscal_account, CURRENCY):
        raise Refused(Refusal.ACCOUNT)
    return await collect(unit, signed, taken)


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
