"""Entrusting (代办): a village agent or a township's station takes a matter on, hands it in at the hall, brings the outcome
back. Each sees and moves what is its own; a township's station also sees what its villages have.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Depends, Response, status
from pydantic import Field

from services.intake import entrusting, queries
from services.intake.api.agency_views import AgencyPage, AgencyView, agency_view, summary
from services.intake.api.applications import new_number, person, register
from services.intake.api.bodies import ApplicantBody, ElectronicService, Materials, MessageLanguage
from services.intake.api.desk import handed_in
from services.intake.api.items import item_in_force
from services.intake.api.paging import After, Limit, place_of, written
from services.intake.api.shapes import Registered
from services.intake.api.views import progress_view
from services.intake.context import Context
from services.intake.domain import agency as agencies
from services.intake.domain.agency import Agency, AgencyState, Move
from services.intake.domain.case import Rules
from services.intake.domain.values import Language
from services.intake.queries import agencies as kept
from yimen.bus import Unit, View
from yimen.contracts.envelope import Code
from yimen.contracts.parts import AgencyStep, Channel
from yimen.web import (
    Body,
    Forbidden,
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
    refuses,
    set_etag,
)
from yimen.worktime import local_date

router = new_router(prefix="/agencies", tags=["agencies"])

LEVELS = {Role.VILLAGE_AGENT: Channel.VILLAGE, Role.STATION_CLERK: Channel.TOWNSHIP}
WATCHING = frozenset({Role.SUPERVISOR, Role.LEADER, Role.CENTRE_ADMIN})

Reading = Annotated[View[Context], Depends(current_view)]
Writing = Annotated[Unit[Context], Depends(current_unit)]


class EntrustingBody(Body):
    level: Annotated[Literal["township", "village"] | None, Field(description="缺省为经办人所在层级")] = None
    item_code: Code
    applicant: ApplicantBody
    mandate: Annotated[str, Field(max_length=200, description="书面委托书的编号或文件 SHA-256 摘要")] = ""
    materials: Materials
    fee: Annotated[int, Field(ge=0, le=10**13, strict=True, description="代办收费，必须为0")] = 0
    situations: Annotated[tuple[Code, ...], Field(max_length=20)] = ()
    language: MessageLanguage = Language.CHINESE
    electronic_service: ElectronicService = False


class StepBody(Body):
    step: Literal["delivered", "archived", "reported", "revisited"]
    note: Annotated[str, Field(max_length=2000)] = ""


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[creates()], responses=refuses(404))
async def entrust(
    body: EntrustingBody,
    response: Response,
    unit: Writing,
    caller: Principal = allow(Role.VILLAGE_AGENT, Role.STATION_CLERK),
) -> AgencyView:
    """委托登记: with the mandate, after the agent's own check (R100). Free of charge (R104)."""
    level, station = _standing(caller, body.level)
    item = await item_in_force(unit, body.item_code)
    applicant = person(body.applicant)
    agency = Agency(
        agency_id=await _number(unit),
        level=level,
        station=station,
        agent=caller.staff,
        item_code=item.code,
        item_name=item.name,
        applicant=applicant,
        mandate=body.mandate.strip(),
        language=body.language,
        electronic_service=body.electronic_service,
        situations=body.situations,
        materials=await handed_in(item, body.materials, unit, {caller.id}),
        entrusted_at=unit.now,
    )
    begun = await entrusting.begin(unit, agencies.entrust(agency, item, body.fee, unit.context.rules))
    set_etag(response, begun.version)
    response.headers["Location"] = f"agencies/{begun.agency_id}"
    return agency_view(begun, unit.context.rules, unit.now, whole=True)


def _standing(caller: Principal, asked: str | None) -> tuple[Channel, str]:
    """Level and station of the caller, who stands at one only."""
    levels = [level for role, level in LEVELS.items() if role in caller.roles and asked in (None, level)]
    if len(levels) != 1 or len(caller.departments) != 1:
        raise Forbidden("不在该层级代办", "只能以本人所在的一个站点登记委托：村级由代办员、乡镇由便民服务站人员登记。")
    (station,) = caller.departments
    return levels[0], station


async def _number(unit: Unit[Context]) -> str:
    counter = f"agency_number/{local_date(unit.now).year}"
    serial = (await queries.take_numbers(unit, Counter([counter])))[counter]
    return f"D{local_date(unit.now).year}-{serial:06}"


# -- one agency -----------------------------------------------------------------------------------------------------


def own(caller: Principal, agency: Agency) -> bool:
    """The village's for its agent; for the township's clerk also what its villages have."""
    at_village = Role.VILLAGE_AGENT in caller.roles and caller.serves(agency.station)
    return at_village or (Role.STATION_CLERK in caller.roles and caller.serves(agency.township))


