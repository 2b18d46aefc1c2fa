"""Pages of the supervisor's own area, and the hall's display."""

from urllib.parse import quote

from tests.browser.pages import Shown
from tests.browser.people import People
from tests.browser.watching import ONE_DAY, accept


def some_case(people: People) -> str:
    for query in ("light=red", "light=yellow", "ended=false", "ended=true"):
        found = people.get("supervisor", f"/monitor/cases?{query}&limit=1")["items"]
        if found:
            return str(found[0]["case_number"])
    return accept(people, ONE_DAY)


def case_path(people: People) -> str:
    return f"/staff/watch/cases/{some_case(people)}"


def process_path(people: People) -> str:
    """Of an item that somebody has gone through."""
    some_case(people)
    ended = people.get("supervisor", "/monitor/cases?ended=true&limit=50")["items"]
    known = {item["name"]: item["code"] for item in people.get(None, "/intake/items")}
    code = next((known[one["item_name"]] for one in ended if one["item_name"] in known), next(iter(known.values())))
    return f"/staff/watch/process/{code}"


def sheet_path(people: People) -> str:
    month = people.get(None, "/monitor/statistics/public")["month"]
    some_case(people)
    found = people.until("supervisor", f"/monitor/scores/{month}", lambda page: page["items"])["items"]
    worst = min(found, key=lambda one: one["tenths"])
    return f"/staff/watch/scores/{month}/department/{quote(worst['party'])}"


PAGES = (
    Shown("watch", "/staff/watch", person="supervisor"),
    Shown("watch-cases", "/staff/watch/cases", person="supervisor"),
    Shown("watch-case", "/staff/watch/cases/:number", person="supervisor", path=case_path),
    Shown("watch-statistics", "/staff/watch/statistics", person="leader"),
    Shown("watch-scores", "/staff/watch/scores", person="supervisor"),
    Shown("watch-sheet", "/staff/watch/scores/:month/:kind/:party", person="leader", path=sheet_path),
    Shown("watch-grades", "/staff/watch/grades", person="leader"),
    Shown("watch-process", "/staff/watch/process/:item", person="centre-admin", path=process_path),
    Shown("screen", "/screen"),
)
