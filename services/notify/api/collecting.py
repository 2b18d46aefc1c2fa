"""Papers, for applicants: fetched with the case number and the query password of the receipt, without an account, or by
who handed the case in on line and is signed in.

Guarantees: only papers that are theirs to have; a link opens them for a few minutes, and only its hash is kept; the
first time that a paper is fetched is kept and said, which electronic service (电子送达) rests on. Does not: tell that
it was read.
"""

import secrets
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import Header, Path, Request, Response
from pydantic import BaseModel

from services.notify.api.documents import PDF, paper
from services.notify.api.inbox import own_case
from services.notify.api.parts import Write
from services.notify.context import Context
from services.notify.queries import documents as stored
from yimen.bus import Unit, Units
from yimen.contracts.notify import DocumentCollected
from yimen.passwords import kept_hash, let_in
from yimen.web import NotFound, Principal, Role, allow, allow_anyone, new_router, refuses

router = new_router(tags=["documents"])

LINK_LIFE = timedelta(minutes=10)


class Fetchable(BaseModel):
    """`url` is relative to the address of this service."""

    document_id: str
    kind: str
    number: str
    title: str
    dated: date
    sha256: str
    size: int
    collected_at: datetime | None
    url: str


class OpenedPapers(BaseModel):
    """The links open without signing in until `expires_at`."""

    case_number: str
    expires_at: datetime
    documents: list[Fetchable]


@router.post("/cases/{case_number}/documents", dependencies=[allow_anyone()], responses=refuses(404, 429))
async def open_papers(
    case_number: Annotated[str, Path(max_length=80)],
    query_password: Annotated[str, Header(max_length=80)],
    request: Request,
) -> OpenedPapers:
    """The applicant's papers in their order, each with a link for ten minutes."""
    units: Units[Context] = request.app.state.units
    number = await let_in(units, case_number, query_password, kept_hash)
    async with units.begin() as unit:
        return await _opened(unit, number)


@router.post("/my/cases/{case_number}/documents", responses=refuses(404))
async def open_own_papers(
    case_number: Annotated[str, Path(max_length=80)],
    unit: Write,
    caller: Annotated[Principal, allow(Role.CITIZEN)],
) -> OpenedPapers:
    """The same, of a case that the caller handed in on line: no password is asked for."""
    await own_case(unit, caller, case_number)
    return await _opened(unit, case_number)


async def _opened(unit: Unit[Context], number: str) -> OpenedPapers:
    token = secrets.token_urlsafe(32)
    expires_at = unit.now + LINK_LIFE
    await stored.keep_link(unit, _hashed(token), number, expires_at)
    rows = await stored.of_applicant(unit.conn, number)
    shown = [
        Fetchable.model_validate({**row._mapping, "document_id": row.id, "url": f"documents/links/{token}/{row.id}"})
        for row in rows
    ]
    return OpenedPapers(case_number=number, expires_at=expires_at, documents=shown)


@router.get(
    "/documents/links/{token}/{document_id}",
    dependencies=[allow_anyone()],
    response_class=Response,
    responses=PDF | refuses(404),
)
async def fetch_paper(token: Annotated[str, Path(max_length=80)], document_id: UUID, request: Request) -> Response:
    """The paper. Its bytes are at hand before it counts as fetched."""
    units: Units[Context] = request.app.state.units
    async with units.view() as view:
        row = await stored.linked_document(view, _hashed(token), str(document_id))
    if row is None:
        raise NotFound("链接无效或已过期", "下载链接只在十分钟内有效，请用办件编号和查询密码重新获取。")
    answer = await paper(units.context, row)
    if row.collected_at is None:
        async with units.begin() as unit:
            if await stored.mark_collected(unit, row.id):
                about = {"document_id": row.id, "case_number": row.case_number, "kind": row.kind, "number": row.number}
                unit.emit(DocumentCollected(**about, collected_at=unit.now))
    return answer


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()