def no_such_agency() -> NotFound:
    return NotFound("没有找到该代办件", "请核对代办编号；只能查看和办理本站点的代办件。")


async def show(view: View[Context], agency: Agency, caller: Principal) -> AgencyView:
    rules = view.context.rules
    if own(caller, agency):
        view.looked(f"agency/{agency.agency_id}", "id_number", "phone", "email")
    case = await queries.find_case(view, agency.case_number) if agency.case_number else None
    progress = None
    if case is not None:
        papers = await queries.documents_of(view, case.case_number)
        progress = progress_view(case, rules, papers, await queries.notices_of(view, case.case_number))
    return agency_view(agency, rules, view.now, whole=own(caller, agency), case=progress)


@dataclass(frozen=True)
class Errand:
    """One caller, one agency whose row is held, one step."""

    unit: Unit[Context]
    caller: Principal
    agency: Agency
    response: Response

    async def make(self, decide: Callable[[Agency, Rules], Move]) -> AgencyView:
        move = decide(self.agency, self.unit.context.rules)
        after = await entrusting.advance(self.unit, self.agency, move)
        set_etag(self.response, after.version)
        return await show(self.unit, after, self.caller)


def errand(*roles: Role) -> Any:
    """`on: Annotated[Errand, errand(Role.STATION_CLERK)]`"""

    async def approach(
        agency_id: Code,
        response: Response,
        unit: Writing,
        caller: Principal = allow(*roles),
        expected: int = if_match(),
    ) -> Errand:
        agency = await kept.locked(unit, agency_id)
        if agency is None or not own(caller, agency):
            raise no_such_agency()
        if agency.version != expected:
            raise StaleVersion(agency.version)
        return Errand(unit, caller, agency, response)

    return Depends(approach)


@router.post("/{agency_id}/forwarding")
async def forward(on: Annotated[Errand, errand(Role.VILLAGE_AGENT)]) -> AgencyView:
    """村转乡镇, within its working days (R101); late ones too."""
    return await on.make(lambda agency, rules: agencies.forward(agency, rules, on.unit.now))


@router.post("/{agency_id}/application", status_code=status.HTTP_201_CREATED)
async def apply(on: Annotated[Errand, errand(Role.STATION_CLERK)]) -> Registered:
    """向大厅提交: from this receipt the law's clock runs (R102). What the item asks for since is asked for by the window."""
    unit, agency = on.unit, on.agency
    item = await item_in_force(unit, agency.item_code)
    number = await new_number(unit, item)
    move = agencies.hand_in(agency, number, on.caller.staff, unit.now)
    registered = await register(unit, on.response, agency.case(item, number, unit.now), as_is=True)
    await entrusting.advance(unit, agency, move)
    on.response.headers["Location"] = f"../../cases/{number}"
    return registered


@router.post("/{agency_id}/steps")
async def record_step(
    body: StepBody, on: Annotated[Errand, errand(Role.VILLAGE_AGENT, Role.STATION_CLERK)]
) -> AgencyView:
    """送达、归档、上报、回访, in this order (R103)."""
    number, now = on.agency.case_number, on.unit.now
    case = await queries.find_case(on.unit, number) if number else None
    step, by = AgencyStep(body.step), on.caller.staff
    return await on.make(lambda agency, _rules: agencies.record_step(agency, case, step, by, body.note, now))


@router.get("/{agency_id}")
async def read_agency(
    agency_id: Code,
    view: Reading,
    response: Response,
    caller: Principal = allow(Role.VILLAGE_AGENT, Role.STATION_CLERK, *WATCHING),
) -> AgencyView:
    """Whole identification and telephone number only for the stations that have it in hand."""
    agency = await kept.find(view, agency_id)
    if agency is None or not (own(caller, agency) or caller.roles & WATCHING):
        raise no_such_agency()
    set_etag(response, agency.version)
    return await show(view, agency, caller)


@router.get("")
async def list_agencies(
    view: Reading,
    state: AgencyState | None = None,
    station: Code | None = None,
    limit: Limit = 50,
    after: After = None,
    caller: Principal = allow(Role.VILLAGE_AGENT, Role.STATION_CLERK, *WATCHING),
) -> AgencyPage:
    """Oldest first: the caller's own, a township's with its villages'; everybody's for who watches over them."""
    whose = None
    if not caller.roles & WATCHING:
        villages = caller.departments if Role.VILLAGE_AGENT in caller.roles else ()
        whose = kept.of(villages, caller.departments if Role.STATION_CLERK in caller.roles else ())
    query = kept.in_order(whose, station=station, state=state, after=place_of(after), limit=limit + 1)
    found = await kept.page(view, query)
    last = found[limit - 1] if len(found) > limit else None
    return AgencyPage(
        items=[summary(agency, view.context.rules) for agency in found[:limit]],
        next=None if last is None else written(last.entrusted_at, last.agency_id),
    )
