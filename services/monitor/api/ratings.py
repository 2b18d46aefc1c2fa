"""好差评, given by the case's number and query password, or at the window's tablet."""

import secrets
from typing import Annotated

from fastapi import Header, Path, Request, status
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import insert, select, update

from services.monitor import rating
from services.monitor.api.parts import Working
from services.monitor.context import Context
from services.monitor.domain.ratings import Indicators, Stage, indicators, levels
from services.monitor.rating import Found, Opinion
from services.monitor.tables import rating_tickets
from yimen import passwords
from yimen.bus import Units
from yimen.contracts.envelope import Code, Instant
from yimen.contracts.parts import Channel
from yimen.web import (
    Body,
    Conflict,
    Forbidden,
    NotFound,
    Principal,
    Role,
    allow,
    allow_anyone,
    creates,
    new_router,
    refuses,
    revalidated,
)

router = new_router(tags=["ratings"])

Id = Annotated[str, Path(min_length=1, max_length=80)]
Star = Annotated[int, Field(ge=1, le=5)]
Short = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]


class RatingBody(Body):
    """`named`: the department may learn who rated; then name and telephone are needed, and a bad rating is called back."""

    stars: Star
    aspects: Annotated[dict[Code, Star], Field(max_length=20)] = Field(default_factory=dict)
    comment: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")] | None = None
    named: bool = False
    rater: Short | None = None
    contact: Short | None = None

    @model_validator(mode="after")
    def _reachable(self) -> "RatingBody":
        if self.named != (self.rater is not None and self.contact is not None):
            raise ValueError("实名评价请填写姓名和联系电话；匿名评价请不要填写")
        return self

    @property
    def opinion(self) -> Opinion:
        return Opinion(**self.model_dump())


class TicketBody(Body):
    case_number: Code
    stage: Stage


class Given(BaseModel):
    rating_id: str
    case_number: str
    stage: Stage
    stars: int
    level: str
    given_at: Instant


class Ticket(BaseModel):
    """For the tablet at the window; good for ten minutes, and for one rating."""

    ticket: str
    case_number: str
    stage: Stage
    good_until: Instant


class IndicatorList(BaseModel):
    version: int
    online: dict[str, str]
    offline: dict[str, str]


class IndicatorLists(BaseModel):
    levels: dict[int, str]
    versions: list[IndicatorList]


@router.get("/indicators", dependencies=[allow_anyone(), revalidated()])
async def read_indicators() -> IndicatorLists:
    """The last version is in force."""
    return IndicatorLists(levels=dict(levels()), versions=[_indicators(one) for one in indicators()])


@router.put("/ratings/{case_number}/{stage}", dependencies=[allow_anyone()], responses=refuses(404, 409, 429))
async def rate_case(
    case_number: Id,
    stage: Stage,
    body: RatingBody,
    query_password: Annotated[str, Header(max_length=80)],
    request: Request,
) -> Given:
    """By whoever holds the case's number and query password, once; sent again, it is the same rating."""
    units: Units[Context] = request.app.state.units
    number = await passwords.let_in(units, case_number, query_password, passwords.kept_hash)
    async with units.begin() as unit:
        return _given(await rating.give(unit, number, stage, body.opinion, Channel.WEB))


@router.post("/ratings/tickets", status_code=status.HTTP_201_CREATED, dependencies=[creates()], responses=refuses(409))
async def open_rating(unit: Working, body: TicketBody, caller: Principal = allow(Role.WINDOW_CLERK)) -> Ticket:
    """By the window at which the applicant stands; the applicant then rates on the tablet."""
    reached = await rating.reached_stage(unit, body.case_number, body.stage)
    if not caller.serves(reached.department):
        raise Forbidden("不能为其他部门的办件打开评价", "请由受理该办件的部门窗口打开评价。")
    row = {"ticket": secrets.token_urlsafe(24), "case_number": body.case_number, "stage": body.stage}
    await unit.execute(insert(rating_tickets).values(row | {"opened_by": caller.id, "opened_at": unit.now}))
    return Ticket(**row, good_until=unit.now + rating.TICKET_LASTS)


@router.put("/tablets/{ticket}", dependencies=[allow_anyone()], responses=refuses(404, 409))
async def rate_at_window(ticket: Id, body: RatingBody, unit: Working) -> Given:
    """On the tablet, by the applicant."""
    t = rating_tickets.c
    row = (await unit.execute(select(rating_tickets).where(t.ticket == ticket).with_for_update())).first()
    if row is None:
        raise NotFound("没有这次评价", "请由窗口人员重新打开评价。")
    if row.used_at is None and unit.now > row.opened_at + rating.TICKET_LASTS:
        raise Conflict("ticket-expired", "评价时间已过", "请由窗口人员重新打开评价。")
    given = await rating.give(unit, row.case_number, Stage(row.stage), body.opinion, Channel.WINDOW)
    await unit.execute(update(rating_tickets).where(t.ticket == ticket).values(used_at=unit.now))
    return _given(given)


def _given(row: Found) -> Given:
    return Given(
        **{name: getattr(row, name) for name in Given.model_fields if name != "level"}, level=levels()[row.stars]
    )


def _indicators(one: Indicators) -> IndicatorList:
    return IndicatorList(version=one.version, online=dict(one.online), offline=dict(one.offline))
