"""How the applicant is reached (联系方式): e-mail, language of messages, and the agreement to be served electronically."""

import re
from typing import Any
from uuid import uuid4

import pytest

from services.intake.tests.hall import ZHANG, Hall
from services.intake.tests.stations import Stations, open_stations
from yimen.contracts.intake import CaseSubmitted, ContactRecorded

MAIL = "zhang.san+hall@example.com"
ZHANG_SAN = {"type": "person", "name": "张三", "id_number": ZHANG, "phone": "13800000000"}
REACHED = {"applicant": ZHANG_SAN | {"email": MAIL}, "language": "en", "electronic_service": True}
AGENT = {"name": "李强", "id_number": "360722197805203316", "phone": "13900000000", "mandate": "委托书〔2026〕1号"}


async def contact(hall: Hall) -> ContactRecorded:
    (event,) = await hall.harness.events(ContactRecorded)
    assert isinstance(event, ContactRecorded)
    return event


async def test_the_contact_alone_carries_the_address(hall: Hall) -> None:
    number = await hall.submitted(**REACHED)
    told = await contact(hall)
    assert (told.email, told.language, told.phone) == (MAIL, "en", "13800000000")
    assert told.account is not None, "who handed it in on line reads its letters signed in"
    for event in await hall.harness.events():
        assert (MAIL.encode() in event.to_body()) == isinstance(event, ContactRecorded)
    (submitted,) = await hall.harness.events(CaseSubmitted)
    assert submitted.electronic_service is True
    assert (await hall.case(number))["applicant"]["email"] == MAIL
    assert MAIL not in str(await hall.case(number, hall.supervisor)), "who may not see the telephone sees no address"


async def test_whoever_says_nothing_is_written_to_in_chinese_and_served_on_paper(hall: Hall) -> None:
    await hall.submitted()
    told = await contact(hall)
    assert (told.email, told.language) == (None, "zh")
    (submitted,) = await hall.harness.events(CaseSubmitted)
    assert submitted.electronic_service is False


async def test_where_an_agent_acts_it_is_the_agents_address(hall: Hall) -> None:
    await hall.submitted(**REACHED | {"agent": AGENT | {"email": "li@example.com"}})
    assert (await contact(hall)).email == "li@example.com"


@pytest.mark.parametrize(
    "email",
    [
        *("zhang", "zhang@", "@example.com", "zhang@example", "z..s@example.com", ".z@example.com", "z s@example.com"),
        *("z@-example.com", "z@example.com\n", "z@example.c", "a@b.com,c@d.com", "张三@example.com", "", 7),
        f"{'z' * 250}@example.com",
    ],
)
async def test_what_cannot_be_an_address_is_refused_at_its_place(hall: Hall, email: Any) -> None:
    answer = await hall.apply(applicant=ZHANG_SAN | {"email": email})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/applicant/email"]
    assert re.search("[\u4e00-\u9fff]", answer.json()["errors"][0]["message"])


@pytest.mark.parametrize("body", [{"language": "fr"}, {"electronic_service": "yes"}, {"electronic_service": 1}])
async def test_an_agreement_is_a_plain_yes_and_a_language_one_that_there_is(hall: Hall, body: dict[str, Any]) -> None:
    assert (await hall.apply(**body)).status_code == 422


async def test_a_draft_keeps_them_and_one_from_before_is_still_read(hall: Hall) -> None:
    headers = {"Idempotency-Key": str(uuid4())} | hall.citizen
    half = {"applicant": {"email": "zhang@"}, "language": "en", "electronic_service": True}
    made = await hall.client.post("/drafts", json=half, headers=headers)
    assert (made.status_code, made.json()["application"]) == (201, half)
    before = {"applicant": {"phone": "138"}}
    headers |= {"Idempotency-Key": str(uuid4())}
    made = await hall.client.post("/drafts", json=before, headers=headers)
    assert made.json()["application"] == before


@pytest.fixture
async def stations(hall: Hall) -> Stations:
    return await open_stations(hall)


@pytest.mark.rule("R100", "R102")
async def test_what_was_agreed_with_a_village_agent_reaches_the_hall(stations: Stations) -> None:
    agency = await stations.entrusted(**REACHED)
    assert (await stations.agency(agency))["electronic_service"] is True
    assert MAIL not in str(await stations.agency(agency))
    await stations.forward(agency)
    number = await stations.hand_in(agency)
    told = await contact(stations.hall)
    assert (told.case_number, told.email, told.language) == (number, MAIL, "en")
    (submitted,) = await stations.hall.harness.events(CaseSubmitted)
    assert submitted.electronic_service is True
