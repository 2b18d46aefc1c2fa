"""Bans on applying (R14), and records of bad credit (R16): imposed and lifted by the supervisor or the centre.

Guarantees: whole identification numbers are stored and compared, never shown or said. Window clerks see no list: they
learn of a ban by the refusal of an application.
"""

from collections import Counter
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Query, Response, status
from pydantic import BaseModel, Field

from services.intake import queries
from services.intake.api.bodies import Words
from services.intake.context import Context
from services.intake.domain import bans as rules
from services.intake.domain.bans import Ban
from services.intake.domain.catalogue import Item
from services.intake.queries import bans
from yimen import ids
from yimen.bus import Unit, View
from yimen.contracts.envelope import Code
from yimen.contracts.intake import BanImposed, BanLifted
from yimen.contracts.parts import Applicant, BanGround, Staff
from yimen.errors import NotNow
from yimen.web import (
    Body,
    Invalid,
    NotFound,
    Principal,
    Role,
    allow,
    creates,
    current_unit,
    current_view,
    new_router,
    refuses,
)
from yimen.worktime import local_date

router = new_router(prefix="/bans", tags=["bans"])

OVERSEERS = (Role.SUPERVISOR, Role.CENTRE_ADMIN)
Working = Annotated[Unit[Context], Depends(current_unit)]


class BanBody(Body):
    id_number: Annotated[str, Field(min_length=1, max_length=40, description="居民身份证号码或统一社会信用代码")]
    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
    ground: BanGround
    item_code: Annotated[Code | None, Field(description="只限该事项；不填则限所有涉及安全的事项")] = None
    found_on: date
    basis: Words


class LiftingBody(Body):
    reason: Words


class BanView(BaseModel):
    ban_id: str
    name: str
    masked_id: str
    organisation: bool
    ground: BanGround
    item_code: str | None
    found_on: date
    until: date | None
    basis: str
    stands: bool
    imposed_by: Staff
    imposed_at: datetime
    lifted_at: datetime | None
    lifted_by: Staff | None
    lifting_reason: str


class BanPage(BaseModel):
    items: list[BanView]
    next: str | None


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[creates()], responses=refuses(404))
async def impose(body: BanBody, response: Response, unit: Working, caller: Principal = allow(*OVERSEERS)) -> BanView:
    """False material: one year from the finding (Art. 78); fraud: three (Art. 79); bad credit: until it is lifted."""
    number, organisation = _identified(body.id_number)
    item = None if body.item_code is None else await _known(unit, body.item_code)
    today = local_date(unit.now)
    rules.check(body.ground, body.found_on, item, today)
    ban = Ban(
        **body.model_dump(exclude={"id_number", "name"}),
        ban_id=await _next_id(unit, today.year),
        id_number=number,
        name=body.name.strip(),
        organisation=organisation,
        until=rules.last_day(body.ground, body.found_on),
        imposed_by=caller.staff,
        imposed_at=unit.now,
    )
    bans.add_ban(unit, ban)
    unit.emit(_imposed(ban))
    response.headers["Location"] = f"bans/{ban.ban_id}"
    return _view(ban, today)


@router.post("/{ban_id}/lifting", dependencies=[creates()], responses=refuses(404, 409))
async def lift(ban_id: Code, body: LiftingBody, unit: Working, caller: Principal = allow(*OVERSEERS)) -> BanView:
    """Credit repaired, or imposed in error; once, with the reason."""
    ban = await bans.locked_ban(unit, ban_id)
    if ban is None:
        raise NotFound("没有找到该限制记录", "请在限制申请名单中核对编号后重试。")
    if ban.lifted_at is not None:
        raise NotNow("ban-already-lifted", "该限制已经解除", "限制只能解除一次，请刷新名单。")
    lifted = ban.but(lifted_at=unit.now, lifted_by=caller.staff, lifting_reason=body.reason)
    await bans.keep_ban(unit, lifted)
    unit.emit(BanLifted(ban_id=ban_id, reason=body.reason, lifted_by=caller.staff, lifted_at=unit.now))
    return _view(lifted, local_date(unit.now))


@router.get("")
async def list_bans(
    view: Annotated[View[Context], Depends(current_view)],
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[Code | None, Query(description="`next` of the page before")] = None,
    _caller: Principal = allow(*OVERSEERS),
) -> BanPage:
    """In the order in which they were imposed, lifted and past ones too."""
    found = await bans.page_of_bans(view, after, limit + 1)
    shown, today = found[:limit], local_date(view.now)
    more = shown[-1].ban_id if len(found) > limit else None
    return BanPage(items=[_view(ban, today) for ban in shown], next=more)


def _identified(typed: str) -> tuple[str, bool]:
    """The number as applications have it, and whether it is an organisation's."""
    for check, organisation in ((ids.check_resident_id, False), (ids.check_credit_code, True)):
        try:
            return check(typed), organisation
        except ids.InvalidNumber:
            continue
    said = "既不是有效的居民身份证号码，也不是有效的统一社会信用代码，请对照证件重新填写。"
    where = {"in": "body", "pointer": "/id_number", "message": said}
    raise Invalid("invalid-identification", "证件号码不正确", said, [where])


async def _known(unit: Unit[Context], code: str) -> Item:
    item = await queries.newest_version(unit, code)
    if item is None:
        raise NotFound("没有找到该事项", "目录中没有该事项，请核对事项编码。")
    return item


async def _next_id(unit: Unit[Context], year: int) -> str:
    counter = f"ban/{year}"
    serial = (await queries.take_numbers(unit, Counter([counter])))[counter]
    return f"BAN{year}{serial:06}"


def _imposed(ban: Ban) -> BanImposed:
    return BanImposed(
        ban_id=ban.ban_id,
        applicant=Applicant(name=ban.name, masked_id=ids.mask(ban.id_number), organisation=ban.organisation),
        ground=ban.ground,
        until=ban.until,
        basis=ban.basis,
        imposed_by=ban.imposed_by,
        imposed_at=ban.imposed_at,
    )


def _view(ban: Ban, today: date) -> BanView:
    shown = ban.model_dump(exclude={"id_number"})
    return BanView(**shown, masked_id=ids.mask(ban.id_number), stands=ban.stands(today))
