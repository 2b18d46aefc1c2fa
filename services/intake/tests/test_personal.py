"""Whole numbers are shown to whoever has the case in hand, and it is written down; in the end contacts are erased."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from services.intake.tables import cases
from services.intake.tests.hall import ZHANG, Hall
from yimen.contracts.intake import ContactErased
from yimen.keys import PREFIX
from yimen.web import Role

PHONE = "13800000000"


async def looked(hall: Hall, **asked: Any) -> list[tuple[str, str]]:
    answer = await hall.client.get("/personal-access", params=asked, headers=hall.supervisor)
    return [(one["who"], one["route"]) for one in answer.json()["items"]]


async def person(hall: Hall, number: str) -> dict[str, Any]:
    async with hall.harness.units.view() as view:
        kept: dict[str, Any] = (
            await view.execute(select(cases.c.applicant).where(cases.c.case_number == number))
        ).scalar_one()
        return kept


async def erase(hall: Hall, number: str, role: Role = Role.CENTRE_ADMIN) -> int:
    headers = hall.harness.as_(role, id="admin", name="中心管理员")
    answer = await hall.client.post(f"/cases/{number}/contact-erasure", json={"reason": "本人申请"}, headers=headers)
    return answer.status_code


async def ended(hall: Hall) -> str:
    number = await hall.submitted()
    assert (await hall.step(number, "withdrawal", {"reasons": "暂不办理"}, by=hall.citizen)).status_code == 200
    return number


async def test_the_clerk_who_sees_whole_numbers_is_written_down_and_nobody_else(hall: Hall) -> None:
    number = await hall.submitted()
    own, watched, clerk = [await hall.case(number, by) for by in (hall.citizen, hall.supervisor, hall.clerk)]
    assert own["applicant"]["id_number"] == clerk["applicant"]["id_number"] == ZHANG
    assert watched["applicant"]["id_number"] is None
    assert await looked(hall, about=f"case/{number}") == [("clerk", "GET /cases/{case_number}")]
    await hall.step(number, "acceptance")
    assert (await looked(hall))[0] == ("clerk", "POST /cases/{case_number}/acceptance")


async def test_a_stranger_sees_nothing_and_leaves_no_record(hall: Hall) -> None:
    number = await hall.submitted()
    for stranger in (hall.stranger, hall.neighbour):
        assert (await hall.client.get(f"/cases/{number}", headers=stranger)).status_code in (403, 404)
    assert await looked(hall) == []


async def test_what_the_database_holds_of_an_applicant_is_sealed(hall: Hall) -> None:
    number = await hall.submitted()
    async with hall.harness.units.view() as view:
        (raw,) = (await view.execute(text("SELECT CAST(applicant AS TEXT) FROM cases"))).one()
    assert PREFIX in raw
    assert not [told for told in (ZHANG, PHONE, "张三") if told in raw]
    assert (await person(hall, number))["phone"] == PHONE


async def test_how_to_reach_people_is_erased_a_year_after_the_end(hall: Hall) -> None:
    over, running = await ended(hall), await hall.submitted()
    house = hall.harness.service.house
    hall.harness.clock.advance(timedelta(days=364))
    assert await house.round() == 0
    hall.harness.clock.advance(timedelta(days=1, hours=1))
    assert await house.round() == 1
    assert await house.round() == 0
    assert (await person(hall, over)).items() >= {"id_number": ZHANG, "phone": "", "email": None}.items()
    assert (await person(hall, running))["phone"] == PHONE
    assert [event.case_number for event in await hall.harness.events(ContactErased)] == [over]
    assert (await hall.case(over))["applicant"]["id_number"] == ZHANG


async def test_it_is_erased_at_once_when_they_ask_and_the_case_has_ended(hall: Hall) -> None:
    running, over = await hall.submitted(), await ended(hall)
    assert (await hall.case(over))["reachable"]
    assert [await erase(hall, number) for number in (running, over, over)] == [409, 204, 409]
    assert [(await hall.case(number))["reachable"] for number in (running, over)] == [True, False]
    assert (await person(hall, over))["phone"] == ""
    assert (await person(hall, running))["phone"] == PHONE
    acts = await hall.client.get("/operations/acts", headers=hall.harness.as_(Role.OPERATOR))
    (act,) = acts.json()["items"]
    assert act.items() >= {"who": "admin", "why": "本人申请", "act": "erase", "target_id": over, "was": {}}.items()


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.WINDOW_CLERK, Role.CITIZEN])
async def test_nobody_else_erases(hall: Hall, role: Role) -> None:
    assert await erase(hall, await ended(hall), role) == 403
