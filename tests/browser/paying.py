"""Cases at the fee window, brought there without a browser."""

from typing import Any

from sim.people import PEOPLE
from tests.browser.people import Json, People

HOUSE_FEE = "BDC-ZZ"


def handed_in(people: People, item: str, citizen: str, **more: Any) -> Json:
    """An application with everything that the item asks for: its number and query password, and the item."""
    found = next(one for one in people.get(None, "/intake/items") if item in one["name"])
    full = people.get(None, f"/intake/items/{found['code']}")
    person = PEOPLE[citizen]
    body = {
        "item_code": found["code"],
        "channel": "web",
        "applicant": {
            "type": "person",
            "name": person.name,
            "id_number": person.id_number,
            "phone": person.phone,
        },
        "materials": [{"code": m["code"], "copies": max(1, m["originals"] + m["copies"])} for m in full["materials"]],
    }
    made = people.create(citizen, "/intake/applications", body | more)
    return {"number": made["case_number"], "password": made["query_password"], "item": full}


def owing(people: People, citizen: str = "li-qiang") -> Json:
    """A house to be registered, its fee listed and verified: the open payment notice, its order with the bank."""
    number = handed_in(people, "不动产登记（首次", citizen)["number"]
    people.act("clerk-planning", f"/intake/cases/{number}", "acceptance")
    queue = f"/approval/departments/planning/reviews?case_number={number}"
    page = people.until("officer-planning", queue, lambda found: found["items"])
    review = f"/approval/departments/planning/reviews/{page['items'][0]['review_id']}"
    people.act("officer-planning", review, "receipt")
    lines = {"lines": [{"code": HOUSE_FEE, "quantity": 1}]}
    fee_list = f"/fees/lists/{people.create('officer-planning', f'{review}/fee-list', lines)['list_id']}"
    people.until("fee-officer", fee_list, lambda found: found["state"] != "waiting")
    people.act("fee-officer", fee_list, "verification")
    consent = {"opinion": "consent", "reasons": "符合登记条件", "legal_basis": "不动产登记暂行条例第十八条"}
    people.act("chief-planning", review, "decision", consent)
    path = f"/fees/cases/{number}/notices"
    page = people.until("fee-officer", path, lambda found: found["notices"] and found["notices"][0]["ordered_at"])
    notice: Json = page["notices"][0]
    return notice
