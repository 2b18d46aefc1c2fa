"""委托代理 (Art. 29): who acts for the applicant by mandate is known, told, and shown to who may see them."""

from typing import Any

import httpx
import pytest

from services.intake.tests.hall import ZHANG, Hall
from services.intake.tests.papers import PDF
from services.intake.tests.test_files import hash_of
from services.intake.tests.uploads import uploaded
from yimen.contracts.intake import CaseSubmitted, ContactRecorded
from yimen.web import Role

LI = "360722197805203316"
AGENT = {"name": "李强", "id_number": LI, "phone": "13900000000", "mandate": "授权委托书2026-3"}


async def apply(hall: Hall, **changes: Any) -> httpx.Response:
    return await hall.apply(agent=AGENT | changes)


async def test_the_agent_is_told_in_the_applicants_place_and_named_with_a_masked_number(hall: Hall) -> None:
    assert (await apply(hall)).status_code == 201
    (submitted,) = await hall.harness.events(CaseSubmitted)
    assert (submitted.agent.name, submitted.agent.masked_id) == ("李强", "3607**********3316")
    assert submitted.applicant.name == "张三"
    (contact,) = await hall.harness.events(ContactRecorded)
    assert (contact.name, contact.phone) == ("李强", "13900000000")
    for event in await hall.harness.events():
        assert LI.encode() not in event.to_body()


async def test_without_an_agent_the_applicant_is_told(hall: Hall) -> None:
    number = await hall.submitted()
    (submitted,) = await hall.harness.events(CaseSubmitted)
    (contact,) = await hall.harness.events(ContactRecorded)
    assert (submitted.agent, contact.phone) == (None, "13800000000")
    assert (await hall.case(number))["agent"] is None


async def test_the_agents_whole_number_is_for_whoever_sees_the_applicants(hall: Hall) -> None:
    number = (await apply(hall)).json()["case_number"]
    officer = hall.harness.as_(Role.SECTION_OFFICER, departments=["planning"], id="o")
    for reader, whole in [(hall.clerk, True), (hall.citizen, True), (hall.supervisor, False), (officer, False)]:
        shown = (await hall.case(number, reader))["agent"]
        assert (shown["id_number"], shown["phone"]) == ((LI, "13900000000") if whole else (None, None))
        assert (shown["masked_id"], shown["mandate"]) == ("3607**********3316", "授权委托书2026-3")
        assert shown["mandate_on_file"] is False


@pytest.mark.parametrize("number", [ZHANG[:-1] + "1", "91350100M000100Y43", "123"])
async def test_an_agent_is_a_person_with_a_right_number(hall: Hall, number: str) -> None:
    answer = await apply(hall, id_number=number)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-identification")
    assert answer.json()["errors"][0]["pointer"] == "/agent/id_number"
    assert number not in answer.text


async def test_a_mandate_is_named_by_whoever_acts_on_it(hall: Hall) -> None:
    for mandate in ("", " ", None):
        assert (await apply(hall, mandate=mandate)).status_code == 422


async def test_an_uploaded_mandate_is_kept_by_its_hash_and_opened_like_a_material(hall: Hall) -> None:
    number = (await apply(hall, mandate=await uploaded(hall))).json()["case_number"]
    shown = (await hall.case(number))["agent"]
    assert (shown["mandate"], shown["mandate_on_file"]) == (hash_of(PDF), True)
    path = f"/cases/{number}/mandate/link"
    for by, status in [(hall.citizen, 200), (hall.clerk, 200), (hall.neighbour, 404), (hall.stranger, 403)]:
        assert (await hall.client.post(path, headers=by)).status_code == status
    url = (await hall.client.post(path, headers=hall.supervisor)).json()["url"]
    answer = await hall.client.get(f"/{url}")
    assert answer.content == PDF
    assert "%E5%A7%94%E6%89%98%E4%B9%A6.pdf" in answer.headers["content-disposition"]


async def test_a_mandate_on_paper_has_no_link(hall: Hall) -> None:
    for number in ((await apply(hall)).json()["case_number"], await hall.submitted()):
        assert (await hall.client.post(f"/cases/{number}/mandate/link", headers=hall.clerk)).status_code == 404


async def test_anothers_upload_is_no_mandate(hall: Hall) -> None:
    answer = await apply(hall, mandate=await uploaded(hall, by=hall.neighbour))
    assert (answer.status_code, answer.json()["code"]) == (422, "file-not-found")
