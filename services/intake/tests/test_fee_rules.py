"""A fee row from which no amount follows is not published; what is wrong is told with its field."""

from typing import Any

import pytest

from services.intake.domain.entry import Standing, against
from services.intake.domain.item import Item
from services.intake.domain.item_reading import read_item
from services.intake.tests.hall import Hall
from services.intake.tests.reports import Office, faults_of, record

LOW = {"code": "low", "name": "轻度", "price": 600000}
HIGH = {"code": "high", "name": "重度", "price": 2280000}
PIECE = {"code": "Q1", "name": "费", "unit": "件", "price": 100, "basis": "令"}
SHARE = PIECE | {"calculator": "percentage", "rate": 2000, "price": 0}
AREA = PIECE | {"calculator": "area", "unit": "公顷"}
RANGE = AREA | {"grades": [LOW, HIGH], "price": 600000}


def charged(*fees: dict[str, Any]) -> dict[str, Any]:
    return record(free=False, fees=list(fees), disclosures=record()["disclosures"] | {"fee": "按标准"})


def read(content: dict[str, Any]) -> Item:
    item = read_item(content).item
    assert item is not None
    return item


def faults(fee: dict[str, Any]) -> dict[str, str]:
    return {one.field: one.message for one in read_item(charged(fee)).findings}


@pytest.mark.rule("R50")
@pytest.mark.parametrize(
    "fee",
    [
        PIECE,
        SHARE,
        AREA,
        AREA | {"unit": "平方米"},
        RANGE,
        PIECE | {"half_rate_basis": "文", "late_fee_basis": "法"},
        PIECE | {"valid_from": "2026-01-01", "valid_to": "2026-01-01"},
        PIECE | {"valid_to": "2026-12-31"},
    ],
)
def test_a_standard_from_which_an_amount_follows_is_sound(fee: dict[str, Any]) -> None:
    assert faults(fee) == {}


@pytest.mark.rule("R50")
@pytest.mark.parametrize(
    ("fee", "field", "said"),
    [
        (SHARE | {"rate": None}, "rate", "20%写2000"),
        (SHARE | {"price": 1}, "price", "price应为0"),
        (SHARE | {"grades": [LOW]}, "grades", "才分档次"),
        (PIECE | {"rate": 2000}, "rate", "请删除rate"),
        (AREA | {"rate": 2000}, "rate", "请删除rate"),
        (AREA | {"unit": "亩"}, "unit", "公顷或平方米"),
        (RANGE | {"grades": [HIGH, LOW]}, "grades", "由低到高"),
        (RANGE | {"grades": [LOW, LOW | {"code": "same"}]}, "grades", "各档不同"),
        (RANGE | {"grades": [LOW, HIGH | {"code": "low"}]}, "grades", "档次编码low重复"),
        (RANGE | {"price": 600001}, "price", "应为最低一档的600000分"),
        (PIECE | {"half_rate_basis": " "}, "half_rate_basis", "请删除half_rate_basis"),
        (PIECE | {"late_fee_basis": ""}, "late_fee_basis", "请删除late_fee_basis"),
        (PIECE | {"valid_from": "2026-02-01", "valid_to": "2026-01-31"}, "valid_to", "早于执行日期2026-02-01"),
    ],
)
def test_a_standard_from_which_no_amount_follows_is_refused_by_field(
    fee: dict[str, Any], field: str, said: str
) -> None:
    found = faults(fee)
    assert list(found) == [f"fees.Q1.{field}"] or fee.get("grades") == [LOW]
    assert said in found[f"fees.Q1.{field}"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rate": 0}, "rate"),
        ({"rate": 10_001}, "rate"),
        ({"valid_to": "31.12."}, "valid_to"),
        ({"colour": 1}, "colour"),
    ],
)
def test_a_field_that_cannot_be_read_is_told(changes: dict[str, Any], field: str) -> None:
    assert list(faults(SHARE | changes)) == [f"fees.0.{field}"]


@pytest.mark.rule("R50")
async def test_a_report_points_at_the_field_of_the_fee(hall: Hall) -> None:
    found = faults_of(await Office(hall).report(charged(PIECE, SHARE | {"code": "Q2", "rate": None, "price": 1})))
    assert found.keys() == {"/item/fees/1/rate", "/item/fees/1/price"}


@pytest.mark.rule("R13", "R50")
@pytest.mark.parametrize(
    "change",
    [
        {"half_rate_basis": "文"},
        {"late_fee_basis": "法"},
        {"valid_to": "2026-12-31"},
        {"calculator": "area", "unit": "公顷"},
    ],
)
def test_one_code_has_one_standard_whatever_differs(change: dict[str, Any]) -> None:
    known = read(charged(PIECE) | {"code": record(2)["code"], "name": "另一事项"})
    standing = Standing(newest={known.code: known})
    assert list(against(read(charged(PIECE | change)), standing)) == [
        ("fees", "收费编码Q1的标准与目录中的“另一事项”不一致，请统一；同时变更的请一并导入。")
    ]
    assert list(against(read(charged(PIECE | {"basis": "另一文件"})), standing)) == []


@pytest.mark.rule("R50")
async def test_the_public_reads_the_whole_standard(hall: Hall) -> None:
    await Office(hall).entered(charged(RANGE | {"half_rate_basis": "文"}))
    (fee,) = (await hall.client.get(f"/items/{record()['code']}")).json()["fees"]
    assert (fee["calculator"], fee["half_rate_basis"], [step["price"] for step in fee["grades"]]) == (
        "area",
        "文",
        [600000, 2280000],
    )
