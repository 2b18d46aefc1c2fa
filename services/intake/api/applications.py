"""Handing in (收件): by the applicant on line, or by a window clerk for whoever stands at the window."""

from collections import Counter
from typing import Annotated

from fastapi import Depends, Response, status

from services.intake import queries
from services.intake.api.bodies import ApplicantBody, ApplicationBody
from services.intake.api.desk import handed_in
from services.intake.api.items import item_in_force
from services.intake.api.views import Registered
from services.intake.context import Context
from services.intake.domain import clock, door
from services.intake.domain.case import Case
from services.intake.domain.catalogue import Item
from services.intake.domain.values import Person
from services.intake.passwords import hashed, new_password
from services.intake.process import begin
from yimen import ids
from yimen.bus import Unit
from yimen.contracts.parts import DocumentKind, Kind
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
    rules, password = unit.context.rules, new_password()
    item = await item_in_force(unit, body.item_code)
    change = door.submit(await _case(unit, item, body, caller), rules, as_is=body.as_is)
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
    )


async def _case(unit: Unit[Context], item: Item, body: ApplicationBody, caller: Principal) -> Case:
    applicant = _person(body.applicant)
    materials = handed_in(item, body.materials, unit)
    on = local_date(unit.now)
    counter = f"case/{unit.context.area}/{on}"
    serial = (await queries.take_numbers(unit, Counter([counter])))[counter]
    return Case(
        case_number=ids.case_number(unit.context.area, on, KIND_LETTERS[item.kind], serial),
        item=item,
        channel=body.channel,
        applicant=applicant,
        situations=body.situations,
        account=None if Role.WINDOW_CLERK in caller.roles else caller.id,
        submitted_at=unit.now,
        received_on=on,
        materials=materials,
        complete_at=unit.now,
    )


def _person(body: ApplicantBody) -> Person:
    organisation = body.type == "organisation"
    check = ids.check_credit_code if organisation else ids.check_resident_id
    try:
        number = check(body.id_number)
    except ids.InvalidNumber as wrong:
        where = {"in": "body", "pointer": "/applicant/id_number", "message": str(wrong)}
        raise Invalid("invalid-identification", "证件号码不正确", str(wrong), [where]) from wrong
    return Person(name=body.name.strip(), id_number=number, phone=body.phone, organisation=organisation)
