"""Drafts (草稿): an application that its writer goes on with another day.

Guarantees: nobody but the writer sees one, another's is as unknown as one that is not there; kept `draft_days` after
it was last saved, or until a case came of it. Does not: check what is written; handing in does.
"""

from datetime import datetime
from typing import Annotated, Any
from uuid import uuid4

from fastapi import Depends, Response, status
from pydantic import BaseModel
from sqlalchemy import Row

from services.intake.api.draft_body import DraftBody
from services.intake.context import Context
from services.intake.queries import drafts
from yimen.bus import Unit, View
from yimen.contracts.envelope import Code
from yimen.errors import NotNow, Unfit
from yimen.web import (
    NotFound,
    Principal,
    Role,
    StaleVersion,
    allow,
    creates,
    current_unit,
    current_view,
    if_match,
    new_router,
    set_etag,
)

router = new_router(prefix="/drafts", tags=["drafts"])

MOST = 50

Reading = Annotated[View[Context], Depends(current_view)]
Writing = Annotated[Unit[Context], Depends(current_unit)]


class DraftSummary(BaseModel):
    draft_id: str
    version: int
    item_code: str | None
    saved_at: datetime
    kept_until: datetime


class DraftView(DraftSummary):
    """`application` as it was written: what was left out is left out."""

    application: DraftBody


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[creates()], response_model_exclude_unset=True)
async def begin_draft(
    body: DraftBody, response: Response, unit: Writing, caller: Principal = allow(Role.CITIZEN)
) -> DraftView:
    """At most fifty a person."""
    if await drafts.count_for_one_more(unit, caller.id) >= MOST:
        raise NotNow("drafts-full", "草稿已满", f"每人最多保存{MOST}份草稿，请先删除不再需要的草稿。")
    draft_id = f"draft-{uuid4().hex}"
    await drafts.keep_draft(unit, draft_id, caller.id, body.written, unit.now + unit.context.settings.draft_life)
    response.headers["Location"] = f"drafts/{draft_id}"
    return await _shown(unit, draft_id, caller, response)


@router.get("")
async def list_drafts(view: Reading, caller: Principal = allow(Role.CITIZEN)) -> list[DraftSummary]:
    """The caller's own, the latest first."""
    return [DraftSummary(**_summary(row)) for row in await drafts.drafts_of(view, caller.id)]


@router.get("/{draft_id}", response_model_exclude_unset=True)
async def read_draft(
    draft_id: Code, view: Reading, response: Response, caller: Principal = allow(Role.CITIZEN)
) -> DraftView:
    return await _shown(view, draft_id, caller, response)


@router.put("/{draft_id}", response_model_exclude_unset=True)
async def save_draft(
    draft_id: Code,
    body: DraftBody,
    response: Response,
    unit: Writing,
    caller: Principal = allow(Role.CITIZEN),
    expected: int = if_match(),
) -> DraftView:
    """As a whole: what the body does not name is gone."""
    await _hold(unit, draft_id, caller, expected)
    until = unit.now + unit.context.settings.draft_life
    await drafts.change_draft(unit, draft_id, expected + 1, body.written, until)
    return await _shown(unit, draft_id, caller, response)


@router.delete("/{draft_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_draft(
    draft_id: Code, unit: Writing, caller: Principal = allow(Role.CITIZEN), expected: int = if_match()
) -> None:
    await _hold(unit, draft_id, caller, expected)
    await drafts.drop_draft(unit, draft_id)


async def use_up(unit: Unit[Context], draft_id: str, caller: Principal) -> None:
    """A case comes of it in this unit: one draft, one case. Raises `Unfit`."""
    if await drafts.find_draft(unit, draft_id, caller.id, lock=True) is None:
        detail = "只能提交本人保存的草稿；它可能已经提交、删除或过期，请刷新草稿列表后重试。"
        raise Unfit("draft-not-found", "没有找到该草稿", detail)
    await drafts.drop_draft(unit, draft_id)


async def _hold(unit: Unit[Context], draft_id: str, caller: Principal, expected: int) -> None:
    row = await drafts.find_draft(unit, draft_id, caller.id, lock=True)
    if row is None:
        raise _no_such_draft()
    if row.version != expected:
        raise StaleVersion(row.version)


async def _shown(view: View[Context], draft_id: str, caller: Principal, response: Response) -> DraftView:
    row = await drafts.find_draft(view, draft_id, caller.id)
    if row is None:
        raise _no_such_draft()
    set_etag(response, row.version)
    return DraftView(**_summary(row), application=DraftBody.model_validate(row.body))


def _summary(row: Row[Any]) -> dict[str, Any]:
    own = {name: row._mapping[name] for name in ("draft_id", "version", "saved_at", "kept_until")}
    return own | {"item_code": row.body.get("item_code")}


def _no_such_draft() -> NotFound:
    return NotFound("没有找到该草稿", "它可能已经提交、删除或过期，请刷新草稿列表。")
