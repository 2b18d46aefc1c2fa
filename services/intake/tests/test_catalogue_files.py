"""The catalogue as files: what is exported and read again is the same, and what is wrong is told with its line."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.intake.domain.catalogue import (
    CatalogueFaults,
    Item,
    catalogue_documents,
    load_catalogue,
    read_catalogue,
    survey,
)
from services.intake.domain.catalogue_csv import write_csv
from services.intake.domain.catalogue_yaml import write_yaml
from services.intake.domain.item import Disclosures
from services.intake.tests.reports import PLANNING, record

CATALOGUE = Path(__file__).parents[1] / "catalogue"
FORMS = ("yaml", "csv")
STEPS = [{"code": "low", "name": "轻度", "price": 600000}, {"code": "high", "name": "重度", "price": 2280000}]
RANGE = {
    "code": "F3",
    "name": "费",
    "unit": "公顷",
    "price": 600000,
    "basis": "令",
    "calculator": "area",
    "grades": STEPS,
}


def written(form: str, items: tuple[Item, ...]) -> str:
    if form == "yaml":
        return write_yaml(catalogue_documents(items))
    return write_csv(catalogue_documents(items, defaults=True))


def by_line(form: str, text: str | bytes) -> list[str]:
    return [fault.by_line for fault in survey({f"x.{form}": text})[1]]


def full() -> Item:
    """With everything that an item can have."""
    situations = [{"code": "new", "name": "新办"}, {"code": "renew", "name": "延续"}]
    stage = {"name": "审", "departments": ["planning", "fire", "housing"], "limit_days": 7}
    conditions = [{"department": "housing", "situations": ["new"]}]
    changes: dict[str, Any] = {
        "situations": situations,
        "stages": [stage | {"conditions": conditions}],
        "materials": [
            {"code": "001", "name": "申请表", "originals": 1},
            {"code": "002", "name": "图", "originals": 1, "situations": ["new"], "deferrable": True, "required": False},
        ],
        "fees": [
            {
                "code": "F1",
                "name": "费",
                "unit": "件",
                "price": 100,
                "basis": "令",
                "half_rate_basis": "=文",
                "late_fee_basis": "法",
            },
            {
                "code": "F2",
                "name": "费",
                "unit": "宗",
                "price": 0,
                "basis": "令",
                "calculator": "percentage",
                "rate": 2000,
            },
            RANGE | {"valid_from": "2026-01-01", "valid_to": "2026-12-31"},
        ],
        "free": False,
        "licence": {"name": "证", "valid_years": 5},
        "channels": ["web", "window", "township"],
        "quota": 30,
        "quantity": "每年30件",
        "safety": True,
        "inspection": True,
        "lead_may_override": True,
    }
    return Item.model_validate_json(json.dumps(record(**changes)))


@pytest.mark.parametrize("form", FORMS)
def test_the_catalogue_that_ships_is_read_back_as_it_was_written(form: str) -> None:
    items = load_catalogue(CATALOGUE)
    assert read_catalogue({f"all.{form}": written(form, items)}) == items


@pytest.mark.parametrize("form", FORMS)
def test_an_item_with_everything_is_read_back_as_it_was_written(form: str) -> None:
    assert read_catalogue({f"one.{form}": written(form, (full(),))}) == (full(),)


WORDS = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\u2028\u2029\ufffd\ufeff"), max_size=30
)
ODD_WORDS = WORDS | st.sampled_from(
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "'",
        "''=",
        "\tx",
        "001",
        "1e5",
        "2026-01-01",
        "true",
        "a\nb",
        'a"b',
        "a,b;c",
        "#",
        ": -",
    ]
)
DISCLOSED = ODD_WORDS.map(lambda words: f"一{words}" if not words.strip() else words)


@pytest.mark.parametrize("form", FORMS)
@given(name=DISCLOSED, text=ODD_WORDS, basis=DISCLOSED)
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
def test_any_words_are_read_back_as_they_were_written(form: str, name: str, text: str, basis: str) -> None:
    bidirectional = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    name, text, basis = ("".join(c for c in words if c not in bidirectional) or "一" for words in (name, text, basis))
    if not (name.strip() and basis.strip()):
        return
    told = full().disclosures.model_dump() | {"content": basis}
    item = full().but(name=name, legal_basis=basis, statutory_basis=text, disclosures=Disclosures(**told))
    assert read_catalogue({f"one.{form}": written(form, (item,))}) == (item,)


@pytest.mark.parametrize("form", FORMS)
@given(text=st.text(max_size=200) | st.binary(max_size=100))
@settings(max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_read_is_read_or_told(form: str, text: str | bytes) -> None:
    _, faults = survey({f"x.{form}": text})
    assert all(fault.message for fault in faults)
    assert faults, "no catalogue comes about by chance"


@pytest.mark.parametrize(
    "text",
    ['a: "\\U00110000"', "%YAML " + "9" * 5000 + ".1\n---\na: 1", 'department: "\\ud800"', "? [a]\n: b", "[" * 5000],
)
def test_yaml_that_no_parser_expects_is_told(text: str) -> None:
    assert by_line("yaml", text)


# -- lines ----------------------------------------------------------------------------------------------------------------


def test_each_fault_of_a_yaml_file_names_its_line() -> None:
    text = (CATALOGUE / "forestry.yaml").read_text("utf-8")
    lines = text.splitlines()
    promised = next(n for n, line in enumerate(lines) if "promised_days:" in line)
    basis = next(n for n, line in enumerate(lines) if line.strip().startswith("basis:"))
    material = next(n for n, line in enumerate(lines) if 'code: "002"' in line)
    lines[promised] = "    promised_days: 30"
    lines[basis] = "      basis: ''"
    lines[material] = lines[material].replace("originals: 1", "originals: 0").replace("copies: 1", "copies: 0")
    found = by_line("yaml", "\n".join(lines))
    assert any(f.startswith(f"第{promised + 1}行：林木采伐许可：promised_days：") for f in found)
    assert any(f.startswith(f"第{basis + 1}行：林木采伐许可：disclosures.basis：") for f in found)
    assert any(f.startswith(f"第{material + 1}行：林木采伐许可：materials.002.originals：") for f in found)


def test_a_type_fault_hides_no_other_fault() -> None:
    text = (CATALOGUE / "forestry.yaml").read_text("utf-8").replace("version: 1", "version: one")
    text = text.replace("quantity: ", "quantity: '' # ").replace(
        "    kind: committed", "    kind: committed\n    odd: 1"
    )
    found = by_line("yaml", text)
    for field in ("version", "quantity", "odd"):
        assert any(f"：{field}：" in fault for fault in found), (field, found)
    assert len(found) == 3


def test_start_up_tells_file_and_line() -> None:
    text = (CATALOGUE / "forestry.yaml").read_text("utf-8").replace("version: 1", "version: 0")
    line = next(n for n, one in enumerate(text.splitlines(), start=1) if "version: 0" in one)
    with pytest.raises(CatalogueFaults, match=f"forestry.yaml第{line}行：林木采伐许可：version"):
        read_catalogue({"forestry.yaml": text})


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("department: a\ndepartment: b\n", 2, "字段department重复"),
        ("a: &x 1\nb: *x\n", 2, "不得使用锚点"),
        ("a: 1\nb: [\n", 3, "不是正确的YAML"),
        ("a: 1\nb: " + "[" * 30 + "]" * 30, 2, "嵌套过深"),
        ('a: 1\nb: "\\0"\n', 2, "无法识别的字符"),
        ("a: 1\n\x07", 2, "无法识别的字符"),
        ("\ufeffa: 1\n", 1, "字节顺序标记（BOM）"),
        ("a: 1\nb: \ufffd\n", 2, "可能是GBK编码"),
        ("a: 1\n名称: 林业局\n".encode("gbk"), 2, "可能是GBK编码"),
    ],
)
def test_what_is_no_good_yaml_is_told_in_words(text: str | bytes, line: int, said: str) -> None:
    assert any(found.startswith(f"第{line}行：") and said in found for found in by_line("yaml", text))


# -- spreadsheets ---------------------------------------------------------------------------------------------------------


def table() -> list[list[str]]:
    return list(csv.reader(io.StringIO(written("csv", (full(),)).removeprefix("\ufeff"), newline="")))


def as_text(rows: list[list[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue()


def cell(rows: list[list[str]], record: str, column: str) -> tuple[int, int]:
    return next(n for n, row in enumerate(rows) if row[0] == record), rows[0].index(column)


@pytest.mark.parametrize(
    ("record", "column", "value", "said"),
    [
        ("item", "promised_days", "7.5", "promised_days：应为整数"),
        ("item", "free", "maybe", "free：应为true或false"),
        ("item", "kind", "quick", "kind：不在允许的取值之内"),
        ("material", "record", "paper", "record只能是"),
        ("fee", "item", "1", "item列应填写"),
        ("fee", "originals", "1", "fee行不应填写originals"),
        ("fee", "rate", "2.5", "rate：应为整数"),
        ("fee", "calculator", "guess", "calculator：不在允许的取值之内"),
        ("fee", "valid_to", "never", "valid_to：应为日期"),
        ("grade", "price", "9000000", "grades：档次应按标准由低到高排列"),
        ("condition", "department", "market", "不在该环节中"),
    ],
)
def test_each_fault_of_a_csv_file_names_its_line(record: str, column: str, value: str, said: str) -> None:
    rows = table()
    row, place = cell(rows, record, column)
    rows[row][place] = value
    found = by_line("csv", as_text(rows))
    line = next(n for n, one in enumerate(rows, start=1) if one[0] == "stage") if record == "condition" else row + 1
    assert any(fault.startswith(f"第{line}行") and said in fault for fault in found), found


def test_a_cell_of_several_lines_shifts_the_lines_that_are_told() -> None:
    rows = table()
    row, place = cell(rows, "item", "disclosures.content")
    rows[row][place] = "一\n二\n三"
    fee, unit = cell(rows, "fee", "price")
    rows[fee][unit] = "-1"
    assert any(found.startswith(f"第{fee + 1 + 2}行") and "price" in found for found in by_line("csv", as_text(rows)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "缺少表头"),
        ("record,item,colour\n", "不认识的列：colour"),
        ("record,name\n", "表头缺少item列"),
        ("record,item\nitem\n", "第2行：有1格，表头为2格"),
        ('record,item\n"item,x\n', "不是正确的CSV"),
        ("record,item,code\nitem,1,1\n", "第2行：item行之前应有所属部门"),
        ("record,item,code\ndepartment,,\nitem,1,1\ngrade,1,low\n", "第4行：grade行应紧接在所属的fee行之后"),
        ("record,item\nfee,1\n".encode("utf-16"), "不是UTF-8编码"),
    ],
)
def test_what_is_no_good_csv_is_told_in_words(text: str | bytes, said: str) -> None:
    assert any(said in found for found in by_line("csv", text)), by_line("csv", text)


@pytest.mark.parametrize("start", ["=HYPERLINK(1)", "+1", "-1+2", "@SUM(1)", "\t=1", "＝1"])
def test_no_exported_cell_runs_as_a_formula(start: str) -> None:
    item = full().but(name=start)
    rows = list(csv.reader(io.StringIO(written("csv", (item,)).removeprefix("\ufeff"), newline="")))
    assert not [value for row in rows for value in row if value[:1] in ("=", "+", "-", "@", "\t", "＝")]
    assert read_catalogue({"one.csv": as_text(rows)}) == (item,)


def test_a_spreadsheet_takes_no_zeros_from_codes_and_may_write_dates_and_truths_its_own_way() -> None:
    rows = table()
    place = cell(rows, "item", "code")
    assert rows[place[0]][place[1]] == f"'{full().code}"
    for column, value in (("effective_from", "2026/9/1"), ("free", "FALSE")):
        row, at = cell(rows, "item", column)
        rows[row][at] = value
    last = rows[0].index("valid_to")
    range_row = next(row for row in rows if row[last] == "'2026-12-31")
    range_row[last] = "2026/12/31"
    assert read_catalogue({"one.csv": "\ufeff" + as_text(rows)}) == (full(),)
    assert full().code.startswith(PLANNING)


def test_the_files_of_the_start_may_be_spreadsheets_too(tmp_path: Path) -> None:
    (tmp_path / "planning.csv").write_text(written("csv", (full(),)), "utf-8")
    document = yaml.safe_load((CATALOGUE / "forestry.yaml").read_text("utf-8"))
    (tmp_path / "forestry.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    assert {item.department for item in load_catalogue(tmp_path)} == {"planning", "forestry"}
