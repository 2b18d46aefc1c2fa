"""What anybody may look up without an account: items and their six disclosures, news, results, figures, genuine papers."""

import re
from pathlib import Path

import httpx
import pytest
import yaml
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.paying import handed_in
from tests.browser.people import Json, People
from tests.browser.visiting import NARROW, assert_fits, assert_usable

SIX = ("审批内容", "审批依据", "审批条件", "审批程序", "审批时限", "收费标准")
NEWS = {"title": "国庆假期安排", "body": "十月一日至七日放假。\n八日起正常办理。"}


@pytest.fixture(scope="module")
def granted(people: People) -> Json:
    """A case that was decided on the spot, its licence and its paper."""
    case = handed_in(people, "公共场所卫生许可", "zhang-xiaomei")
    path = f"/intake/cases/{case['number']}"
    people.act("clerk-health", path, "acceptance")
    basis = {"outcome": "granted", "reasons": "材料齐全，符合法定形式", "legal_basis": "行政许可法第三十四条"}
    seen = people.act("clerk-health", path, "decision", basis)
    return case | {"licence": seen["licence"]["number"]}


@pytest.fixture(scope="module")
def paper(people: People, base: str, granted: Json, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The decision, as its holder fetches it."""
    header = {"Query-Password": granted["password"]}
    path = f"/notify/cases/{granted['number']}/documents"

    def offered() -> list[Json]:
        found = httpx.post(f"{base}{path}", headers=header, trust_env=False).json().get("documents", [])
        return [one for one in found if one["kind"] == "grant" and one["url"]]

    people.until(None, "/intake/clock", lambda _now: offered())
    content = httpx.get(f"{base}/notify/{offered()[0]['url']}", trust_env=False).content
    kept = tmp_path_factory.mktemp("paper") / "decision.pdf"
    kept.write_bytes(content)
    return kept


@pytest.mark.rule("R12")
def test_a_citizen_finds_an_item_and_reads_its_six_disclosures(visit: Visit) -> None:
    with visit() as page:
        page.get_by_label("您想办什么事？").fill("食品")
        page.get_by_role("button", name="查询", exact=True).click()
        # The page that is being left may still be reading what it shows.
        expect(page.get_by_role("status").filter(has_text="共")).to_have_text("共 1 项")
        assert_usable(page)
        page.get_by_role("link", name="食品经营许可").click()
        expect(page.get_by_role("heading", level=1, name="食品经营许可")).to_be_focused()
        for name in SIX:
            expect(page.get_by_role("term").filter(has_text=name)).to_be_visible()
        expect(page.get_by_text("无数量限制")).to_be_visible()
        materials = page.get_by_role("table", name="申请材料")
        row = materials.get_by_role("row").filter(has_text="食品安全规章制度")
        expect(row).to_contain_text("必须提交，可以后补")
        expect(page.get_by_text("6 个工作日内答复")).to_be_visible()
        expect(page.get_by_role("link", name="在线申请")).to_have_attribute(
            "href", re.compile("/apply/11450721000000158G4450131902000$")
        )
        assert_usable(page)
        page.emulate_media(media="print")
        expect(page.get_by_role("link", name="在线申请")).to_be_hidden()
        expect(page.get_by_role("navigation")).to_be_hidden()


def test_items_are_narrowed_by_words_department_and_kind_and_the_address_keeps_it(visit: Visit) -> None:
    with visit(None, "/items", viewport=NARROW) as page:
        page.get_by_label("部门").select_option("planning")
        page.get_by_label("办件类型").select_option("joint")
        expect(page.get_by_role("status")).to_have_text("共 1 项")
        assert "department=planning" in page.url
        page.reload()
        expect(page.get_by_role("link", name="建设工程规划许可证（市政）")).to_be_visible()
        assert_fits(page)
        page.get_by_label("想办什么事").fill("养老")
        expect(page.get_by_text("没有找到符合条件的事项")).to_be_visible()
    with visit(None, "/items/11450721000000158G4450131909999", expected=("404",)) as page:
        expect(page.get_by_role("alert")).to_contain_text("没有找到该事项")


def test_an_item_with_a_fee_shows_the_standard_and_its_basis(visit: Visit, people: People) -> None:
    item = next(one for one in people.get(None, "/intake/items") if one["name"].startswith("不动产登记（首次"))
    with visit(None, f"/items/{item['code']}") as page:
        row = page.get_by_role("table", name="收费项目和标准").get_by_role("row").nth(1)
        expect(row).to_contain_text(re.compile(r"\d+\.\d\d 元/件"))


OLD_TREES = "1145072100000018214000164129000"
BY_SITUATION = {"own": "采伐自留山林木", "collective": "采伐集体林木"}


def report_forests(people: People, **changes: object) -> str:
    """A version of the felling licence that its department would have: the report on which the centre decides."""
    text = httpx.get(f"{people.base}/intake/catalogue.yaml?department=forestry", trust_env=False).text
    document = yaml.safe_load(text)
    item = document["items"][0] | changes
    body = {"item": item | {"department": "forestry", "organ": document["organ"]}}
    return str(people.create("chief-forestry", "/intake/item-reports", body)["report_id"])


def test_ones_situation_chooses_the_materials_that_are_shown(visit: Visit, people: People) -> None:
    item = next(one for one in people.get(None, "/intake/items") if one["name"] == "林木采伐许可")
    materials = people.get(None, f"/intake/items/{item['code']}")["materials"]
    materials[-1] |= {"situations": ["collective"]}
    situations = [{"code": code, "name": name} for code, name in BY_SITUATION.items()]
    report = report_forests(people, version=2, materials=materials, situations=situations)
    people.act("centre-admin", f"/intake/item-reports/{report}", "entry")
    with visit(None, f"/items/{item['code']}") as page:
        rows = page.get_by_role("table", name="申请材料").get_by_role("row")
        expect(rows).to_have_count(len(materials) + 1)
        page.get_by_role("checkbox", name=BY_SITUATION["own"]).check()
        expect(rows).to_have_count(len(materials))
        page.get_by_role("checkbox", name=BY_SITUATION["collective"]).check()
        expect(rows.last).to_contain_text(f"仅“{BY_SITUATION['collective']}”需要")
        assert_usable(page)


def test_what_is_kept_out_of_the_hall_is_public_with_its_reason(visit: Visit, people: People) -> None:
    report = report_forests(people, version=1, code=OLD_TREES, name="古树名木移植许可")
    reason = {"reason": "须在现场踏勘时一并办理，经县政府批准暂不进大厅"}
    people.act("centre-admin", f"/intake/item-reports/{report}", "exemption", reason)
    with visit(None, "/kept-out") as page:
        row = page.get_by_role("row").filter(has_text="古树名木移植许可")
        expect(row).to_contain_text("经县政府批准暂不进大厅")


def test_news_is_read_by_everyone_and_gone_once_it_is_taken_back(visit: Visit, people: People) -> None:
    made = people.create("centre-admin", "/intake/announcements", NEWS)
    with visit() as page:
        page.get_by_role("link", name=NEWS["title"]).click()
        expect(page.get_by_role("heading", level=1, name=NEWS["title"])).to_be_focused()
        expect(page.get_by_text("八日起正常办理。")).to_be_visible()
        assert_usable(page)
    path = f"/intake/announcements/{made['announcement_id']}"
    people.create("centre-admin", f"{path}/withdrawal", {"reason": "日期有误"})
    with visit(None, f"/announcements/{made['announcement_id']}", expected=("404",)) as page:
        expect(page.get_by_role("alert")).to_contain_text("没有找到该公告")


def test_results_and_figures_are_public_and_a_figure_leads_to_its_results(
    visit: Visit, people: People, granted: Json
) -> None:
    path = f"/intake/cases/{granted['number']}"
    people.act("clerk-health", path, "service", {"way": "pick_up", "receiver": "张小梅"})
    public = "/monitor/statistics/public"
    people.until(None, public, lambda found: sum(one["closed"] for one in found["items"]))
    with visit(None, "/statistics") as page:
        page.get_by_text("查看数据表").click()
        assert_usable(page)
        page.get_by_role("link", name=re.compile("卫生健康局办结 1 件")).click()
        expect(page.get_by_role("heading", level=1, name="结果公开")).to_be_focused()
        row = page.get_by_role("row").filter(has_text="公共场所卫生许可新办")
        expect(row).to_contain_text("张**")
        expect(row).to_contain_text("准予")
        assert_usable(page)
        page.get_by_label("部门").select_option("fire")
        expect(page.get_by_text("没有符合条件的决定")).to_be_visible()


def section(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


def test_a_licence_and_a_record_are_checked_by_number(visit: Visit, people: People, granted: Json) -> None:
    with visit(None, "/check", expected=("404",)) as page:
        licence = section(page, "核验许可证件")
        licence.get_by_role("button", name="核验").click()
        expect(licence.get_by_role("alert")).to_contain_text("请填写证件编号")
        licence.get_by_label("证件编号").fill(granted["licence"])
        licence.get_by_role("button", name="核验").click()
        expect(licence.get_by_text("有效", exact=True)).to_be_visible()
        expect(licence.get_by_text("张**")).to_be_visible()
        record = section(page, "核验办件记录")
        record.get_by_label("办件编号").fill(granted["number"])
        record.get_by_label("查询密码").fill(granted["password"])
        record.get_by_role("button", name="核验").click()
        expect(record.get_by_role("table")).to_contain_text("待下次封存")
        assert_usable(page)
        record.get_by_label("查询密码").fill("密码")
        record.get_by_role("button", name="核验").click()
        expect(record.get_by_role("alert")).to_contain_text("请填写查询密码")


def test_a_document_is_checked_by_number_and_byte_for_byte(visit: Visit, paper: Path, tmp_path: Path) -> None:
    forged = tmp_path / "forged.pdf"
    forged.write_bytes(paper.read_bytes() + b" ")
    with visit(None, "/check") as page:
        checked = section(page, "核验文书")
        checked.get_by_label("文书文件（PDF）").set_input_files(paper)
        checked.get_by_role("button", name="核验").click()
        expect(checked.get_by_text("一致：这就是大厅发出的文书")).to_be_visible()
        number = checked.get_by_role("definition").first.inner_text()
        checked.get_by_label("文书编号").fill(number.replace("〔", "(").replace("〕", ")"))
        checked.get_by_label("文书文件（PDF）").set_input_files(forged)
        checked.get_by_role("button", name="核验").click()
        expect(checked.get_by_text("您的文件与它不同")).to_be_visible()
        assert_usable(page)
        checked.get_by_label("文书文件（PDF）").set_input_files([])
        checked.get_by_label("文书编号").fill("不存在〔2026〕1号")
        checked.get_by_role("button", name="核验").click()
        expect(checked.get_by_text("查无此文书")).to_be_visible()


def test_the_start_page_leads_to_a_case_by_number_and_password(visit: Visit, granted: Json) -> None:
    with visit() as page:
        page.get_by_role("button", name="查询进度").click()
        expect(page.get_by_role("alert")).to_contain_text("请填写办件编号")
        assert_usable(page)
        page.get_by_label("办件编号").fill(granted["number"])
        page.get_by_label("查询密码").fill(granted["password"])
        page.get_by_role("button", name="查询进度").click()
        expect(page).to_have_url(re.compile(f"/cases/{granted['number']}$"))
        expect(page.get_by_text("公共场所卫生许可新办")).to_be_visible()
