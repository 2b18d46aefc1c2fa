"""The centre's key projects."""

from tests.browser.pages import Shown
from tests.browser.people import People
from tests.browser.reviewing import MUNICIPAL, accepted, applicant, item_of


def project(people: People) -> str:
    found = people.get("centre-admin", "/intake/projects")["items"]
    if found:
        return f"/staff/projects/{found[0]['project_number']}"
    body = {
        "name": "诚远建材产业园",
        "investor": applicant("agent-chengyuan"),
        "agent": {"id": "clerk-all", "name": "万晓芳"},
        "item_codes": [item_of(people, MUNICIPAL)["code"]],
        "mandate": "委托书〔2026〕1号",
    }
    number = people.create("centre-admin", "/intake/projects", body)["project_number"]
    accepted(people, MUNICIPAL, "agent-chengyuan", project=number)
    return f"/staff/projects/{number}"


PAGES = (
    Shown("projects", "/staff/projects", person="centre-admin"),
    Shown("projects-register", "/staff/projects/new", person="centre-admin"),
    Shown("project", "/staff/projects/:number", person="leader", path=project),
)
