"""What citizens do on the pages of an application, for the tests that walk them."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from sim.people import PEOPLE
from tests.browser.people import People
from tests.browser.visiting import focus_by_tab

ITEM = "11450721000000158G4450131902000"
"""食品经营许可: four materials, of which the last may follow later."""

SHOP = "11450721000000158G4450131901000"
"""个体工商户设立登记: three materials, decided on the spot."""

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


CITIZEN = "zhang-xiaomei"


def hand_in(people: People, *codes: str, citizen: str = CITIZEN) -> dict[str, Any]:
    """Without a browser, with the materials of these codes; the answer carries the query password."""
    person = PEOPLE[citizen]
    applicant = {"type": "person", "name": person.name, "id_number": person.id_number, "phone": person.phone}
    materials = [{"code": code, "copies": 1} for code in codes]
    body = {"item_code": ITEM, "channel": "web", "applicant": applicant, "materials": materials, "as_is": True}
    return dict(people.create(citizen, "/intake/applications", body))


def begin(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text("食品经营许可")
    expect(page.get_by_role("heading", level=2, name="办理情形")).to_be_visible()


def next_step(page: Page, name: str) -> None:
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", level=2, name=name)).to_be_visible()


def answer_applicant(page: Page, citizen: str = CITIZEN) -> None:
    person = PEOPLE[citizen]
    expect(page.get_by_label("姓名")).to_have_value(person.name)
    page.get_by_label("身份证号码").fill(person.id_number)
    page.get_by_label("联系电话").fill(person.phone)


def apply_by_file(page: Page, material: str, name: str) -> None:
    row = page.get_by_role("group", name=re.compile(material))
    row.get_by_label("上传电子文件").check()
    row.locator("input[type=file]").set_input_files({"name": name, "mimeType": "application/pdf", "buffer": PDF})
    expect(row.get_by_role("status")).to_contain_text(name)


def handed_in(page: Page) -> tuple[str, str]:
    """Hands in; the number and the query password that the page then tells."""
    page.get_by_role("main").get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", level=1, name="申请已提交")).to_be_visible()
    number, password = page.locator("strong.digits").all_inner_texts()
    return number, password


def press(page: Page, name: str) -> None:
    """Without a mouse."""
    focus_by_tab(page, name)
    page.keyboard.press("Enter")


def type_into(page: Page, label: str, text: str) -> None:
    """Without a mouse: Tab until there, then the keys."""
    focus_by_tab(page, label, role="textbox")
    page.keyboard.type(text)


def choose_way(page: Page, material: str) -> None:
    """Without a mouse: of "upload, on paper, not now", the arrow goes from the last to the one before."""
    chosen = page.locator(f'input[name="field-materials.{material}"]:checked')
    for _ in range(40):
        if chosen.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")
    expect(page.locator(f'[id="field-materials.{material}-copies"]')).to_be_visible()
