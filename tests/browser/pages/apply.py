"""A citizen's own: applying, drafts, cases, letters and licences."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.applying import CITIZEN, ITEM, answer_applicant, hand_in
from tests.browser.pages import Shown
from tests.browser.people import People


def _own(state: str) -> str:
    return f"/intake/my/cases?state={state}&limit=1"


def _case(people: People) -> str:
    page = people.get(CITIZEN, _own("open"))["items"]
    return f"/cases/{page[0]['case_number'] if page else hand_in(people)['case_number']}"


def _corrected(people: People) -> str:
    page = people.get(CITIZEN, _own("correction_requested"))["items"]
    if page:
        return f"/cases/{page[0]['case_number']}"
    number = hand_in(people)["case_number"]
    asked = [{"code": code, "reason": "没有提交"} for code in ("001", "002", "003", "004")]
    people.act("clerk-market", f"/intake/cases/{number}", "correction", {"requested": asked})
    return f"/cases/{number}"


def _follow(page: Page, people: People) -> None:
    told = hand_in(people)
    page.get_by_label("办件编号").fill(told["case_number"])
    page.get_by_label("查询密码").fill(told["query_password"])
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_role("main")).to_contain_text("已收件，等待受理")


def _drafts(people: People) -> str:
    if not people.get(CITIZEN, "/intake/drafts"):
        people.create(CITIZEN, "/intake/drafts", {"item_code": ITEM, "channel": "web"})
    return "/drafts"


def _wrong(page: Page, _people: People) -> None:
    answer_applicant(page)
    page.get_by_label("身份证号码").fill("1")
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("alert")).to_be_visible()


def _handed_in(page: Page, _people: People) -> None:
    page.goto(f"/apply/{ITEM}?step=applicant")
    answer_applicant(page)
    page.get_by_role("link", name="核对并提交").click()
    page.get_by_label("材料不齐，仍要先提交").check()
    page.get_by_role("main").get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", level=1, name="申请已提交")).to_be_visible()


def _step(step: str) -> Any:
    return lambda _people: f"/apply/{ITEM}?step={step}"


PAGES = (
    Shown("apply-situations", "/apply/:code", person=CITIZEN, path=_step("situations")),
    Shown("apply-applicant", "/apply/:code", person=CITIZEN, path=_step("applicant"), prepare=_wrong),
    Shown("apply-materials", "/apply/:code", person=CITIZEN, path=_step("materials")),
    Shown("apply-service", "/apply/:code", person=CITIZEN, path=_step("service")),
    Shown("apply-review", "/apply/:code", person=CITIZEN, path=_step("review")),
    Shown("handed-in", "/cases/:number/handed-in", person=CITIZEN, path=_case, prepare=_handed_in),
    Shown("drafts", "/drafts", person=CITIZEN, path=_drafts),
    Shown("my-cases", "/my", person=CITIZEN),
    Shown("follow", "/cases"),
    Shown("case-by-password", "/cases/:number", path=lambda _people: "/cases", prepare=_follow),
    Shown("case", "/cases/:number", person=CITIZEN, path=_case),
    Shown("case-supplement", "/cases/:number", person=CITIZEN, path=_corrected),
    Shown("letters", "/letters", person=CITIZEN),
    Shown("my-licences", "/my-licences", person=CITIZEN),
)
