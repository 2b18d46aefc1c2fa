"""Handing in (收件): by the applicant on line, or by a window clerk for whoever stands at the window."""

from collections import Counter
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Response, status

from services.intake import queries
from services.intake.api import renewals
from services.intake.api.bodies import AgentBody, ApplicantBody, ApplicationBody
from services.intake.api.desk import handed_in, uploads
from services.intake.api.drafts import use_up
from services.intake.api.items import item_in_force
from services.intake.api.shapes import Registered
from services.intake.context import Context
from services.intake.domain import clock, door
from services.intake.domain.agency import in_person
from services.intake.domain.case import Case
from services.intake.domain.catalogue import Item
from services.intake.domain.files import is_file_id
from services.intake.domain.project import on_fast_track
from services.intake.domain.values import Agent, Person
from services.intake.process import begin
from services.intake.queries import projects
from yimen import ids
from yimen.bus import Unit
from yimen.contracts.parts import DocumentKind, Kind
from yimen.passwords import hashed, new_password
from yimen.web import Invalid, Principal, Role, allow, creates, current_unit, new_router, refuses, set_etag
from yimen.worktime import local_date

router = new_router(tags=["applications"])

KIND_LETTERS = {Kind.INSTANT: "J", Kind.COMMITTED: "C", Kind.JOINT: "L", Kind.FORWARDED: "S"}


@router.post("/applications", status_code=status.HTTP_201_CREATED, dependencies=[creates()], responses=refuses(404))
async def hand_in(
    body: ApplicationBody,
    response: Response,
    unit: Annotated[Unit[Context], Depends(current_unit)],
    caller: Principal = allow(Role.CITIZEN, Role.WINDOW_CLERK),
) -> Registered:
    """收件: registered and receipted (R01). The answer alone carries the query password."""
    in_person(body.channel)
    item = await item_in_force(unit, body.item_code)
    if body.draft_id is not None:
        await use_up(unit, body.draft_id, caller)
    case = await renewals.renewing(unit, await _case(unit, item, body, caller), body.renews)
    if body.project is not None:
        case = on_fast_track(case, await projects.find(unit, body.project))
    return await register(unit, response, case, as_is=body.as_is)


async def register(unit: Unit[Context], response: Response, case: Case, *, as_is: bool) -> Registered:
    """Whatever comes in at the hall, by whichever door, becomes a case here."""
    rules, password = unit.context.rules, new_password()
    change = door.submit(case, rules, as_is=as_is)
    case = change.case
    papers = await begin(unit, change, hashed(password))
    set_etag(response, case.version)
    response.headers["Location"] = f"cases/{case.case_number}"
    return Registered(
        case_number=case.case_number,
        query_password=password,
        state=case.status,
        version=case.version,
        answer_by=clock.due(clock.answer_by(case, rules)),
        document=next(paper for paper in papers if paper.kind == DocumentKind.RECEIPT),
        renewal_right=None if case.renews is None else case.renewal_due is not None,
    )


async def _case(unit: Unit[Context], item: Item, body: ApplicationBody, caller: Principal) -> Case:
    applicant = person(body.applicant)
    materials = await handed_in(item, body.materials, unit, {caller.id})
    agent = await _agent(unit, body.agent, caller)
    return Case(
        case_number=await new_number(unit, item),
        item=item,
        channel=body.channel,
        applicant=applicant,
        situations=body.situations,
        account=None if Role.WINDOW_CLERK in caller.roles else caller.id,
        agent=agent,
        language=body.language,
        electronic_service=body.electronic_service,
        submitted_at=unit.now,
        received_on=local_date(unit.now),
        materials=materials,
        complete_at=unit.now,
    )


async def new_number(unit: Unit[Context], item: Item) -> str:
    """The day's next case number."""
    on = local_date(unit.now)
    counter = f"case/{unit.context.area}/{on}"
    serial = (await queries.take_numbers(unit, Counter([counter])))[counter]
    return ids.case_number(unit.context.area, on, KIND_LETTERS[item.kind], serial)


def person(body: ApplicantBody, pointer: str = "/applicant") -> Person:
    """With the identification checked; `pointer` says where it stands in the request."""
    organisation = body.type == "organisation"
    check = ids.check_credit_code if organisation else ids.check_resident_id
    number = _checked(check, body.id_number, f"{pointer}/id_number")
    return Person(
        name=body.name.strip(), id_number=number, phone=body.phone, email=body.email, organisation=organisation
    )


async def _agent(unit: Unit[Context], body: AgentBody | None, caller: Principal) -> Agent | None:
    """委托代理 (Art. 29). A mandate that was uploaded is kept by its sha256; any other is a document's number."""
    if body is None:
        return None
    agent = Agent(
        name=body.name.strip(),
        id_number=_checked(ids.check_resident_id, body.id_number, "/agent/id_number"),
        phone=body.phone,
        email=body.email,
        mandate=body.mandate.strip(),
    )
    if not is_file_id(body.mandate):
        return agent
    file = (await uploads(unit, [body.mandate], {caller.id}))[body.mandate]
    return agent.but(mandate=file.sha256, mandate_file=file.file_id)


def _checked(check: Callable[[str], str], number: str, pointer: str) -> str:
    try:
        return check(number)
    except ids.InvalidNumber as wrong:
        where = {"in": "body", "pointer": pointer, "message": str(wrong)}
        raise Invalid("invalid-identification", "证件号码不正确", str(wrong), [where]) from wrong
