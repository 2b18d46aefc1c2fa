"""The public check of papers (文书核验): where the QR code on each of them leads. No account, no script.

Guarantees: nothing personal is told; a file that is handed in is hashed and forgotten. A page for people, JSON for
whoever asks for it (`Accept: application/json`).
"""

import asyncio
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel
from sqlalchemy import Row

from services.notify.api.parts import Read
from services.notify.check_page import POLICY, page
from services.notify.context import Context
from services.notify.domain.checks import Checked, Verdict, verdict
from services.notify.domain.documents import file_in, number_key
from services.notify.queries import documents as stored
from yimen.bus import View
from yimen.departments import department_name
from yimen.web import Invalid, allow_anyone, is_heavy, new_router, raw_body

router = new_router(tags=["check"])

FILE_LIMIT = 20 * 1024 * 1024 + 4096
"""Twenty megabytes, and what a form puts around them."""

Number = Annotated[str, Query(max_length=400)]


class Answer(BaseModel):
    """`verdict`: of the file that was handed in, where one was."""

    documents: list[Checked]
    verdict: Verdict | None


HTML = {"text/html": {"schema": {"type": "string"}}}
CHECKED: dict[int | str, dict[str, Any]] = {
    200: {"model": Answer, "description": "核验结果", "content": HTML},
}
ANYONE: dict[str, Any] = {"dependencies": [allow_anyone()], "response_class": Response, "responses": CHECKED}
FILE = {"type": "string", "format": "binary", "minLength": 1}
FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/pdf": {"schema": FILE},
            "multipart/form-data": {"schema": {"type": "object", "properties": {"file": FILE}, "required": ["file"]}},
        },
    }
}


@router.get("/check", **ANYONE)
async def check_number(request: Request, view: Read, number: Number = "") -> Response:
    """By the number that stands on the paper, however its brackets are typed."""
    papers = await _numbered(view, number) if number else []
    return _answer(request, view.context, papers, number)


@router.get("/documents/check/{document_id}", **ANYONE)
async def check_document(request: Request, document_id: UUID, view: Read) -> Response:
    """Where the QR code leads."""
    papers = await _identified(view, document_id)
    return _answer(request, view.context, papers, papers[0].number if papers else "", base="../../")


@router.post("/check", **ANYONE | {"dependencies": [allow_anyone(), Depends(raw_body), is_heavy()]}, openapi_extra=FORM)
async def check_file(request: Request, view: Read, number: Number = "", document_id: UUID | None = None) -> Response:
    """The file itself: the paper of that number or id, byte for byte, or any of ours where neither is given."""
    content = await asyncio.to_thread(file_in, request.headers.get("content-type", ""), await request.body())
    if not content:
        raise Invalid("no-file", "没有收到文件", "请选择要核验的文件后重试。")
    digest = (await asyncio.to_thread(sha256, content)).hexdigest()
    named = await _identified(view, document_id) if document_id else await _numbered(view, number) if number else None
    papers = await _of_content(view, digest) if named is None else named
    found = verdict(digest, papers, is_named=named is not None)
    return _answer(request, view.context, papers, number, found)


async def _numbered(view: View[Context], number: str) -> list[Checked]:
    return _told(view.context, await stored.by_number(view.conn, number_key(number)))


async def _identified(view: View[Context], document_id: UUID) -> list[Checked]:
    row = await stored.document(view.conn, str(document_id))
    return _told(view.context, [row] if row else [])


async def _of_content(view: View[Context], digest: str) -> list[Checked]:
    return _told(view.context, await stored.by_content(view.conn, digest))


def _told(context: Context, rows: stored.Rows) -> list[Checked]:
    return [_checked(context.settings.hall_name, row) for row in rows]


def _checked(hall: str, row: Row[Any]) -> Checked:
    return Checked(
        document_id=row.id,
        title=row.title,
        kind=row.kind,
        number=row.number,
        organ=department_name(row.department) if row.department else hall,
        dated=row.dated,
        state=row.state,
        sha256=row.sha256,
        size=row.size,
        template_version=row.template_version,
    )


def _answer(
    request: Request,
    context: Context,
    papers: list[Checked],
    number: str,
    found: Verdict | None = None,
    base: str = "",
) -> Response:
    if _wants_json(request):
        return JSONResponse(Answer(documents=papers, verdict=found).model_dump(mode="json"))
    is_asked = bool(number) or bool(base)
    html = page(context.settings.hall_name, base, number, papers, found, is_asked)
    return HTMLResponse(html, headers={"Content-Security-Policy": POLICY})


def _wants_json(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return "application/json" in accepted and "text/html" not in accepted
