"""Materials as files: uploaded by whoever will hand them in, opened by whoever handles the case.

Guarantees: the kind is told by the content; the same upload twice is one file, whether the first answer arrived or
not; a link opens one file for a few minutes, to whoever holds it, and only its hash is kept. Does not: open a unit
while bytes travel to the store (decision 0021).
"""

import asyncio
import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request, status
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from services.intake import queries
from services.intake.api.desk import OF_DEPARTMENT, admit, may_open, owns
from services.intake.context import Context
from services.intake.domain.case import Case
from services.intake.domain.files import EXTENSIONS, StoredFile, examine
from services.intake.queries import files
from yimen.bus import Unit, Units, View
from yimen.contracts.envelope import Code
from yimen.web import (
    NotFound,
    Principal,
    Problem,
    Role,
    allow,
    allow_anyone,
    current_unit,
    current_view,
    new_router,
    raw_body,
    refuses,
)

router = new_router(tags=["files"])

DAY = timedelta(days=1)
BINARY = {"schema": {"type": "string", "format": "binary"}}
RAW: dict[str, Any] = {"requestBody": {"required": True, "content": {"application/octet-stream": BINARY}}}
OPENED: dict[int | str, dict[str, Any]] = {200: {"description": "文件", "content": dict.fromkeys(EXTENSIONS, BINARY)}}

UPLOADERS = (Role.CITIZEN, Role.WINDOW_CLERK, Role.STATION_CLERK, Role.VILLAGE_AGENT)
OPENERS = (Role.CITIZEN, Role.SUPERVISOR, *OF_DEPARTMENT)


class FileView(BaseModel):
    file_id: str
    sha256: str
    media_type: str
    size: int


class LinkView(BaseModel):
    """`url` is relative to the address of this service, and opens without signing in until `expires_at`."""

    url: str
    expires_at: datetime


@router.post(
    "/files",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(raw_body)],
    openapi_extra=RAW,
    responses=refuses(422, 429),
)
async def upload(request: Request, caller: Principal = allow(*UPLOADERS)) -> FileView:
    """The body is the file: pdf, jpeg, png, ofd, docx or xlsx. What the headers say of its kind and name is not read."""
    units: Units[Context] = request.app.state.units
    content = await request.body()
    examined = await asyncio.to_thread(examine, content)
    async with units.view() as view:
        if await files.uploads_since(view, caller.id, view.now - DAY) >= view.context.settings.files_per_day:
            raise _too_many()
    await units.context.materials.put(examined.sha256, content)
    async with units.begin() as unit:
        file = await files.keep_file(unit, examined, len(content), caller.id)
    return FileView(file_id=file.file_id, sha256=file.sha256, media_type=file.media_type, size=file.size)


@router.post("/cases/{case_number}/materials/{code}/link")
async def link_material(
    case_number: Code,
    code: Code,
    unit: Annotated[Unit[Context], Depends(current_unit)],
    caller: Principal = allow(*OPENERS),
) -> LinkView:
    """A link to the file of one material, open for a few minutes."""
    case = await _admitted(unit, case_number, caller)
    held = next((material for material in case.materials if material.code == code), None)
    if held is None or held.file_id is None:
        raise _no_such_file()
    if not owns(caller, case):
        unit.looked(f"case/{case_number}", f"material/{code}")
    return await _link(unit, held.file_id, held.name)


@router.post("/cases/{case_number}/mandate/link")
async def link_mandate(
    case_number: Code, unit: Annotated[Unit[Context], Depends(current_unit)], caller: Principal = allow(*OPENERS)
) -> LinkView:
    """The same for the agent's mandate (委托书), where it was uploaded."""
    case = await _admitted(unit, case_number, caller)
    if case.agent is None or case.agent.mandate_file is None:
        raise _no_such_file()
    if not owns(caller, case):
        unit.looked(f"case/{case_number}", "mandate")
    return await _link(unit, case.agent.mandate_file, "委托书")


@router.get("/files/{token}", dependencies=[allow_anyone()], response_class=StreamingResponse, responses=OPENED)
async def open_link(token: str, view: Annotated[View[Context], Depends(current_view)]) -> StreamingResponse:
    """What the link leads to, always as an attachment."""
    found = await files.linked_file(view, _hashed(token))
    if found is None:
        raise NotFound("链接无效或已过期", "下载链接只在几分钟内有效，请回到办件重新获取。")
    name, file = found
    pieces = await view.context.materials.get(file.sha256)
    return StreamingResponse(pieces, media_type=file.media_type, headers=_headers(name, file))


async def _admitted(unit: Unit[Context], case_number: str, caller: Principal) -> Case:
    case = await queries.find_case(unit, case_number)
    return admit(caller, case, case is not None and may_open(caller, case))


async def _link(unit: Unit[Context], file_id: str, name: str) -> LinkView:
    token, expires_at = secrets.token_urlsafe(32), unit.now + unit.context.settings.link_life
    await files.keep_link(unit, _hashed(token), file_id, name, expires_at)
    return LinkView(url=f"files/{token}", expires_at=expires_at)


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _headers(name: str, file: StoredFile) -> dict[str, str]:
    """The name by RFC 8187, and a plain one for who cannot read that (RFC 6266)."""
    extension = EXTENSIONS[file.media_type]
    plain, whole = f"material.{extension}", quote(f"{name}.{extension}", safe="")
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}",
        "Content-Length": str(file.size),
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }


def _no_such_file() -> NotFound:
    return NotFound("没有找到该材料的文件", "该办件没有这份材料的电子文件，请核对材料编码，或到窗口查看原件。")


def _too_many() -> Problem:
    detail = "一天内上传的文件过多，请明天再试，或者携带材料到窗口办理。"
    return Problem(429, "too-many-files", "上传过于频繁", detail, headers={"Retry-After": "3600"})
