"""Files in a case: attached, receipted, and opened by who handles the case, for a few minutes."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from services.intake.tables import download_links
from services.intake.tests.hall import ZHANG, Hall
from services.intake.tests.papers import JPEG, PDF, PNG
from services.intake.tests.samples import COMMITTED
from services.intake.tests.test_files import hash_of
from services.intake.tests.uploads import applied_with_file, uploaded
from yimen.contracts.intake import CaseSubmitted, CaseSupplemented
from yimen.contracts.parts import Material
from yimen.web import Role


async def link(hall: Hall, number: str, by: dict[str, str], code: str = "02") -> Any:
    return await hall.client.post(f"/cases/{number}/materials/{code}/link", headers=by)


async def url_of(hall: Hall, number: str) -> str:
    answer = await link(hall, number, hall.citizen)
    assert answer.status_code == 200, answer.text
    return f"/{answer.json()['url']}"


@pytest.mark.rule("R01")
async def test_the_receipt_counts_copies_and_names_the_file_by_its_hash(hall: Hall) -> None:
    number = await applied_with_file(hall)
    (event,) = await hall.harness.events(CaseSubmitted)
    assert event.materials == (
        Material(code="01", name="申请表", copies=2),
        Material(code="02", name="平面图", copies=2, sha256=hash_of(PDF)),
    )
    assert event.document.kind == "receipt"
    _, held = (await hall.case(number))["materials"]
    assert (held["copies"], held["sha256"], held["media_type"]) == (2, hash_of(PDF), "application/pdf")
    assert held["size"] == len(PDF)


async def test_only_ones_own_upload_is_attached_and_anothers_is_as_unknown_as_none(hall: Hall) -> None:
    theirs = await uploaded(hall, by=hall.neighbour)
    answers = []
    for file_id in (theirs, "file-" + "0" * 32, "x"):
        materials = [{"code": "01"}, {"code": "02", "file_id": file_id}]
        answer = await hall.apply(materials=materials)
        assert (answer.status_code, answer.json()["code"]) == (422, "file-not-found")
        answers.append(answer.json())
    assert answers[0] == answers[1] == answers[2]
    assert await hall.harness.events(CaseSubmitted) == []


async def test_a_hash_that_is_not_the_files_is_refused(hall: Hall) -> None:
    file_id = await uploaded(hall)
    materials = [{"code": "01"}, {"code": "02", "file_id": file_id, "sha256": hash_of(PNG)}]
    answer = await hall.apply(materials=materials)
    assert (answer.status_code, answer.json()["code"]) == (422, "file-differs")
    materials[1]["sha256"] = hash_of(PDF)
    assert (await hall.apply(materials=materials)).status_code == 201


async def test_a_clerk_attaches_what_the_clerk_scanned(hall: Hall) -> None:
    number = await applied_with_file(hall, by=hall.clerk)
    assert (await link(hall, number, hall.clerk)).status_code == 200
    assert (await link(hall, number, hall.citizen)).status_code == 404, "handed in at the window, nobody's account"


@pytest.mark.rule("R07")
async def test_a_supplement_brings_a_file_in_place_of_the_first(hall: Hall) -> None:
    number = await applied_with_file(hall)
    await hall.step(number, "correction", {"requested": [{"code": "02", "reason": "不清晰"}]})
    again = {"materials": [{"code": "02", "file_id": await uploaded(hall, JPEG)}]}
    foreign = {"materials": [{"code": "02", "file_id": await uploaded(hall, by=hall.neighbour)}]}
    assert (await hall.step(number, "supplement", foreign, by=hall.citizen)).json()["code"] == "file-not-found"
    assert (await hall.step(number, "supplement", again, by=hall.citizen)).json()["state"] == "accepted"
    (event,) = await hall.harness.events(CaseSupplemented)
    assert event.materials[0].sha256 == hash_of(JPEG)
    assert (await hall.client.get(await url_of(hall, number))).content == JPEG


async def test_a_link_answers_the_bytes_as_an_attachment_that_nobody_keeps_or_sniffs(hall: Hall) -> None:
    answer = await hall.client.get(await url_of(hall, await applied_with_file(hall, PNG)))
    assert (answer.status_code, answer.content) == (200, PNG)
    headers = answer.headers
    assert headers["content-type"] == "image/png"
    assert headers["content-length"] == str(len(PNG))
    assert headers["content-disposition"] == (
        "attachment; filename=\"material.png\"; filename*=UTF-8''%E5%B9%B3%E9%9D%A2%E5%9B%BE.png"
    )
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
    assert "sandbox" in headers["content-security-policy"]


async def test_a_link_opens_until_its_very_second_and_then_as_if_it_had_never_been(hall: Hall) -> None:
    told = (await link(hall, await applied_with_file(hall), hall.citizen)).json()
    assert told["expires_at"] == "2026-09-28T01:05:00Z"
    hall.harness.clock.advance(timedelta(minutes=5, microseconds=-1))
    assert (await hall.client.get(f"/{told['url']}")).status_code == 200
    hall.harness.clock.advance(timedelta(microseconds=1))
    expired = await hall.client.get(f"/{told['url']}")
    unknown = await hall.client.get("/files/nothing")
    assert expired.status_code == unknown.status_code == 404
    assert expired.json() | {"instance": ""} == unknown.json() | {"instance": ""}


async def test_only_the_hash_of_a_links_token_is_kept_and_not_beyond_its_time(hall: Hall) -> None:
    number = await applied_with_file(hall)
    for _ in range(2):
        token = (await url_of(hall, number)).removeprefix("/files/")
        async with hall.harness.units.view() as view:
            (row,) = await view.execute(select(download_links))
        assert token not in str(row)
        hall.harness.clock.advance(timedelta(minutes=5))


async def test_the_document_is_not_opened_by_its_files_own_name(hall: Hall) -> None:
    file_id = await uploaded(hall)
    for guess in (file_id, hash_of(PDF)):
        assert (await hall.client.get(f"/files/{guess}")).status_code == 404


async def test_a_material_on_paper_has_no_link(hall: Hall) -> None:
    number = await applied_with_file(hall)
    for code in ("01", "03", "99"):
        assert (await link(hall, number, hall.citizen, code)).status_code == 404
        assert (await link(hall, number, hall.clerk, code)).status_code == 404


async def openers(hall: Hall, number: str) -> set[tuple[str, Role]]:
    """Of all staff there may be. planning leads, fire reviews, housing has nothing to do with it."""
    may = set()
    for role in set(Role) - {Role.CITIZEN}:
        for department in ("planning", "fire", "housing"):
            by = hall.harness.as_(role, departments=[department], id="somebody")
            status = (await link(hall, number, by)).status_code
            assert status in {200, 403}
            may |= {(department, role)} if status == 200 else set()
    return may


async def test_files_are_opened_by_the_lead_by_reviewing_officers_and_the_supervisor_only(hall: Hall) -> None:
    number = await applied_with_file(hall)
    lead = {("planning", role) for role in (Role.WINDOW_CLERK, Role.SECTION_OFFICER, Role.CHIEF_REPRESENTATIVE)}
    everywhere = {(department, Role.SUPERVISOR) for department in ("planning", "fire", "housing")}
    assert await openers(hall, number) == lead | everywhere
    await hall.step(number, "acceptance")
    asked = {("fire", role) for role in (Role.SECTION_OFFICER, Role.CHIEF_REPRESENTATIVE)}
    assert await openers(hall, number) == lead | everywhere | asked


async def test_files_are_opened_by_their_applicant_and_no_other_citizen(hall: Hall) -> None:
    number = await applied_with_file(hall)
    assert (await link(hall, number, hall.citizen)).status_code == 200
    foreign, none = await link(hall, number, hall.neighbour), await link(hall, "X", hall.neighbour)
    assert foreign.status_code == none.status_code == 404
    assert foreign.json() | {"instance": ""} == none.json() | {"instance": ""}


async def test_reviewing_officers_read_the_case_with_masked_numbers_from_the_day_they_are_asked(hall: Hall) -> None:
    number = await hall.submitted()
    officer, chief = (
        hall.harness.as_(role, departments=["fire"], id="o")
        for role in (Role.SECTION_OFFICER, Role.CHIEF_REPRESENTATIVE)
    )
    assert (await hall.client.get(f"/cases/{number}", headers=officer)).status_code == 403
    await hall.step(number, "acceptance")
    for reader in (officer, chief):
        answer = await hall.client.get(f"/cases/{number}", headers=reader)
        assert answer.status_code == 200
        assert ZHANG not in answer.text
        assert "13800000000" not in answer.text
    outside = hall.harness.as_(Role.SECTION_OFFICER, departments=["housing"], id="o")
    for stranger in (outside, hall.stranger):  # the other is a window clerk of fire
        assert (await hall.client.get(f"/cases/{number}", headers=stranger)).status_code == 403
    assert (await hall.client.get(f"/cases/{await hall.accepted(COMMITTED)}", headers=officer)).status_code == 403
