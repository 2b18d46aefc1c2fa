"""The catalogue: what may not be published, and that everything wrong is told at once."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from services.intake.domain.catalogue import CatalogueFaults, Item, load_catalogue, read_catalogue
from yimen.contracts.parts import Kind

CATALOGUE = Path(__file__).parents[1] / "catalogue"
CONTRADICTORY = Path(__file__).parent / "data" / "contradictory_item.yaml"

Row = dict[str, Any]


def document(name: str) -> Row:
    content: Row = yaml.safe_load((CATALOGUE / f"{name}.yaml").read_text("utf-8"))
    return content


def row_of(content: Row, name: str) -> Row:
    return next(row for row in content["items"] if name in row["name"])


def reading(*contents: Row) -> tuple[Item, ...]:
    return read_catalogue({f"f{n}.yaml": yaml.safe_dump(content) for n, content in enumerate(contents)})


def faults_of(*contents: Row) -> tuple[str, ...]:
    with pytest.raises(CatalogueFaults) as caught:
        reading(*contents)
    return caught.value.faults


def faults_when(file: str, item: str, **changes: Any) -> tuple[str, ...]:
    content = document(file)
    row_of(content, item).update(changes)
    return faults_of(content)


@pytest.fixture(scope="module")
def items() -> dict[str, Item]:
    return {item.name: item for item in load_catalogue(CATALOGUE)}


def test_the_catalogue_that_ships_has_no_fault_and_every_kind(items: dict[str, Item]) -> None:
    assert len(items) >= 10
    assert {item.kind for item in items.values()} == set(Kind)


def test_limits_and_materials_are_the_published_ones(items: dict[str, Item]) -> None:
    energy = items["固定资产投资项目节能审查"]
    assert (energy.statutory_days, energy.promised_days, energy.free) == (20, 5, True)
    assert [(m.originals, m.copies) for m in energy.materials] == [(1, 1), (1, 1)]
    religion = next(item for item in items.values() if item.kind is Kind.FORWARDED)
    assert (religion.statutory_days, religion.promised_days, religion.superior) == (20, 8, "市民族宗教事务局")
    licence = items["公共场所卫生许可新办"].licence
    assert licence is not None
    assert licence.valid_years == 4


@pytest.mark.rule("R50", "R61")
def test_fee_standards_are_whole_fen(items: dict[str, Item]) -> None:
    fees = {fee.code: fee for item in items.values() for fee in item.fees}
    assert {code: (fee.price, fee.unit) for code, fee in fees.items()} == {
        "BDC-ZZ": (8000, "件"),
        "BDC-FZZ": (55000, "件"),
        "BDC-ZS": (1000, "本"),
        "BDC-BG-ZZ": (8000, "件"),
        "BDC-BG-FZZ": (55000, "件"),
        "TD-XZ": (0, "宗"),
        "TD-FK": (600000, "公顷"),
    }
    assert fees["TD-XZ"].rate == 2000
    assert [grade.price for grade in fees["TD-FK"].grades] == [600000, 1440000, 2280000]
    assert {code for code, fee in fees.items() if fee.half_rate_basis} == {"BDC-BG-ZZ", "BDC-BG-FZZ"}


def test_an_item_survives_being_stored(items: dict[str, Item]) -> None:
    for item in items.values():
        assert Item.model_validate_json(item.model_dump_json()) == item


def test_the_contradictory_record_is_refused_with_each_contradiction_named() -> None:
    with pytest.raises(CatalogueFaults) as caught:
        read_catalogue({CONTRADICTORY.name: CONTRADICTORY.read_text("utf-8")})
    where = "contradictory_item.yaml：全民健身设施拆迁或者改变用途批准"
    faults = caught.value.faults
    assert f"{where}：statutory_days：数值66与文字“20个工作日”不一致，请核对后改正其中一处。" in faults
    assert f"{where}：promised_days：数值24与文字“1个工作日”不一致，请核对后改正其中一处。" in faults
    assert f"{where}：disclosures.limit：公开的时限10日既不是法定时限也不是承诺时限，请核对后改正。" in faults
    assert any(fault.startswith(f"{where}：statutory_days：法定时限66个工作日超过20") for fault in faults)
    assert all(fault.startswith(where) for fault in faults)


def test_the_contradictory_record_passes_once_it_follows_its_texts() -> None:
    content = yaml.safe_load(CONTRADICTORY.read_text("utf-8"))
    row = content["items"][0]
    row.update(statutory_days=20, promised_days=1)
    row["disclosures"]["limit"] = "1个工作日"
    assert len(reading(content)) == 1


@pytest.mark.rule("R21")
@pytest.mark.parametrize(("promised", "sound"), [(20, True), (21, False)])
def test_no_promise_is_longer_than_the_law_allows(promised: int, sound: bool) -> None:
    content = document("development")
    row_of(content, "可行性").update(promised_days=promised, promised_text=f"{promised}个工作日")
    row_of(content, "可行性")["disclosures"]["limit"] = "限期办结"
    if sound:
        reading(content)
    else:
        assert any("promised_days：承诺时限21个工作日超过法定时限20个工作日" in fault for fault in faults_of(content))


@pytest.mark.rule("R22", "R24")
@pytest.mark.parametrize(("file", "name", "default"), [("administration", "节能", 20), ("planning", "市政", 45)])
def test_the_law_supplies_the_limit_where_no_other_law_does(file: str, name: str, default: int) -> None:
    content = document(file)
    row = row_of(content, name)
    del row["statutory_days"], row["statutory_text"]
    assert next(item for item in reading(content) if name in item.name).statutory_days == default


@pytest.mark.rule("R24")
def test_a_joint_limit_of_46_days_is_refused() -> None:
    found = faults_when("planning", "市政", statutory_days=46, statutory_text="46个工作日")
    assert any("联办件法定时限最长45个工作日，现为46" in fault for fault in found)


@pytest.mark.rule("R22")
def test_a_limit_beyond_20_days_names_the_law_that_allows_it() -> None:
    found = faults_when("planning", "不动产", statutory_basis="")
    assert len(found) == 1
    assert "statutory_days：法定时限30个工作日超过20个工作日" in found[0]


@pytest.mark.parametrize("text", ["20", "20日", "二十天"])
def test_a_limit_without_its_unit_is_refused(text: str) -> None:
    assert any("statutory_text" in f and "单位" in f for f in faults_when("forestry", "林木", statutory_text=text))


@pytest.mark.rule("R12")
@pytest.mark.parametrize("field", ["content", "basis", "conditions", "procedure", "limit", "fee"])
@pytest.mark.parametrize("value", [None, "", "  "])
def test_an_item_without_one_of_six_disclosures_cannot_be_published(field: str, value: str | None) -> None:
    content = document("forestry")
    disclosures = row_of(content, "林木")["disclosures"]
    del disclosures[field]
    if value is not None:
        disclosures[field] = value
    (fault,) = faults_of(content)
    assert f"：disclosures.{field}：六项公开缺" in fault


@pytest.mark.rule("R12")
def test_an_item_that_discloses_nothing_misses_all_six() -> None:
    assert len(faults_when("forestry", "林木", disclosures={})) == 6


@pytest.mark.rule("R13")
def test_a_free_item_with_fee_rows_is_refused_and_so_is_a_charged_one_without() -> None:
    (text, both) = faults_when("planning", "不动产", free=True)
    assert "fees：标明不收费，却列有收费标准" in both
    assert "disclosures.fee" in text
    (none,) = faults_when("planning", "不动产", fees=[])
    assert "free：标明收费，却没有收费标准" in none


def test_one_fee_code_has_one_standard_in_the_whole_catalogue() -> None:
    content = document("planning")
    row_of(content, "市政")["fees"][0]["price"] = 55001
    (fault,) = faults_of(content)
    assert "收费编码BDC-FZZ的标准" in fault


def test_an_application_form_must_be_marked_required() -> None:
    content = document("health")
    row_of(content, "公共场所")["materials"][1]["required"] = False
    (fault,) = faults_of(content)
    assert "materials.002.required：“公共场所卫生许可申请表”是申请文书，必须标为必要材料。" in fault


def test_material_codes_are_told_apart_and_copies_counted() -> None:
    content = document("health")
    materials = row_of(content, "公共场所")["materials"]
    materials[1].update(code="001", originals=0)
    repeated, none = faults_of(content)
    assert "材料编码001重复" in repeated
    assert "份数都是0" in none


@pytest.mark.parametrize(
    ("file", "name", "changes", "said"),
    [
        ("health", "公共", {"stages": [{"name": "审", "departments": ["health"], "limit_days": 1}]}, "当场决定"),
        ("health", "公共", {"promised_days": 1, "promised_text": "1个工作日"}, "承诺时限应为0"),
        ("forestry", "林木", {"stages": []}, "只有一个环节"),
        (
            "forestry",
            "林木",
            {"stages": [{"name": "审", "departments": ["fire"], "limit_days": 1}]},
            "主办部门forestry",
        ),
        (
            "forestry",
            "林木",
            {"stages": [{"name": "审", "departments": ["forestry"], "limit_days": 8}]},
            "合计8个工作日",
        ),
        ("forestry", "林木", {"superior": "市林业局"}, "不应写上级机关"),
        ("religion", "宗教", {"superior": None}, "应写明上级机关"),
        (
            "planning",
            "市政",
            {"stages": [{"name": "审", "departments": ["planning"], "limit_days": 7}]},
            "至少涉及两个",
        ),
        ("planning", "市政", {"stages": [{"name": "审", "departments": ["a", "b"], "limit_days": 7}]}, "不在任何环节"),
    ],
)
def test_a_flow_fits_the_kind_of_the_item(file: str, name: str, changes: Row, said: str) -> None:
    assert any(said in fault for fault in faults_when(file, name, **changes))


@pytest.mark.rule("R46")
def test_silence_consents_only_in_joint_cases() -> None:
    stage = {"name": "审", "departments": ["forestry"], "limit_days": 7, "silence_consents": True}
    (fault,) = faults_when("forestry", "林木", stages=[stage])
    assert "超时默许只适用于联办件" in fault


def test_an_item_code_is_checked_against_its_organ_and_level() -> None:
    good = "1145072100000018214000164120000"
    assert any("校验不通过" in f for f in faults_when("forestry", "林木", code="2" + good[1:]))
    assert any("第19位应为4" in f for f in faults_when("forestry", "林木", code=good[:18] + "3" + good[19:]))
    assert any("前18位应为本部门" in f for f in faults_when("forestry", "林木", code="11450721MB155808114000164120000"))
    content = document("forestry")
    content["credit_code"] = "114507210000001820"
    assert any("f0.yaml：credit_code：统一社会信用代码校验不通过" in f for f in faults_of(content))


def test_an_item_listed_twice_is_refused() -> None:
    (fault,) = faults_of(document("forestry"), document("forestry"))
    assert fault.startswith("f1.yaml：林木采伐许可：code：")
    assert "与“f0.yaml：林木采伐许可”重复" in fault


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"promised_days": "7"}, "promised_days"),
        ({"promised_days": 7.5}, "promised_days"),
        ({"free": "yes"}, "free"),
        ({"code": 1145072100000018214000164120000}, "code"),
        ({"kind": "quick"}, "kind"),
        ({"promise_days": 7}, "promise_days"),
        ({"effective_from": "soon"}, "effective_from"),
        ({"version": 0}, "version"),
        ({"department": "forestry"}, "department"),
    ],
)
def test_types_are_taken_strictly_and_misspelt_fields_told(changes: Row, field: str) -> None:
    assert any(
        fault.startswith(f"f0.yaml：林木采伐许可：{field}：") for fault in faults_when("forestry", "林木", **changes)
    )


def test_all_faults_of_all_files_are_told_at_once() -> None:
    forestry, health = document("forestry"), document("health")
    row_of(forestry, "林木").update(promised_days=30, quantity="")
    row_of(health, "公共")["disclosures"]["basis"] = ""
    files = {f"{n}.yaml": yaml.safe_dump(content) for n, content in enumerate((forestry, health))}
    with pytest.raises(CatalogueFaults) as caught:
        read_catalogue(files | {"broken.yaml": "items: [", "list.yaml": "- 1", "bytes.yaml": b"\xff\xfe\xff"})
    named = {fault.partition("：")[0] for fault in caught.value.faults}
    assert named == {"0.yaml", "1.yaml", "broken.yaml", "list.yaml", "bytes.yaml"}
    assert len([fault for fault in caught.value.faults if fault.startswith("0.yaml")]) >= 3


def test_an_empty_folder_is_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(CatalogueFaults, match="没有任何事项"):
        load_catalogue(tmp_path)
