"""The window's pages, the desk's and the stations'."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from sim.people import PEOPLE
from tests.browser.pages import Shown
from tests.browser.people import Json, People

CLERK = "clerk-all"
TRADER = "个体工商户"


def _item(people: People, name: str = TRADER) -> Json:
    found: Json = next(one for one in people.get(None, "/intake/items") if name in one["name"])
    return found


def _application(people: People) -> Json:
    person, item = PEOPLE["li-qiang"], _item(people)
    materials = people.get(None, f"/intake/items/{item['code']}")["materials"]
    return {
        "item_code": item["code"],
        "applicant": {"type": "person", "name": person.name, "id_number": person.id_number, "phone": person.phone},
        "materials": [{"code": one["code"]} for one in materials],
    }


def _case(state: str, kind: str | None = None) -> Callable[[People], str]:
    def found(people: People) -> str:
        more = f"&kind={kind}" if kind else ""
        cases = people.get(CLERK, f"/intake/cases?state={state}{more}&limit=1")["items"]
        number = cases[0]["case_number"] if cases else _new_case(people)
        return f"/staff/cases/{number}"

    return found


def _new_case(people: People) -> str:
    body = _application(people) | {"channel": "window"}
    return str(people.create(CLERK, "/intake/applications", body)["case_number"])


def _agency(people: People) -> str:
    agencies = people.get("station-taiping", "/intake/agencies?limit=1")["items"]
    if not agencies:
        body = _application(people) | {"mandate": "委托〔2026〕9号"}
        agencies = [people.create("agent-shanjiao", "/intake/agencies", body)]
    return f"/staff/stations/{agencies[0]['agency_id']}"


def _with_the_form(page: Page, people: People) -> None:
    page.goto(f"{page.url.split('?')[0]}?item={_item(people)['code']}")
    expect(page.get_by_role("button", name="全部齐全")).to_be_visible()


def _with_the_correction(page: Page, _people: People) -> None:
    page.get_by_role("button", name="一次性告知补正").click()
    expect(page.get_by_role("dialog")).to_be_visible()


PAGES = (
    Shown("window-desk", "/staff/", person=CLERK),
    Shown("supervisor-desk", "/staff/", person="supervisor"),
    Shown("staff-letters", "/staff/letters", person="chief-market"),
    Shown("queue", "/staff/window", person=CLERK),
    Shown("queue-all", "/staff/window", person=CLERK, path=lambda _people: "/staff/window?state=all"),
    Shown("window-items", "/staff/window/apply", person=CLERK),
    Shown("window-apply", "/staff/window/apply", person=CLERK, prepare=_with_the_form),
    Shown("case-submitted", "/staff/cases/:number", person=CLERK, path=_case("submitted")),
    Shown(
        "case-correction",
        "/staff/cases/:number",
        person=CLERK,
        path=_case("submitted"),
        prepare=_with_the_correction,
    ),
    Shown("case-joint", "/staff/cases/:number", person=CLERK, path=_case("accepted", "joint")),
    Shown("case-decided", "/staff/cases/:number", person=CLERK, path=_case("decided")),
    Shown("case-closed", "/staff/cases/:number", person="supervisor", path=_case("closed")),
    Shown("ledgers", "/staff/ledgers", person=CLERK),
    Shown("ledger-of-service", "/staff/ledgers", person=CLERK, path=lambda _people: "/staff/ledgers?ledger=service"),
    Shown("tablets", "/staff/tablets", person=CLERK),
    Shown("agencies", "/staff/stations", person="station-taiping"),
    Shown("entrust", "/staff/stations/new", person="agent-shanjiao", prepare=_with_the_form),
    Shown("agency", "/staff/stations/:id", person="station-taiping", path=_agency),
)
