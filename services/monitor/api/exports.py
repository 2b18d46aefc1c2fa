"""The journal for those who study processes: XES and OCEL 2.0, without persons."""

from datetime import date
from typing import Annotated, Any, Final

from fastapi import Depends, Query, Request
from fastapi.responses import StreamingResponse

from services.monitor.exporting import Format, Wanted, export, file_name
from yimen.contracts.envelope import Code
from yimen.web import Invalid, Role, allow, is_heavy, new_router

router = new_router(tags=["exports"])

_FILE: Final = {"schema": {"type": "string", "format": "binary"}}
_OBJECT: Final = {"schema": {"type": "object"}}
_LAST: Final = date(9999, 12, 1)


def _answers(media_type: str) -> dict[int | str, dict[str, Any]]:
    whole = _OBJECT if media_type == "application/json" else _FILE
    return {200: {"content": {media_type: whole, "application/gzip": _FILE}, "description": "流程分析文件"}}


async def _wanted(
    since: Annotated[date | None, Query(alias="from", description="办件起始日期，含当日")] = None,
    until: Annotated[date | None, Query(alias="to", description="办件截止日期，含当日")] = None,
    item: Annotated[Code | None, Query(description="事项编码")] = None,
    department: Annotated[Code | None, Query(description="参与办理的部门")] = None,
) -> Wanted:
    """Cases by the day on which they began; whole, whatever happened to them later."""
    if any(day is not None and not date(2000, 1, 1) <= day < _LAST for day in (since, until)):
        raise Invalid("invalid-range", "日期范围不对", "日期应在2000年以后，请核对起止日期。")
    if since and until and until < since:
        raise Invalid("invalid-range", "日期范围不对", "截止日期应不早于起始日期。")
    return Wanted.of_days(since, until, item, department)


Asked = Annotated[Wanted, Depends(_wanted)]
Packed = Annotated[bool, Query(description="压缩为gzip文件")]


@router.get(
    "/exports/xes",
    dependencies=[allow(Role.SUPERVISOR), is_heavy()],
    response_class=StreamingResponse,
    responses=_answers("application/xml"),
)
async def export_xes(request: Request, wanted: Asked, gzip: Packed = False) -> StreamingResponse:
    """XES (IEEE 1849-2016): a trace a case. Staff by pseudonyms that hold within this file."""
    return _attached(request, "xes", "application/xml", wanted, gzip)


@router.get(
    "/exports/ocel",
    dependencies=[allow(Role.SUPERVISOR), is_heavy()],
    response_class=StreamingResponse,
    responses=_answers("application/json"),
)
async def export_ocel(request: Request, wanted: Asked, gzip: Packed = False) -> StreamingResponse:
    """OCEL 2.0: every event beside the cases, reviews, lists, notices, departments that it speaks of."""
    return _attached(request, "ocel", "application/json", wanted, gzip)


def _attached(request: Request, kind: Format, media_type: str, wanted: Wanted, packed: bool) -> StreamingResponse:
    portions = export(request.app.state.units, kind, wanted, packed=packed)
    headers = {"Content-Disposition": f'attachment; filename="{file_name(kind, packed)}"'}
    return StreamingResponse(portions, media_type="application/gzip" if packed else media_type, headers=headers)
