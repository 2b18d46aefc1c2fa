"""Handing in, over HTTP."""

from datetime import date

import pytest

from services.intake.publishing import publish
from services.intake.tests.hall import ZHANG, Hall
from services.intake.tests.samples import COMMITTED, INSTANT, JOINT, item
from yimen.contracts.intake import CaseSubmitted, ContactRecorded
from yimen.contracts.parts import Kind
from yimen.ids import valid_case_number


@pytest.mark.rule("R01")
async def test_an_application_is_registered_receipted_and_told_its_password_once(hall: Hall) -> None:
    answer = await hall.apply()
    told = answer.json()
    assert answer.status_code == 201
    assert valid_case_number(told["case_number"])
    assert told["document"] == {"kind": "receipt", "number": "收字〔2026〕1号", "dated": "2026-09-28"}
    assert told["answer_by"] == {"on": "2026-10-10", "provisional": False}
    assert len(told["query_password"]) == 10
    assert told["query_password"] not in str(await hall.case(told["case_number"]))
    assert answer.headers["ETag"] == '"1"'


async def test_case_numbers_count_on_within_the_day(hall: Hall) -> None:
    first, second = await hall.submitted(), await hall.submitted(INSTANT)
    assert first[:14] == second[:14] == "45072120260928"
    assert (first[14:21], second[14:21]) == ("L000001", "J000002")


async def test_the_same_request_sent_twice_makes_one_case(hall: Hall) -> None:
    key = {"Idempotency-Key": "one"} | hall.citizen
    one, two = await hall.apply(by=key), await hall.apply(by=key)
    assert one.json() == two.json()
    assert len(await hall.harness.events(CaseSubmitted)) == 1


async def test_case_events_carry_the_masked_number_and_only_the_contact_carries_the_phone(hall: Hall) -> None:
    await hall.submitted()
    for event in await hall.harness.events():
        assert ZHANG.encode() not in event.to_body()
        assert (b"13800000000" in event.to_body()) == isinstance(event, ContactRecorded)


@pytest.mark.rule("R04")
async def test_missing_mandatory_materials_are_all_named(hall: Hall) -> None:
    answer = await hall.apply(codes=())
    assert (answer.status_code, answer.json()["code"]) == (422, "materials-missing")
    assert "申请表、平面图" in answer.json()["detail"]
    assert (await hall.apply(codes=(), as_is=True)).status_code == 201


@pytest.mark.rule("R10")
@pytest.mark.parametrize(
    ("codes", "code"), [(("01", "02", "99"), "material-not-listed"), (("01", "02", "02"), "material-doubled")]
)
async def test_materials_are_on_the_list_and_there_once(hall: Hall, codes: tuple[str, ...], code: str) -> None:
    answer = await hall.apply(codes=codes)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("person", "110105194912310021"),
        ("person", "123"),
        ("organisation", "91350100M000100Y44"),
        ("organisation", ZHANG),
    ],
)
async def test_an_identification_with_a_wrong_check_digit_is_refused(hall: Hall, kind: str, number: str) -> None:
    applicant = {"type": kind, "name": "张三", "id_number": number, "phone": "13800000000"}
    answer = await hall.apply(applicant=applicant)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-identification")
    assert answer.json()["errors"][0]["pointer"] == "/applicant/id_number"


async def test_an_organisation_applies_by_its_credit_code(hall: Hall) -> None:
    applicant = {"type": "organisation", "name": "某公司", "id_number": "91350100M000100Y43", "phone": "0777-1234567"}
    answer = await hall.apply(applicant=applicant)
    assert answer.status_code == 201
    assert (await hall.case(answer.json()["case_number"]))["applicant"]["organisation"]


async def test_unknown_items_and_items_not_yet_in_force_are_not_found(hall: Hall) -> None:
    coming = item(Kind.INSTANT, code="NEXT-YEAR", effective_from=date(2027, 1, 1))
    async with hall.harness.units.begin() as unit:
        await publish(unit, [coming])
    for unknown in (coming, item(Kind.JOINT, code="X")):
        assert (await hall.apply(unknown)).status_code == 404
        assert (await hall.client.get(f"/items/{unknown.code}")).status_code == 404


async def test_an_application_needs_a_role_and_an_idempotency_key(hall: Hall) -> None:
    assert (await hall.apply(by={"Authorization": ""})).status_code == 401
    assert (await hall.apply(by=hall.supervisor)).status_code == 403
    body = {"item_code": JOINT.code}
    assert (await hall.client.post("/applications", json=body, headers=hall.citizen)).status_code == 400


async def test_a_field_that_we_do_not_know_is_refused(hall: Hall) -> None:
    assert (await hall.apply(amount=1)).status_code == 422


async def test_the_catalogue_is_open_to_everyone(hall: Hall) -> None:
    listed = (await hall.client.get("/items")).json()
    assert {item["kind"] for item in listed} == {"instant", "committed", "joint", "forwarded"}
    shown = (await hall.client.get(f"/items/{COMMITTED.code}")).json()
    assert shown["disclosures"]["procedure"] == "程序"
    assert shown["fees"][0]["price"] == 55000
