"""What a department is told of its record: every fault at once, each with its field."""

from typing import Any

import pytest

from services.intake.domain.entry import Standing, against
from services.intake.domain.item import Item
from services.intake.domain.item_reading import read_item
from services.intake.tests.reports import PLANNING, record

FORM = {"code": "01", "name": "申请表", "originals": 1}
PLAN = {"code": "02", "name": "平面图", "originals": 1}
NEW, RENEW = {"code": "new", "name": "新办"}, {"code": "renew", "name": "延续"}
FIRE_ON_NEW = [{"department": "fire", "situations": ["new"]}]
BOTH = ["planning", "fire"]
STAGE = {"name": "审", "departments": BOTH, "limit_days": 5}


def faults(**changes: Any) -> dict[str, str]:
    return {one.field: one.message for one in read_item(record(**changes)).findings}


def item(**changes: Any) -> Item:
    read = read_item(record(**changes))
    assert read.item is not None
    assert read.findings == ()
    return read.item


def forwarded(days: int) -> dict[str, str]:
    return faults(
        kind="forwarded",
        superior="市自然资源局",
        statutory_days=30,
        statutory_text="30个工作日",
        statutory_basis="某法第一条",
        promised_days=25,
        promised_text="25个工作日",
        stages=[{"name": "初审", "departments": ["planning"], "limit_days": days}],
        disclosures=record()["disclosures"] | {"limit": "25个工作日"},
    )


def test_a_sound_record_has_no_fault() -> None:
    assert faults() == {}


@pytest.mark.rule("R25")
def test_the_first_review_of_a_forwarded_item_has_at_most_twenty_working_days() -> None:
    assert forwarded(20) == {}
    assert "初审最长20个工作日" in forwarded(21)["stages.0"]


@pytest.mark.rule("R12", "R13", "R21")
def test_faults_of_every_kind_are_told_at_once() -> None:
    fee = {"code": "F1", "name": "费", "unit": "件", "price": 100, "basis": "令"}
    late = {"promised_days": 50, "promised_text": "50个工作日"}
    found = faults(code="1", fees=[fee], disclosures={}, version="one", quota=3, colour="red", superior="市局", **late)
    named = {"code", "promised_days", "fees", "version", "quantity", "colour", "superior", "disclosures.basis"}
    assert named <= set(found)
    assert "超过法定时限45" in found["promised_days"]
    assert "31位" in found["code"]


def test_a_field_that_cannot_be_read_is_told_once_and_accuses_no_other() -> None:
    assert set(faults(promised_days="ten")) == {"promised_days"}
    assert set(faults(kind="quick")) == {"kind"}
    assert set(faults(materials="none")) == {"materials"}
    assert set(faults(stages=[{"name": "审"}])) == {"stages.0.departments", "stages.0.limit_days"}


def test_what_is_no_record_at_all_misses_everything_that_is_required() -> None:
    found = {one.field for one in read_item({}).findings}
    assert {
        "code",
        "name",
        "department",
        "kind",
        "promised_days",
        "free",
        "quantity",
        "legal_basis",
        "version",
    } <= found


@pytest.mark.rule("R15")
@pytest.mark.parametrize(
    ("quota", "quantity", "sound"),
    [
        (30, "每年30件", True),
        (30, "数量有限，先受理者先得", True),
        (30, "无数量限制", False),
        (30, "每年20件", False),
        (None, "无数量限制", True),
        (0, "本年度0件", True),
    ],
)
def test_a_quota_is_what_the_public_reads(quota: int | None, quantity: str, sound: bool) -> None:
    assert set(faults(quota=quota, quantity=quantity)) == (set() if sound else {"quantity"})


@pytest.mark.rule("R16")
def test_only_minor_material_may_follow_later() -> None:
    later = {"deferrable": True}
    assert faults(materials=[FORM, PLAN | later]) == {}
    assert "不得容缺后补" in faults(materials=[FORM | later, PLAN])["materials.01.deferrable"]
    assert "至少保留一项" in faults(materials=[PLAN | later])["materials"]
    only_later = [PLAN | later, FORM | {"name": "说明", "required": False}]
    assert "至少保留一项" in faults(materials=only_later)["materials"]


@pytest.mark.rule("R16")
def test_in_no_situation_may_everything_follow_later() -> None:
    materials = [PLAN | {"deferrable": True}, {"code": "03", "name": "合同", "originals": 1, "situations": ["new"]}]
    found = faults(situations=[NEW, RENEW], materials=materials)
    assert found["materials"].startswith("情形renew的必要材料")


@pytest.mark.rule("R100")
def test_an_item_is_handed_in_somewhere() -> None:
    assert faults(channels=["window", "village"]) == {}
    assert "channels" in faults(channels=[])
    assert "channels" in faults(channels=["web", "web"])
    assert "channels" in faults(channels=["web", 7]) or "channels.1" in faults(channels=["web", 7])


