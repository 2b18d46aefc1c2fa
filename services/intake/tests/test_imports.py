"""The catalogue goes out as a file and comes in as one; a faulty file leaves nothing behind."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from services.intake.domain.catalogue import read_catalogue
from services.intake.tests.hall import Hall
from services.intake.tests.reports import Office, record

FORESTRY, PLANNING = (
    (Path(__file__).parents[1] / "catalogue" / f"{name}.yaml").read_text("utf-8") for name in ("forestry", "planning")
)


@pytest.fixture
def office(hall: Hall) -> Office:
    return Office(hall)


async def bring(
    office: Office, text: str, form: str = "yaml", department: str = "forestry", **by: Any
) -> httpx.Response:
    body = {"format": form, "text": text, "department": department}
    return await office.post("/catalogue-imports", body, by.get("by", office.admin))


def messages(answer: httpx.Response) -> list[str]:
    assert (answer.status_code, answer.json()["code"]) == (422, "item-faults"), answer.text
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/text"}
    return [error["message"] for error in answer.json()["errors"]]


@pytest.mark.parametrize(("form", "kind"), [("yaml", "application/yaml"), ("csv", "text/csv")])
async def test_what_is_exported_is_what_is_in_force(hall: Hall, office: Office, form: str, kind: str) -> None:
    await office.entered(record())
    await office.withdrawn(record()["code"], "2026-09-28")
    answer = await hall.client.get(f"/catalogue.{form}?department=forestry")
    assert answer.headers["content-type"].startswith(kind)
    assert "attachment" in answer.headers["content-disposition"]
    (item,) = read_catalogue({f"x.{form}": answer.content})
    assert item.name == "林木采伐许可"
    whole = await hall.client.get(f"/catalogue.{form}")
    assert record()["code"] not in whole.text
    assert "建设工程规划许可证" in whole.text


@pytest.mark.parametrize("form", ["yaml", "csv"])
async def test_an_export_that_is_brought_back_reports_nothing_new(hall: Hall, office: Office, form: str) -> None:
    text = (await hall.client.get(f"/catalogue.{form}?department=forestry")).content.decode("utf-8")
    answer = await bring(office, text, form)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["reports"], len(answer.json()["unchanged"])) == ([], 1)


async def test_what_is_changed_in_a_file_is_reported_and_waits_for_entry(hall: Hall, office: Office) -> None:
    answer = await bring(office, FORESTRY.replace("version: 1", "version: 2").replace("林木采伐许可", "林木采伐许可证"))
    assert answer.status_code == 201, answer.text
    (made,) = answer.json()["reports"]
    assert (made["state"], made["item_version"], made["department"]) == ("reported", 2, "forestry")
    assert (await office.decide(made["report_id"], "entry")).status_code == 200


async def test_every_fault_of_a_file_is_told_with_its_line(hall: Hall, office: Office) -> None:
    lines = FORESTRY.splitlines()
    text = FORESTRY.replace("promised_days: 7", "promised_days: 30").replace("quantity: ", "quantity: '' #")
    found = messages(await bring(office, text))
    for field in ("promised_days", "quantity", "version"):
        line = next(n for n, one in enumerate(lines, start=1) if one.strip().startswith(f"{field}:"))
        assert any(one.startswith(f"第{line}行：") and f"：{field}：" in one for one in found), (field, found)
    assert found == sorted(found, key=lambda one: int(one[1 : one.index("行")]))
    assert (await hall.client.get("/item-reports", headers=office.admin)).json()["items"] == []


async def test_a_file_of_another_department_is_refused_by_line(hall: Hall, office: Office) -> None:
    found = messages(await bring(office, FORESTRY, department="planning"))
    line = next(n for n, one in enumerate(FORESTRY.splitlines(), start=1) if one.startswith("department:"))
    assert any(one.startswith(f"第{line}行：department：应为planning") for one in found)


@pytest.mark.parametrize(
    ("text", "said"), [("department: 林业�", "GBK"), ("\ufeff" + FORESTRY, "BOM"), ("items: [", "不是正确的YAML")]
)
async def test_a_file_that_is_not_as_it_should_be_is_told_in_words(
    hall: Hall, office: Office, text: str, said: str
) -> None:
    assert any(said in one for one in messages(await bring(office, text)))


async def test_a_chief_brings_only_the_file_of_their_own_department(hall: Hall, office: Office) -> None:
    assert (await bring(office, FORESTRY, by=office.chief)).status_code == 403
    answer = await bring(office, FORESTRY, by=office.chief, department="planning")
    assert answer.status_code == 422


async def test_a_price_changes_for_all_its_items_in_one_file(hall: Hall, office: Office) -> None:
    changed = PLANNING.replace("price: 55000", "price: 56000").replace("version: 1", "version: 2")
    answer = await bring(office, changed, department="planning")
    assert answer.status_code == 201, answer.text
    assert len(answer.json()["reports"]) == PLANNING.count("version: 1")
    for made in answer.json()["reports"]:
        assert (await office.decide(made["report_id"], "entry")).status_code == 200
