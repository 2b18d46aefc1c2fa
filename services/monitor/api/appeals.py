"""Appeals (申诉): by the chief representative of the department concerned, decided by the centre (R76)."""

from datetime import date
from typing import Annotated, Any

from fastapi import Path, Response, status
from pydantic import BaseModel
from sqlalchemy import Row

from services.monitor import appealing
from services.monitor.api.parts import (
    OVERSEERS,
    Cursor,
    Limit,
    Reading,
    Words,
    Working,
    departments_of,
    instant_place,
    oversees,
)
from services.monitor.context import Context
from services.monitor.remaining import Today, today_of
from yimen.bus import View
from yimen.contracts.envelope import Code, Instant
from yimen.contracts.monitor import AppealTarget
from yimen.departments import department_name
from yimen.terms import SUPERVISION
from yimen.web import (
    Body,
    Forbidden,
    NotFound,
    Principal,
    Role,
    StaleVersion,
    allow,
    creates,
    if_match,
    new_router,
    refuses,
    set_etag,
)

router = new_router(tags=["appeals"])
Number = Annotated[Code, Path()]


class Appeal(Body):
    target: AppealTarget
    target_id: Code
    grounds: Words


class Decision(Body):
    upheld: bool
    reasons: Words


class AppealShape(BaseModel):
    """`upheld`: absent until it is decided. `overdue`: undecided after `decide_by`; `left`: working days until then."""

    appeal_number: str
    department: str
    department_name: str
    target: AppealTarget
    target_name: str
    target_id: str
    case_number: str | None
    grounds: str
    filed_by_name: str
    filed_at: Instant
    decide_by: date
    overdue: bool
    left: int | None
    upheld: bool | None
    reasons: str | None
    decided_by_name: str | None
    decided_at: Instant | None
    version: int

    @classmethod
    def of(cls, row: Row[Any], today: Today) -> "AppealShape":
        return cls(
            **{name: value for name, value in row._mapping.items() if name in cls.model_fields},
            department_name=department_name(row.department),
            target_name=SUPERVISION[AppealTarget(row.target)],
            overdue=row.upheld is None and today.past(row.decide_by),
            left=today.left(row.decide_by) if row.upheld is None else None,
        )


class AppealPage(BaseModel):
    items: list[AppealShape]
    next: str | None


@router.post("/appeals", status_code=status.HTTP_201_CREATED, dependencies=[creates()], responses=refuses(404, 409))
async def file_appeal(
    body: Appeal, unit: Working, response: Response, caller: Principal = allow(Role.CHIEF_REPRESENTATIVE)
) -> AppealShape:
    target = await appealing.find_target(unit, body.target, body.target_id)
    if target is None:
        raise NotFound("没有可以申诉的事项", "请核对监察提示、扣分或者评价的编号；加分和冲回不能申诉。")
    if not caller.serves(target.department):
        raise Forbidden("不能代其他部门申诉", "请由被监察部门的首席代表提出申诉。")
    number = await appealing.file(unit, body.target, body.target_id, target, body.grounds, caller.staff)
    return await _shown(unit, number, response)


@router.get("/appeals")
async def list_appeals(
    view: Reading,
    caller: Principal = allow(*OVERSEERS, Role.CHIEF_REPRESENTATIVE),
    department: Code | None = None,
    decided: bool | None = None,
    limit: Limit = 50,
    after: Cursor = None,
) -> AppealPage:
    """Newest first."""
    rows = await appealing.appeal_page(
        view,
        departments=departments_of(caller, department),
        decided=decided,
        before=instant_place(after),
        limit=limit + 1,
    )
    last, today = rows[limit - 1] if len(rows) > limit else None, await today_of(view)
    return AppealPage(
        items=[AppealShape.of(row, today) for row in rows[:limit]],
        next=last and f"{last.filed_at:%Y-%m-%dT%H:%M:%S.%fZ}~{last.appeal_number}",
    )


@router.get("/appeals/{appeal_number}", responses=refuses(404))
async def read_appeal(
    appeal_number: Number,
    view: Reading,
    response: Response,
    caller: Principal = allow(*OVERSEERS, Role.CHIEF_REPRESENTATIVE),
) -> AppealShape:
    row = await _known(view, appeal_number)
    if not oversees(caller) and not caller.serves(row.department):
        raise Forbidden("不能查看其他部门的申诉", "请由申诉部门的首席代表查看。")
    return await _shown(view, appeal_number, response)


@router.post("/appeals/{appeal_number}/decision", responses=refuses(404, 409))
async def decide_appeal(
    appeal_number: Number,
    body: Decision,
    unit: Working,
    response: Response,
    caller: Principal = allow(*OVERSEERS),
    expected: int = if_match(),
) -> AppealShape:
    """By somebody who neither found what it is about nor filed it."""
    row = await _known(unit, appeal_number)
    if caller.id in (row.found_by, row.filed_by):
        raise Forbidden("不能决定与自己有关的申诉", "该事项由您认定或者由您申诉，请由其他监察人员或者中心领导决定。")
    if row.version != expected:
        raise StaleVersion(row.version)
    await appealing.decide(unit, row, upheld=body.upheld, reasons=body.reasons, by=caller.staff)
    return await _shown(unit, appeal_number, response)


async def _known(view: View[Context], number: str) -> Row[Any]:
    row = await appealing.appeal(view, number)
    if row is None:
        raise NotFound("没有这份申诉", "请核对申诉编号后重试。")
    return row


async def _shown(view: View[Context], number: str, response: Response) -> AppealShape:
    row = await _known(view, number)
    set_etag(response, row.version)
    return AppealShape.of(row, await today_of(view))