@pytest.mark.rule("R33")
def test_what_is_decided_at_once_rests_on_no_inspection() -> None:
    assert faults(inspection=True) == {}
    assert "inspection" in faults(inspection=True, kind="instant")


def test_only_where_several_departments_review_may_the_lead_override() -> None:
    assert faults(lead_may_override=True) == {}
    assert "lead_may_override" in faults(lead_may_override=True, kind="committed")


# -- situations -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"situations": [NEW, NEW]}, "situations", "情形编码new重复"),
        (
            {"situations": [NEW], "materials": [FORM | {"situations": ["old"]}]},
            "materials.01.situations",
            "情形old不在",
        ),
        ({"materials": [FORM | {"situations": ["new"]}]}, "materials.01.situations", "情形new不在"),
        ({"stages": [STAGE | {"conditions": FIRE_ON_NEW}]}, "stages.0", "情形new"),
    ],
)
def test_situations_that_are_named_exist_and_are_told_apart(changes: Any, field: str, said: str) -> None:
    assert said in faults(**changes)[field]


def conditional(departments: list[str], *conditions: dict[str, Any]) -> dict[str, str]:
    stage = {"name": "审", "departments": departments, "limit_days": 5, "conditions": list(conditions)}
    return faults(situations=[NEW, RENEW], stages=[stage])


def test_a_joint_item_stays_joint_in_each_of_its_situations() -> None:
    assert "情形“延续”只剩1个部门" in conditional(BOTH, *FIRE_ON_NEW)["stages"]
    housing = {"department": "housing", "situations": ["renew"]}
    assert conditional([*BOTH, "housing"], *FIRE_ON_NEW, housing) == {}


def test_the_lead_department_takes_part_without_condition() -> None:
    three = [*BOTH, "housing"]
    assert (
        "主办部门planning不得附条件"
        in conditional(three, {"department": "planning", "situations": ["new"]})["stages.0"]
    )
    assert "不在该环节中" in conditional(three, {"department": "market", "situations": ["new"]})["stages.0"]
    assert "条件重复" in conditional(three, *FIRE_ON_NEW, *FIRE_ON_NEW)["stages.0"]


# -- beside the catalogue -------------------------------------------------------------------------------------------------


def beside(reported: Item, **standing: Any) -> dict[str, str]:
    return dict(against(reported, Standing(**standing)))


def test_a_version_follows_the_newest() -> None:
    known = item()
    assert beside(known) == {}
    assert "版本应为1" in beside(item(version=2))["version"]
    for version, sound in ((1, False), (2, True), (3, False)):
        found = beside(item(version=version), newest={known.code: known})
        assert (found == {}) is sound


def test_an_item_stays_with_its_department_and_a_credit_code_with_its_own() -> None:
    known, other = item(), item(code=f"{PLANNING}4450000000002")
    foreign = known.but(department="fire", version=2)
    assert "属于自然资源和规划局" in beside(foreign, newest={known.code: known})["code"]
    assert "属于自然资源和规划局" in beside(other.but(department="fire"), newest={known.code: known})["code"]
    assert beside(other, newest={known.code: known}) == {}


def test_departments_of_a_reported_flow_are_known() -> None:
    stages = [{"name": "审", "departments": ["planning", "navy"], "limit_days": 5}]
    assert beside(item(stages=stages)) == {"stages": "部门navy不在部门名录内，请改正。"}


def charged(serial: int, price: int, version: int = 1) -> Item:
    fee = {"code": "F1", "name": "费", "unit": "件", "price": price, "basis": "令"}
    told = record()["disclosures"] | {"fee": "每件收费"}
    return item(code=f"{PLANNING}4450{serial:09}", free=False, fees=[fee], disclosures=told, version=version)


@pytest.mark.rule("R50")
def test_a_fee_code_has_one_price_in_the_whole_catalogue() -> None:
    known = {one.code: one for one in (charged(1, 100), charged(2, 100))}
    assert beside(charged(3, 100), newest=known) == {}
    assert "标准与目录中的“临时占地许可”不一致" in beside(charged(3, 101), newest=known)["fees"]
    assert "fees" in beside(charged(1, 101, 2), newest=known)


@pytest.mark.rule("R50")
def test_a_price_changes_for_all_its_items_together() -> None:
    known = {one.code: one for one in (charged(1, 100), charged(2, 100))}
    both = [charged(1, 101, 2), charged(2, 101, 2)]
    assert [dict(against(one, Standing(newest=known), both)) for one in both] == [{}, {}]
    assert beside(both[0], newest=known, waiting={both[1].code: both[1]}) == {}
