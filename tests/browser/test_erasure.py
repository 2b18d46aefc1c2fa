"""Whoever asks for it is forgotten by whoever has their matter in hand (个人信息保护法 47); the matter itself stays."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.paying import handed_in
from tests.browser.people import People
from tests.browser.test_window import TRADER, hand_in
from tests.browser.visiting import assert_usable

WHO, PHONE = "覃小满", "13977712345"


def erase(page: Page) -> None:
    page.get_by_role("button", name="删除联系方式", exact=True).click()
    dialog = page.get_by_role("dialog", name="删除联系方式")
    expect(dialog).to_contain_text("删除后无法恢复")
    dialog.get_by_role("button", name="确认删除联系方式").click()
    expect(dialog.get_by_role("alert")).to_contain_text("请填写原因")
    dialog.get_by_label("原因").fill("本人书面申请")
    assert_usable(page)
    dialog.get_by_role("button", name="确认删除联系方式").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="删除联系方式")).to_have_count(0)


def test_a_complainant_is_forgotten_by_the_office_once_it_is_over(visit: Visit, people: People) -> None:
    said = {"topic": "service", "content": "排队太久。", "department": "health", "complainant": WHO, "contact": PHONE}
    number = people.create(None, "/monitor/complaints", said)["complaint_number"]
    with visit("centre-admin", f"/staff/complaints/{number}") as page:
        expect(page.get_by_text(PHONE)).to_be_visible()
        expect(page.get_by_role("button", name="删除联系方式")).to_have_count(0)
        page.get_by_role("button", name="不予受理", exact=True).click()
        dialog = page.get_by_role("dialog", name="不予受理")
        dialog.get_by_label("不予受理的情形").select_option("elsewhere")
        dialog.get_by_label("理由").fill("不属于大厅办理的事项。")
        dialog.get_by_role("button", name="确认不予受理").click()
        erase(page)
        expect(page.get_by_text(PHONE)).to_have_count(0)
        expect(page.get_by_text(WHO)).to_have_count(0)
        expect(page.get_by_text("排队太久。")).to_be_visible()


def test_who_asked_is_forgotten_by_the_department_once_it_has_answered(visit: Visit, people: People) -> None:
    asked = {"department": "health", "question": "办健康证要空腹吗？", "asker": WHO, "contact": PHONE}
    number = people.create(None, "/monitor/consultations", asked)["consultation_number"]
    people.act("clerk-health", f"/monitor/consultations/{number}", "answer", {"answer": "需要空腹。"})
    with visit("clerk-health", f"/staff/consultations/{number}") as page:
        expect(page.get_by_text(PHONE)).to_be_visible()
        expect(page.get_by_role("button", name="删除联系方式")).to_have_count(0)
    with visit("chief-health", f"/staff/consultations/{number}") as page:
        erase(page)
        expect(page.get_by_text(PHONE)).to_have_count(0)
        expect(page.get_by_text("需要空腹。")).to_be_visible()


def test_who_rated_is_forgotten_where_nobody_has_to_call_back(visit: Visit, people: People) -> None:
    number = handed_in(people, "食品经营许可", "zhang-xiaomei")["number"]
    people.act("clerk-market", f"/intake/cases/{number}", "acceptance")
    people.until("supervisor", f"/monitor/cases/{number}", lambda found: found["accepted_on"])
    told = {"case_number": number, "stage": "acceptance"}
    ticket = people.create("clerk-market", "/monitor/ratings/tickets", told)["ticket"]
    said = {"stars": 5, "named": True, "rater": WHO, "contact": PHONE, "comment": "很快"}
    given = people.create(None, f"/monitor/tablets/{ticket}", said, method="PUT")["rating_id"]
    with visit("centre-admin", f"/staff/ratings/{given}") as page:
        expect(page.get_by_text(PHONE)).to_be_visible()
        erase(page)
        expect(page.get_by_text(PHONE)).to_have_count(0)
        expect(page.get_by_text("很快")).to_be_visible()


def test_of_an_ended_case_the_centre_erases_how_to_reach_its_people(visit: Visit, people: People) -> None:
    number = hand_in(people, "clerk-market", TRADER)
    with visit("centre-admin", f"/staff/cases/{number}") as page:
        expect(page.get_by_role("heading", name="申请人")).to_be_visible()
        expect(page.get_by_role("button", name="删除联系方式")).to_have_count(0)
    people.act("clerk-market", f"/intake/cases/{number}", "withdrawal", {"reasons": "不再经营"})
    with visit("centre-admin", f"/staff/cases/{number}") as page:
        erase(page)
        expect(page.get_by_text("已应本人申请删除")).to_be_visible()
