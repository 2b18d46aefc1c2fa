"""The supervisor's side of the hall: alerts, orders, appeals and patrols, from both sides of the desk."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from sim.people import PEOPLE
from tests.browser.conftest import Visit
from tests.browser.people import People
from tests.browser.visiting import assert_usable, focus_by_tab, settle
from yimen.worktime import local_date

DEPARTMENT = "market"
CHIEF = f"chief-{DEPARTMENT}"


def hand_in(people: People, citizen: str = "zhang-xiaomei", department: str = DEPARTMENT) -> str:
    """A case that nobody has looked at yet; its number."""
    catalogue = people.get(None, "/intake/items")
    item = next(one for one in catalogue if one["department"] == department)
    full = people.get(None, f"/intake/items/{item['code']}")
    materials = [{"code": m["code"], "copies": max(1, m["originals"] + m["copies"])} for m in full["materials"]]
    person = PEOPLE[citizen]
    applicant = {"type": "person", "name": person.name, "id_number": person.id_number, "phone": person.phone}
    body = {"item_code": item["code"], "channel": "web", "applicant": applicant, "materials": materials}
    return str(people.create(citizen, "/intake/applications", body)["case_number"])


def alerts_of(people: People, number: str) -> str:
    return f"/monitor/alerts?case={number}"


@pytest.fixture(scope="module")
def ignored(people: People) -> list[str]:
    """Two cases without an answer for five working days: accepted by law, and an alert for each (R05)."""
    numbers = [hand_in(people), hand_in(people, "li-qiang")]
    people.move_clock(people.now() + timedelta(days=8))
    for number in numbers:
        people.until("supervisor", alerts_of(people, number), lambda page: page["items"])
    return numbers


def open_alert(page: Page, number: str) -> None:
    page.get_by_role("row").filter(has_text=number).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("监察提示")
    settle(page)


@pytest.mark.rule("R77")
def test_a_chief_answers_an_alert_by_keyboard_alone(visit: Visit, people: People, ignored: list[str]) -> None:
    with visit(CHIEF, "/staff/alerts") as page:
        row = page.get_by_role("row").filter(has_text=ignored[0])
        expect(row).to_contain_text("红牌")
        expect(row).to_contain_text("还剩")
        link = row.get_by_role("link").first.inner_text()
        focus_by_tab(page, link, role="link")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=2, name="经过")).to_be_visible()
        number = page.get_by_role("link", name=ignored[0]).or_(page.get_by_role("link", name=ignored[1])).inner_text()
        focus_by_tab(page, "答复")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        focus_by_tab(page, "确认答复")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("请填写答复内容")
        focus_by_tab(page, "答复内容", role="textbox")
        page.keyboard.type("系统故障，收件未及时处理，现已受理。")
        focus_by_tab(page, "确认答复")
        page.keyboard.press("Enter")
        expect(page.get_by_text("部门已经答复，存档备查")).to_be_visible()
        expect(page.get_by_role("button", name="答复", exact=True)).to_have_count(0)
        assert_usable(page)
    assert people.get("supervisor", alerts_of(people, number))["items"][0]["answered_by"] == PEOPLE[CHIEF].name
