"""The departments' review, its extensions and stand-ins, and the lead of joint cases."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.pages import Shown
from tests.browser.people import People
from tests.browser.reviewing import ENERGY, MUNICIPAL, REGISTRATION, accepted, act, review_of

ONE = "/staff/reviews/:department/:id"


def _review(department: str, review_id: str) -> str:
    return f"/staff/reviews/{department}/{review_id}"


def in_state(state: str) -> Callable[[People], str]:
    """The first of planning's in that state; one just come where there is none."""

    def path(people: People) -> str:
        found = people.get("officer-planning", f"/approval/departments/planning/reviews?state={state}")["items"]
        if found:
            return _review("planning", found[0]["review_id"])
        number = accepted(people, REGISTRATION)
        if state != "requested":
            act(people, number, "planning", "receipt")
        if state == "decided":
            consent = {"opinion": "consent", "reasons": "符合登记条件"}
            act(people, number, "planning", "decision", consent, by="chief-planning")
        return _review("planning", review_of(people, number, "planning"))

    return path


def asked_for_time(person: str, department: str, item: str) -> Callable[[People], str]:
    """A review whose request for more time waits for this head."""

    def path(people: People) -> str:
        found = people.get(person, f"/approval/departments/{department}/extension-requests")["items"]
        if found:
            return _review(department, found[0]["review_id"])
        number = accepted(people, item, "agent-chengyuan")
        act(people, number, department, "receipt")
        act(people, number, department, "extension-request", {"days": 5, "reasons": "需要补充论证"})
        return _review(department, review_of(people, number, department))

    return path


def joint(people: People) -> str:
    found = people.get("supervisor", "/intake/cases?state=accepted&limit=200")["items"]
    number = next((case["case_number"] for case in found if case["kind"] == "joint"), None)
    return f"/staff/joint/{number or accepted(people, MUNICIPAL, 'agent-chengyuan')}"


def opens(name: str) -> Callable[[Page, People], None]:
    def press(page: Page, _people: People) -> None:
        page.get_by_role("button", name=name, exact=True).click()
        page.get_by_role("dialog").wait_for()

    return press


PAGES = (
    Shown("reviews", "/staff/reviews", person="officer-planning"),
    Shown("reviews-of-all", "/staff/reviews", person="supervisor"),
    Shown("review-requested", ONE, person="officer-planning", path=in_state("requested")),
    Shown("review", ONE, person="chief-planning", path=in_state("in_review")),
    Shown("review-visit", ONE, "chief-planning", in_state("in_review"), opens("登记现场核查")),
    Shown("review-done", ONE, person="officer-planning", path=in_state("decided")),
    Shown("review-head", ONE, "head-administration", asked_for_time("head-administration", "administration", ENERGY)),
    Shown("review-county-head", ONE, "county-head", asked_for_time("county-head", "fire", MUNICIPAL)),
    Shown("extensions", "/staff/extensions", person="head-administration"),
    Shown("stand-ins", "/staff/stand-ins", person="chief-planning"),
    Shown("stand-ins-name", "/staff/stand-ins", person="chief-planning", prepare=opens("指定B角")),
    Shown("joint-cases", "/staff/joint", person="centre-admin"),
    Shown("joint", "/staff/joint/:number", person="centre-admin", path=joint),
    Shown("joint-convene", "/staff/joint/:number", "centre-admin", joint, opens("召集会审或者踏勘")),
)
