"""The bank's daily files, brought by hand: the same door that the fetched ones come through.

Whoever brings a file is signed in; that it is the bank's is known by the detached signature in the headers alone.
"""

from datetime import date
from typing import Annotated, Any, Final

from fastapi import Depends, Query, Request, Response

from services.fees.api.day_views import StatementView, statement_view
from services.fees.api.parts import InUnit
from services.fees.bank.wire import Refused, Signed, authenticate
from services.fees.context import Context
from services.fees.domain.statements import EPOCH
from services.fees.importing import REFUSED, import_file
from services.fees.queries import Found
from yimen.bus import Unit
from yimen.web import Invalid, Principal, Problem, Role, allow, new_router, raw_body, refuses

router = new_router(tags=["days"])

LARGEST_UPLOAD: Final = 8 * 1024 * 1024
"""Ten thousand lines of XML as they are; ten times as many when they are packed."""

BODY_LIMITS: Final = {"/statements": LARGEST_UPLOAD}

_KINDS: Final = ("text/csv", "application/xml", "application/gzip")
_FILE: Final = {"schema": {"type": "string", "format": "binary"}}
_RAW: Final = {"requestBody": {"required": True, "content": dict.fromkeys(_KINDS, _FILE)}}
_KNOWN: Final[dict[str, Any]] = {"model": StatementView, "description": "这份文件已经导入过"}


@router.post(
    "/statements",
    status_code=201,
    dependencies=[Depends(raw_body)],
    responses=refuses(401, 422) | {200: _KNOWN},
    openapi_extra=_RAW,
)
async def bring_statement(
    request: Request,
    unit: InUnit,
    response: Response,
    day: Annotated[date | None, Query(ge=EPOCH.date(), description="应为哪一天的文件；不填则以文件所写为准")] = None,
    caller: Principal = allow(Role.TREASURER),
) -> StatementView:
    """导入对账文件: CSV or camt.053, packed or not, under its headers Bank-Timestamp, -Nonce, -Serial and -Signature.

    What is the bank's and cannot be right is answered 422 and kept, with a difference that somebody has to answer for."""
    signed = _signed(unit, request, await request.body())
    imported = await import_file(unit, signed, asked=day, imported_by=caller.id)
    if imported.row.state == REFUSED:
        # An answer, not an exception: what was found out stays.
        return _refusal(imported.row).response(request.scope["path"])  # type: ignore[return-value]
    if not imported.fresh:
        response.status_code = 200
    return statement_view(imported.row)


def _signed(unit: Unit[Context], request: Request, body: bytes) -> Signed:
    context = unit.context
    try:
        return authenticate(request.headers, body, context.keys, unit.now, LARGEST_UPLOAD, aged=True)
    except Refused as refused:
        context.metrics.refused.labels(refused.refusal).inc()
        title, detail = "文件未通过验签", "文件的签名、时间或证书序列号有误，请向银行重新索取后再导入，文件未受理。"
        raise Problem(401, "statement-not-authentic", title, detail) from refused


def _refusal(row: Found) -> Problem:
    """In the words in which it was found."""
    detail = f"{row.refusal}文件已留存备查，请向银行索取更正文件后重新导入。"
    return Invalid("statement-refused", "对账文件有误", detail, day=row.day.isoformat(), version=row.version)
