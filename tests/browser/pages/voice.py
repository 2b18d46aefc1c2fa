"""What citizens say; what stands behind a number and its password is made here, as only who said it knows the password."""

from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.browser.pages import Shown
from tests.browser.paying import handed_in
from tests.browser.people import People

_PASSWORDS: dict[str, str] = {}
"""By number, of what was made in this run."""


def a_question(people: People) -> str:
    asked = {"department": "market", "question": "食品经营许可需要先办营业执照吗？", "asker": "李强"}
    made = people.create(None, "/monitor/consultations", asked)
    _PASSWORDS[made["consultation_number"]] = made["query_password"]
    return f"/consultations/{made['consultation_number']}"


def a_complaint(people: People) -> str:
    said = {"topic": "delay", "content": "说好三天办好，已经过了一周。", "department": "housing"}
    made = people.create(None, "/monitor/complaints", said)
    number = made["complaint_number"]
    _PASSWORDS[number] = made["query_password"]
    summary = {"complexity": "written", "department": "housing", "summary": "反映办理超过承诺时限，予以受理。"}
    people.act("centre-admin", f"/monitor/complaints/{number}", "acceptance", summary)
    return f"/complaints/{number}"


def a_case(people: People) -> str:
    made = handed_in(people, "食品经营许可", "zhang-xiaomei")
    _PASSWORDS[made["number"]] = made["password"]
    return f"/rate/{made['number']}"


def open_it(page: Page, _people: People) -> None:
    number = urlsplit(page.url).path.split("/")[-1]
    page.get_by_label("查询密码").fill(_PASSWORDS[number])
    page.get_by_role("button", name="查询", exact=True).click()
    page.get_by_label("查询密码").wait_for(state="hidden")


PAGES = (
    Shown("voice-consultations", "/consultations"),
    Shown("voice-ask", "/consultations/new"),
    Shown("voice-consultation", "/consultations/:number", path=a_question, prepare=open_it),
    Shown("voice-complaints", "/complaints"),
    Shown("voice-complain", "/complaints/new"),
    Shown("voice-complaint", "/complaints/:number", path=a_complaint, prepare=open_it),
    Shown("voice-rate", "/rate/:number", path=a_case, prepare=open_it),
    Shown("voice-tablet", "/tablet/:ticket", path=lambda _people: "/tablet/shown-only"),
)
