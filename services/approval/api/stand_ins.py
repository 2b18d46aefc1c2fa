"""Who stands in for the chief representative, from when until when (AB 角, S08)."""

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import Depends, Header, Path, Request, Response
from pydantic import BaseModel, Field

from services.approval.bodies import NameStandIn
from services.approval.context import Context
from services.approval.domain.stand_ins import StandIn, name_stand_in
from services.approval.queries import stand_ins
from services.approval.tasks import READERS, serving
from yimen.bus import Unit, View
from yimen.contracts.envelope import Code, Instant
from yimen.contracts.parts import Staff
from yimen.web import (
    NotFound,
    Principal,
    Role,
    StaleVersion,
    current_unit,
    current_view,
    if_match,
    new_router,
    refuses,
    set_etag,
)
from yimen.web.versions import expected_version

router = new_router(prefix="/departments/{department}/stand-ins", tags=["stand-ins"])

Chief = Annotated[Principal, serving(Role.CHIEF_REPRESENTATIVE)]
Write = Annotated[Unit[Context], Depends(current_unit)]
Read = Annotated[View[Context], Depends(current_view)]
StaffId = Annotated[str, Path(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9._~@|:+\-]+$")]


class StandInView(BaseModel):
    staff_id: str
    version: int
    name: str
    from_on: date = Field(serialization_alias="from")
    until_on: date = Field(serialization_alias="until")
    reason: str
    named_by: Staff
    named_at: Instant
    ended_at: Instant | None
    in_force: bool
    """Today: may decide now."""

    @classmethod
    def of(cls, named: StandIn, now: datetime) -> Self:
        return cls(**dict(named), in_force=named.in_force(now))


class StandInList(BaseModel):
    items: list[StandInView]


@router.get("", dependencies=[serving(*READERS)])
async def read_stand_ins(department: Code, view: Read) -> StandInList:
    """All who were ever named, by their first day."""
    named = await stand_ins.of_department(view.conn, department)
    return StandInList(items=[StandInView.of(one, view.now) for one in named])


@router.put("/{staff_id}", responses=refuses(412, 428))
async def name_deputy(
    department: Code,
    staff_id: StaffId,
    body: NameStandIn,
    chief: Chief,
    unit: Write,
    request: Request,
    response: Response,
    if_match: Annotated[str | None, Header(description="只有已指定过此人时才需要")] = None,
) -> StandInView:
    """Named, or named anew; the second time the version that was read is asked for."""
    before = await stand_ins.find_locked(unit, department, staff_id)
    if before is not None or if_match is not None:
        _refuse_stale(before, await expected_version(request))
    deputy = Staff(id=staff_id, name=body.name)
    named = name_stand_in(before, deputy, body.from_on, body.until_on, body.reason, chief.staff, unit.now)
    if before is not None:
        await stand_ins.keep(unit, department, named)
    elif not await stand_ins.add(unit, department, named):
        raise StaleVersion(named.version)
    return _answer(response, named, unit.now)


@router.delete("/{staff_id}", dependencies=[serving(Role.CHIEF_REPRESENTATIVE)])
async def end_deputy(
    department: Code, staff_id: StaffId, unit: Write, expected: Annotated[int, if_match()], response: Response
) -> StandInView:
    """Before the last day. What was decided until now stands."""
    before = await stand_ins.find_locked(unit, department, staff_id)
    if before is None:
        raise NotFound("没有指定此人", "本部门没有指定过该人员代理，请核对人员编号。")
    _refuse_stale(before, expected)
    ended = before.ended(unit.now)
    await stand_ins.keep(unit, department, ended)
    return _answer(response, ended, unit.now)


def _refuse_stale(before: StandIn | None, expected: int) -> None:
    current = 0 if before is None else before.version
    if expected != current:
        raise StaleVersion(current)


def _answer(response: Response, named: StandIn, now: datetime) -> StandInView:
    set_etag(response, named.version)
    return StandInView.of(named, now)
