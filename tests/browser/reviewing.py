"""Cases brought to where departments review them, and what every walk through their pages does."""

import re
from datetime import timedelta
from typing import Any

from playwright.sync_api import Locator, Page, expect

from sim.people import PEOPLE
from tests.browser.people import Json, People

SHANGHAI = timedelta(hours=8)
REGISTRATION, MUNICIPAL, FELLING = "首次登记", "建设工程规划许可证", "林木采伐"
TEMPLE, ENERGY, FEASIBILITY = "宗教活动场所", "节能审查", "可行性研究报告"


def item_of(people: People, name: str) -> Json:
    """By a part of its name."""
    found = next(one for one in people.get(None, "/intake/items") if name in one["name"])
    return dict(people.get(None, f"/intake/items/{found['code']}"))


def applicant(citizen: str) -> Json:
    person = PEOPLE[citizen]
    firm = person.id_number.startswith("9")
    name = "诚远建材有限公司" if firm else person.name
    kind = "organisation" if firm else "person"
    return {"type": kind, "name": name, "id_number": person.id_number, "phone": person.phone}


def hand_in(people: People, item: Json, citizen: str = "li-qiang", **more: Any) -> Json:
    """The receipt: number and query password."""
    materials = [{"code": one["code"], "copies": max(1, one["originals"] + one["copies"])} for one in item["materials"]]
    body = {"item_code": item["code"], "channel": "web", "applicant": applicant(citizen), "materials": materials}
    return dict(people.create(citizen, "/intake/applications", body | more))


def accepted(people: People, name: str, citizen: str = "li-qiang", **more: Any) -> str:
    """Number of a case that its departments now have before them."""
    item = item_of(people, name)
    number = str(hand_in(people, item, citizen, **more)["case_number"])
    people.act(f"clerk-{item['department']}", f"/intake/cases/{number}", "acceptance")
    case = people.get(f"clerk-{item['department']}", f"/intake/cases/{number}")
    for review in case["reviews"]:
        review_of(people, number, review["department"])
    return number


def review_of(people: People, number: str, department: str) -> str:
    """Id of the department's review, once the request has come."""
    path = f"/approval/departments/{department}/reviews?case_number={number}"
    page = people.until(f"officer-{department}", path, lambda found: found["items"])
    return str(page["items"][0]["review_id"])


def act(people: People, number: str, department: str, action: str, body: Json | None = None, by: str = "") -> None:
    """On the department's review; `by` its officer where nobody is named."""
    review = f"/approval/departments/{department}/reviews/{review_of(people, number, department)}"
    people.act(by or f"officer-{department}", review, action, body)


# -- on the pages ---------------------------------------------------------------------------------------------------------


def press(page: Page, name: str) -> Locator:
    """Opens the act's dialog."""
    page.get_by_role("button", name=name, exact=True).click()
    dialog = page.get_by_role("dialog", name=name, exact=True)
    expect(dialog).to_be_visible()
    return dialog


def confirm(dialog: Locator) -> None:
    dialog.get_by_role("button", name=re.compile("^确认")).click()


def done(dialog: Locator) -> None:
    confirm(dialog)
    expect(dialog).to_be_hidden()


def open_case(page: Page, number: str) -> None:
    """From the queue, as an official finds it."""
    page.goto(f"/staff/reviews?case={number}")
    page.get_by_role("table").get_by_role("link").first.click()
    expect(page.get_by_text(number)).to_be_visible()


def state(page: Page) -> Locator:
    return page.get_by_text(re.compile("^当前状态："))


def hours_later(people: People, hours: float) -> str:
    """As a field of day and hour takes it."""
    return (people.now() + SHANGHAI + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")
