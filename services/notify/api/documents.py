"""Papers, for those who work here: which there are, and the paper itself.

Guarantees: a department sees the papers that it gives and those of the cases on which it works; the money side also the
fee window's; nobody is told that another paper exists. An operator may only have a failed one made again.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import Row, update

from services.notify.api.parts import Read, Write
from services.notify.context import Context
from services.notify.queries import documents as stored
from services.notify.queries.documents import Sight
from services.notify.tables import documents
from yimen import operations
from yimen.errors import NotNow
from yimen.operations import By
from yimen.web import NotFound, Principal, Role, allow, new_router
from yimen.web.operations import Reason

router = new_router(tags=["documents"])

EVERYTHING = frozenset({Role.SUPERVISOR, Role.LEADER, Role.CENTRE_ADMIN})
MONEY = frozenset({Role.FEE_OFFICER, Role.TREASURER})
DEPARTMENT = frozenset(
    {
        *(Role.WINDOW_CLERK, Role.SECTION_OFFICER, Role.CHIEF_REPRESENTATIVE, Role.ORGAN_HEAD),
        *(Role.STATION_CLERK, Role.VILLAGE_AGENT),
    }
)
Reader = Annotated[Principal, allow(*EVERYTHING, *MONEY, *DEPARTMENT)]
PDF: dict[int | str, dict[str, Any]] = {
    200: {"description": "文书", "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}
}
State = Literal["waiting", "rendered", "failed"]


class Document(BaseModel):
    """`error`: why it could not be made, for the operator."""

    id: str
    kind: str
    number: str
    title: str
    department: str | None
    case_number: str | None
    dated: date
    state: State
    template_version: int | None
    sha256: str | None
    size: int | None
    created_at: datetime
    rendered_at: datetime | None
    collected_at: datetime | None
    error: str | None

    @classmethod
    def of(cls, row: Row[Any]) -> "Document":
        return cls.model_validate({name: row._mapping[name] for name in cls.model_fields})


class Documents(BaseModel):
    documents: list[Document]
    next: str | None = Field(description="pass as `after` for the next page")


def sight_of(caller: Principal) -> Sight:
    if caller.roles & EVERYTHING:
        return Sight(None)
    return Sight(caller.departments, fees=bool(caller.roles & MONEY))


@router.get("/documents")
async def list_documents(
    view: Read,
    caller: Reader,
    case_number: Annotated[str | None, Query(max_length=80)] = None,
    kind: Annotated[str | None, Query(max_length=80)] = None,
    department: Annotated[str | None, Query(max_length=80)] = None,
    state: State | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(max_length=40)] = None,
) -> Documents:
    """Newest first."""
    asked = {"case_number": case_number, "kind": kind, "department": department, "state": state}
    wanted = {name: value for name, value in asked.items() if value is not None}
    rows = await stored.document_list(view.conn, sight_of(caller), wanted, after, limit)
    shown = [Document.of(row) for row in rows]
    return Documents(documents=shown, next=shown[-1].id if len(shown) == limit else None)


@router.get("/documents/{document_id}")
async def show_document(document_id: UUID, view: Read, caller: Reader) -> Document:
    return Document.of(await _seen(view, caller, document_id))


@router.get("/documents/{document_id}/file", response_class=Response, responses=PDF | {304: {"description": "未变"}})
async def open_document(document_id: UUID, view: Read, caller: Reader, request: Request) -> Response:
    """The paper as it was rendered, PDF/A; its ETag is its sha256."""
    row = await _seen(view, caller, document_id)
    if row.state != "rendered":
        raise NotNow("not-rendered", "文书尚未制成", "文书正在制作，请稍后再试；长时间未制成的，请联系运维人员。")
    return await paper(view.context, row, request.headers.get("if-none-match", ""))


@router.post("/documents/{document_id}/rendering", status_code=202)
async def render_again(
    document_id: UUID, reason: Reason, unit: Write, caller: Annotated[Principal, allow(Role.OPERATOR)]
) -> None:
    """Once font, layout or store are mended: composed and rendered anew. Only where it failed."""
    row = await stored.document(unit.conn, str(document_id), lock=True)
    if row is None:
        raise _no_document()
    if row.state != "failed":
        raise NotNow("not-failed", "该文书并未制作失败", "已制成的文书不再改动，制作中的无须处理，请刷新列表。")
    await unit.execute(update(documents).where(documents.c.id == row.id).values(state="waiting", data=None))
    await operations.retry_job(unit, "document", row.id, By(caller.id, reason.reason))


async def paper(context: Context, row: Row[Any], known: str = "") -> Response:
    """`known`: the ETags that the caller has already."""
    headers = {"ETag": f'"{row.sha256}"', "Cache-Control": "private, no-cache"}
    if row.sha256 in known:
        return Response(status_code=304, headers=headers)
    pieces = await context.papers.get(row.sha256)
    name = quote(f"{row.title}-{row.number}.pdf", safe="")
    headers |= {
        "Content-Disposition": f"inline; filename=\"document.pdf\"; filename*=UTF-8''{name}",
        "Content-Length": str(row.size),
    }
    return StreamingResponse(pieces, media_type="application/pdf", headers=headers)


async def _seen(view: Read, caller: Principal, document_id: UUID) -> Row[Any]:
    row = await stored.seen_document(view.conn, str(document_id), sight_of(caller))
    if row is None:
        raise _no_document()
    return row


def _no_document() -> NotFound:
    return NotFound("没有找到这份文书", "请核对文书标识；只能查看本部门的文书和本部门所办事项的文书。")
