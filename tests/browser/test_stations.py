"""Stations and village agents (代办): a mandate goes its seven steps; the desk tells each what waits."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from sim.people import PEOPLE
from tests.browser.conftest import Visit
from tests.browser.people import People
from tests.browser.test_window import confirm, hand_in
from tests.browser.visiting import NARROW, assert_fits, assert_usable, settle

CITIZEN = PEOPLE["li-qiang"]
VILLAGE, TOWNSHIP = "agent-shanjiao", "station-taiping"


@contextmanager
def dialog(page: Page, label: str) -> Iterator[None]:
    page.get_by_role("button", name=label, exact=True).click()
    yield
    confirm(page, label)


def entrust(page: Page) -> str:
    page.get_by_role("link", name="个体工商户").click()
    page.get_by_label("姓名或名称").fill(CITIZEN.name)
    page.get_by_label("证件号码").fill(CITIZEN.id_number)
    page.get_by_label("联系电话").fill(CITIZEN.phone)
    page.get_by_role("button", name="登记委托").click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("请填写书面委托书编号")
    expect(summary).to_contain_text("请一次性告知委托人")
    expect(page.get_by_label("姓名或名称")).to_have_value(CITIZEN.name)
    page.get_by_label("书面委托书编号").fill("委托〔2026〕1号")
    page.get_by_role("button", name="全部齐全").click()
    assert_usable(page)
    assert_fits(page)
    page.get_by_role("button", name="登记委托").click()
    expect(page.get_by_text("在村级代办点，等待转交")).to_be_visible()
    return page.url.rsplit("/", 1)[1]


def end_at_the_hall(people: People, number: str) -> None:
    case = f"/intake/cases/{number}"
    people.act("clerk-market", case, "acceptance")
    people.act("clerk-market", case, "decision", {"outcome": "granted"})
    people.act("clerk-market", case, "service", {"way": "pick_up", "receiver": CITIZEN.name})


@pytest.mark.rule("R103")
def test_a_mandate_goes_from_the_village_to_the_hall_and_back_in_seven_steps(visit: Visit, people: People) -> None:
    with visit(VILLAGE, "/staff/stations/new", viewport=NARROW) as page:
        agency = entrust(page)
        expect(page.get_by_text("转交乡镇便民服务站")).to_be_visible()
        with dialog(page, "转交乡镇"):
            pass
        expect(page.get_by_text("在乡镇便民服务站，等待向大厅提交")).to_be_visible()
        expect(page.get_by_text("现在没有需要您办理的事项。")).to_be_visible()
    with visit(TOWNSHIP, "/staff/") as page:
        page.get_by_role("link", name=re.compile("待提交大厅的代办件")).click()
        page.get_by_role("link", name=agency).click()
        with dialog(page, "向大厅提交"):
            pass
        expect(page.get_by_role("heading", name="大厅已收件")).to_be_visible()
        number = page.locator(".digits").nth(1).inner_text()
        page.reload()
        expect(page.locator(".digits").nth(1)).to_have_text(number)
        page.get_by_role("button", name="已经交给委托人").click()
        end_at_the_hall(people, number)
        for step in ("送达", "归档", "上报"):
            with dialog(page, f"记录：{step}"):
                page.get_by_label("说明").fill(f"已{step}")
        assert_usable(page)
    with visit(VILLAGE, f"/staff/stations/{agency}") as page:
        with dialog(page, "记录：回访"):
            pass
        expect(page.get_by_text("已回访，代办结束")).to_be_visible()
        expect(page.get_by_role("row", name=re.compile("归档"))).to_contain_text("已归档")


def test_what_is_not_on_the_villages_list_is_not_taken_on(visit: Visit) -> None:
    with visit(VILLAGE, "/staff/stations/new") as page:
        page.get_by_role("link", name="公共场所卫生许可").click()
        expect(page.get_by_text("该事项不在本层级的代办目录内")).to_be_visible()
    with visit("clerk-market", "/staff/stations") as page:
        expect(page.get_by_role("heading", level=1, name="没有权限")).to_be_visible()


def test_a_clerks_desk_counts_what_waits_and_counts_on_by_itself(visit: Visit, people: People) -> None:
    hand_in(people, "clerk-health", "公共场所卫生许可")
    with visit("clerk-health", "/staff/") as page:
        card = page.get_by_role("link", name=re.compile("^等待受理"))
        expect(card).to_contain_text("1")
        assert_usable(page)
        hand_in(people, "clerk-health", "公共场所卫生许可")
        expect(card).to_contain_text("2")
        card.click()
        expect(page.get_by_role("heading", level=1, name="受理队列")).to_be_visible()
        expect(page.locator("a[data-row]")).to_have_count(2)


def test_a_letter_is_marked_as_read_for_the_whole_department(visit: Visit, people: People) -> None:
    people.create("supervisor", "/monitor/orders", {"department": "market", "demand": "说明窗口排队过长的原因"})
    people.until("chief-market", "/notify/inbox", lambda inbox: inbox["letters"])
    with visit("chief-market", "/staff/letters") as page:
        settle(page)
        unread = page.get_by_role("button", name=re.compile("^标为已读"))
        before = unread.count()
        assert before
        unread.first.click()
        expect(unread).to_have_count(before - 1)
        assert_usable(page)


@pytest.mark.parametrize(
    "person", ["fee-officer", "treasurer", "supervisor", "operator", "county-head", "zhang-xiaomei"]
)
def test_every_role_has_a_desk(visit: Visit, person: str) -> None:
    """Nothing is asked for that the role may not read: a refusal would stand in the console."""
    with visit(person, "/staff/") as page:
        expect(page.get_by_role("heading", level=1, name="工作台")).to_be_visible()
        expect(page.get_by_text("…", exact=True)).to_have_count(0)
        assert_usable(page)
