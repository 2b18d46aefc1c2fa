"""Ratings as they are read, bad ones called back and put right, and how satisfied people are."""

from datetime import date
from typing import Annotated, Final

from fastapi import Path, Query, Response
from pydantic import BaseModel
from sqlalchemy import ColumnElement, and_, or_, select, true

from services.monitor import rating
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
from services.monitor.domain.ratings import BAD, Stage, levels, satisfied_tenths
from services.monitor.rating import Found
from services.monitor.satisfaction import satisfaction
from services.monitor.tables import ratings
from yimen.bus import Unit, View
from yimen.contracts.envelope import Code, Instant
from yimen.departments import department_name
from yimen.web import (
    Body,
    Forbidden,
    Invalid,
    NotFound,
    Principal,
    Role,
    StaleVersion,
    allow,
    if_match,
    new_router,
    refuses,
    set_etag,
)
from yimen.worktime import local_date

router = new_router(tags=["ratings"])

Id = Annotated[str, Path(min_length=1, max_length=80)]
READERS: Final = (*OVERSEERS, Role.CENTRE_ADMIN, Role.CHIEF_REPRESENTATIVE)


class CallBody(Body):
    reached: bool
    note: Words


class RectificationBody(Body):
    measures: Words


class RatingView(BaseModel):
    """`rater` and `contact`: of those who agreed to be named."""

    rating_id: str
    case_number: str
    stage: Stage
    department: str
    department_name: str
    version: int
    is_default: bool
    replaced: bool
    stars: int
    level: str
    indicators: int | None
    aspects: dict[str, int]
    comment: str | None
    named: bool
    rater: str | None
    contact: str | None
    person: str | None
    given_at: Instant
    called_at: Instant | None
    reached: bool | None
    call_note: str | None
    rectified_at: Instant | None
    measures: str | None
    overdue_at: Instant | None
    voided_at: Instant | None
    void_reason: str | None


class RatingPage(BaseModel):
    items: list[RatingView]
    next: str | None


class DepartmentSatisfaction(BaseModel):
    """Of what people said themselves; `satisfied_tenths` in tenths of a per cent. `defaults` count in nothing else."""

    department: str
    department_name: str
    rated: int
    stars: dict[int, int]
    bad: int
    satisfied_tenths: int | None
    defaults: int


class SatisfactionView(BaseModel):
    first: date
    last: date
    departments: list[DepartmentSatisfaction]


@router.get("/ratings")
async def list_ratings(
    view: Reading,
    caller: Principal = allow(*READERS),
    department: Code | None = None,
    to_rectify: Annotated[bool, Query(description="bad ones with a name that are not put right yet")] = False,
    limit: Limit = 50,
    after: Cursor = None,
) -> RatingPage:
    """Newest first."""
    r = ratings.c
    wanted: list[ColumnElement[bool]] = [true()]
    if (mine := _departments(caller, department)) is not None:
        wanted.append(r.department.in_(mine))
    if to_rectify:
        wanted += [r.named, r.stars <= BAD, r.rectified_at.is_(None), r.voided_at.is_(None)]
    if (place := instant_place(after)) is not None:
        at, last = place
        wanted.append(or_(r.given_at < at, and_(r.given_at == at, r.rating_id < last)))
    query = select(ratings).where(*wanted).order_by(r.given_at.desc(), r.rating_id.desc()).limit(limit + 1)
    rows = (await view.execute(query)).all()
    end = rows[limit - 1] if len(rows) > limit else None
    return RatingPage(
        items=[_show(view, row) for row in rows[:limit]],
        next=end and f"{end.given_at:%Y-%m-%dT%H:%M:%S.%fZ}~{end.rating_id}",
    )


@router.get("/ratings/{rating_id}", responses=refuses(404))
async def read_rating(
    rating_id: Id, view: Reading, response: Response, caller: Principal = allow(*READERS)
) -> RatingView:
    row = await rating.find(view, rating_id)
    if row is None:
        raise unknown()
    if not _reads_all(caller) and not caller.serves(row.department):
        raise Forbidden("不能查看其他部门的评价", "请查看您所在部门的评价，或联系监察人员。")
    set_etag(response, row.version)
    return _show(view, row)


@router.post("/ratings/{rating_id}/call-back", responses=refuses(404, 409))
async def call_rater_back(
    rating_id: Id,
    body: CallBody,
    unit: Working,
    response: Response,
    caller: Principal = allow(Role.CHIEF_REPRESENTATIVE),
    expected: int = if_match(),
) -> RatingView:
    """Every bad rating with a name (R96)."""
    row = await _own(unit, rating_id, caller, expected)
    await rating.call_back(unit, row, reached=body.reached, note=body.note, by=caller.staff)
    return await read_rating(rating_id, unit, response, caller)


@router.post("/ratings/{rating_id}/rectification", responses=refuses(404, 409))
async def rectify_rating(
    rating_id: Id,
    body: RectificationBody,
    unit: Working,
    response: Response,
    caller: Principal = allow(Role.CHIEF_REPRESENTATIVE),
    expected: int = if_match(),
) -> RatingView:
    row = await _own(unit, rating_id, caller, expected)
    await rating.rectify(unit, row, body.measures, caller.staff)
    return await read_rating(rating_id, unit, response, caller)


@router.get("/satisfaction")
async def read_satisfaction(
    view: Reading,
    caller: Principal = allow(*READERS),
    department: Code | None = None,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> SatisfactionView:
    """What people said on these days, the last one included; this month, where none are named."""
    last = last or local_date(view.now)
    first = first or last.replace(day=1)
    if not date(2000, 1, 1) <= first <= last < date(9999, 1, 1):
        raise Invalid("invalid-days", "日期不正确", "起始日期不能晚于截止日期，请重新选择。")
    found = await satisfaction(view, _departments(caller, department), first, last)
    shown = [
        DepartmentSatisfaction(
            department=one.department,
            department_name=department_name(one.department),
            rated=sum(one.stars.values()),
            stars=one.stars,
            bad=sum(count for stars, count in one.stars.items() if stars <= BAD),
            satisfied_tenths=satisfied_tenths(one.stars),
            defaults=one.defaults,
        )
        for one in found
    ]
    return SatisfactionView(first=first, last=last, departments=shown)


def _reads_all(caller: Principal) -> bool:
    return oversees(caller) or Role.CENTRE_ADMIN in caller.roles


def _departments(caller: Principal, asked: str | None) -> list[str] | None:
    if _reads_all(caller):
        return None if asked is None else [asked]
    return departments_of(caller, asked)


async def _own(unit: Unit[Context], rating_id: str, caller: Principal, expected: int) -> Found:
    """谁办理谁负责: the department that handled the case."""
    row = await rating.lock(unit, rating_id)
    if row is None:
        raise unknown()
    if not caller.serves(row.department):
        raise Forbidden("不能处理其他部门的评价", "谁办理谁负责：请由办理该件的部门回访整改。")
    if row.version != expected:
        raise StaleVersion(row.version)
    return row


def unknown() -> NotFound:
    return NotFound("没有这条评价", "请刷新评价列表后重试。")


def _show(view: View[Context], row: Found) -> RatingView:
    if row.rater or row.contact:
        view.looked(f"rating/{row.rating_id}", "rater", "contact")
    names = RatingView.model_fields.keys() - {"department_name", "level", "person", "aspects"}
    return RatingView(
        **{name: getattr(row, name) for name in names},
        department_name=department_name(row.department),
        level=levels()[row.stars],
        aspects=row.aspects or {},
        person=row.person["name"] if row.person else None,
    )
