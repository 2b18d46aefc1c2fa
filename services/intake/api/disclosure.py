"""What the public reads of the hall's work: results of decided cases (结果公开, Art. 40) and the centre's announcements."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import uuid4

from fastapi import Depends, status
from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.intake.api.bodies import Words
from services.intake.api.paging import After, From, Limit, To, bounds, counted_place_of, place_of, written
from services.intake.context import Context
from services.intake.domain import disclosure
from services.intake.domain.disclosure import Announcement
from services.intake.domain.values import Licence, Person
from services.intake.queries import announcements as kept
from services.intake.queries import lists
from services.intake.queries.items import Edition, known_items
from services.intake.queries.paging import Stretch
from yimen.bus import Unit, View
from yimen.contracts.envelope import Code, Name
from yimen.contracts.parts import Outcome
from yimen.departments import department_name
from yimen.web import (
    Body,
    NotFound,
    Principal,
    Role,
    allow,
    allow_anyone,
    creates,
    current_unit,
    current_view,
    new_router,
    revalidated,
)

router = new_router(tags=["disclosure"])

Reading = Annotated[View[Context], Depends(current_view)]
Working = Annotated[Unit[Context], Depends(current_unit)]
_INSTANT = timedelta(microseconds=1)


class Result(BaseModel):
    """One decision, as far as it is everybody's. A denial stands without its reasons."""

    item_code: str
    item_name: str
    department: str
    department_name: str
    applicant_name: str = Field(description="a person by the first character only")
    outcome: Outcome
    decided_on: date
    licence_number: str | None


class ResultPage(BaseModel):
    items: list[Result]
    next: str | None


class AnnouncementView(BaseModel):
    """Plain text: nothing in it is to be read as markup."""

    announcement_id: str
    title: str
    body: str
    published_at: datetime


class AnnouncementPage(BaseModel):
    items: list[AnnouncementView]
    next: str | None


class AnnouncementBody(Body):
    title: Annotated[Name, Field(max_length=200, pattern=r"\S")]
    body: Annotated[str, Field(min_length=1, max_length=8000, pattern=r"\S")]


class AnnouncementWithdrawalBody(Body):
    reason: Words


@router.get("/results", dependencies=[allow_anyone(), revalidated()])
async def list_results(
    view: Reading,
    item_code: Code | None = None,
    department: Code | None = None,
    first: From = None,
    last: To = None,
    limit: Limit = 50,
    after: After = None,
) -> ResultPage:
    """结果公开: newest first."""
    since, until = bounds(first, last)
    place = counted_place_of(after)
    skip = 0
    if place is not None:
        skip, through = place[1], place[0] + _INSTANT
        until = through if until is None else min(until, through)
    stretch = Stretch(limit + 1, since=since, until=until, skip=skip)
    rows = await lists.page_of_results(view, department, item_code, stretch)
    known = await known_items(view, {(row.item_code, row.item_version) for row in rows})
    more = len(rows) > limit
    return ResultPage(
        items=[_result(row, known) for row in rows[:limit]], next=_following(rows[:limit], place) if more else None
    )


def _following(shown: Any, place: tuple[datetime, int] | None) -> str:
    """The last instant, and how many results of it were shown so far."""
    at = shown[-1].decided_at
    same = sum(row.decided_at == at for row in shown)
    return written(at, same + (place[1] if place is not None and place[0] == at else 0))


def _result(row: Row[Any], known: dict[Edition, Any]) -> Result:
    applicant = Person.model_validate(row.applicant)
    licence = None if row.licence is None else Licence.model_validate(row.licence)
    return Result(
        item_code=row.item_code,
        item_name=known[row.item_code, row.item_version].name,
        department=row.department,
        department_name=department_name(row.department),
        applicant_name=disclosure.public_name(applicant.name, organisation=applicant.organisation),
        outcome=row.outcome,
        decided_on=row.decided_on,
        licence_number=None if licence is None else licence.number,
    )


@router.get("/announcements", dependencies=[allow_anyone(), revalidated()])
async def list_announcements(view: Reading, limit: Limit = 20, after: After = None) -> AnnouncementPage:
    """公告: those that stand, newest first."""
    rows = await kept.page_of_announcements(view, place_of(after), limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    return AnnouncementPage(
        items=[AnnouncementView.model_validate(row, from_attributes=True) for row in rows[:limit]],
        next=None if last is None else written(last.published_at, last.announcement_id),
    )


@router.get("/announcements/{announcement_id}", dependencies=[allow_anyone(), revalidated()])
async def read_announcement(announcement_id: Code, view: Reading) -> AnnouncementView:
    """One that stands."""
    row = await kept.standing_announcement(view, announcement_id)
    if row is None:
        raise NotFound("没有找到该公告", "公告可能已经撤下，请查看公告列表。")
    return AnnouncementView.model_validate(row, from_attributes=True)


@router.post("/announcements", status_code=status.HTTP_201_CREATED, dependencies=[creates()])
async def publish_announcement(
    body: AnnouncementBody, unit: Working, caller: Principal = allow(Role.CENTRE_ADMIN)
) -> AnnouncementView:
    announcement, event = disclosure.publish(uuid4().hex, body.title, body.body, caller.staff, unit.now)
    kept.add_announcement(unit, announcement)
    unit.emit(event)
    return _shown(announcement)


@router.post("/announcements/{announcement_id}/withdrawal", dependencies=[creates()])
async def withdraw_announcement(
    announcement_id: Code,
    body: AnnouncementWithdrawalBody,
    unit: Working,
    caller: Principal = allow(Role.CENTRE_ADMIN),
) -> AnnouncementView:
    """It is shown no more; who took it back, when and why is kept."""
    found = await kept.locked_announcement(unit, announcement_id)
    if found is None:
        raise NotFound("没有找到该公告", "请刷新公告列表后重试。")
    announcement, event = disclosure.withdraw(found, body.reason, caller.staff, unit.now)
    await kept.keep_announcement(unit, announcement)
    unit.emit(event)
    return _shown(announcement)


def _shown(announcement: Announcement) -> AnnouncementView:
    return AnnouncementView.model_validate(announcement, from_attributes=True)
