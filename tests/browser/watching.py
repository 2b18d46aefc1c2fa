"""Cases brought to where the supervisor looks at them."""

from datetime import date, datetime, time, timedelta

from sim.people import PEOPLE
from tests.browser.people import Json, People
from yimen.worktime import SHANGHAI

ONE_DAY, FIVE_DAYS = "全民健身设施", "节能审查"
"""Committed items, by a part of their names: of the culture department, and of administrative approval."""


def item_of(people: People, name: str) -> Json:
    return next(dict(one) for one in people.get(None, "/intake/items") if name in one["name"])


def hand_in(people: People, name: str) -> str:
    """A case that nobody has looked at yet; its number."""
    item = people.get(None, f"/intake/items/{item_of(people, name)['code']}")
    materials = [{"code": one["code"], "copies": max(1, one["originals"] + one["copies"])} for one in item["materials"]]
    person = PEOPLE["li-qiang"]
    applicant = {"type": "person", "name": person.name, "id_number": person.id_number, "phone": person.phone}
    body = {"item_code": item["code"], "channel": "web", "applicant": applicant, "materials": materials}
    return str(people.create(person.id, "/intake/applications", body)["case_number"])


def accept(people: People, name: str) -> str:
    """A case at work; its number, once the supervisor knows of it."""
    number, department = hand_in(people, name), item_of(people, name)["department"]
    people.act(f"clerk-{department}", f"/intake/cases/{number}", "acceptance")
    people.until("supervisor", f"/monitor/cases/{number}", lambda case: case["accepted_on"])
    return number


def pass_promise(people: People, number: str) -> None:
    """To noon of the day after the one that was promised."""
    clocks = people.get("supervisor", f"/monitor/cases/{number}")["clocks"]
    due = next(date.fromisoformat(one["due"]) for one in clocks if one["name"] == "promised")
    people.move_clock(datetime.combine(due + timedelta(days=1), time(12), SHANGHAI))


def alert_of(people: People, number: str, level: str) -> Json:
    page = people.until(
        "supervisor",
        f"/monitor/alerts?case={number}",
        lambda found: [one for one in found["items"] if one["level"] == level],
    )
    return next(dict(one) for one in page["items"] if one["level"] == level)
