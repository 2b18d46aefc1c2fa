"""Pages of supervision: alerts, orders, appeals, patrols, complaints, consultations, ratings, and what they rest on."""

from collections.abc import Callable
from typing import Any

from tests.browser.pages import Shown
from tests.browser.people import People
from yimen.worktime import local_date

DEPARTMENT = "market"
CHIEF = f"chief-{DEPARTMENT}"


def first(path: str, listed: str, name: str, make: Callable[[People], Any], person: str) -> Callable[[People], str]:
    """The first of a list, made where the list is empty."""

    def found(people: People) -> str:
        items = people.get(person, listed)["items"]
        one = items[0] if items else make(people)
        return f"/staff{path}/{one[name]}"

    return found


def an_order(people: People) -> Any:
    return people.create("supervisor", "/monitor/orders", {"department": DEPARTMENT, "demand": "请说明办理情况。"})


def a_finding(people: People) -> Any:
    body = {"department": DEPARTMENT, "code": "irregular_papers", "detail": "收件凭证未盖章。"}
    return people.create("supervisor", "/monitor/inspections", body | {"found_on": str(local_date(people.now()))})


def an_alert(people: People) -> str:
    """One that is there; an order's page says the same of itself where nothing was ever late."""
    items = people.get("supervisor", "/monitor/alerts")["items"]
    return f"/staff/alerts/{items[0]['alert_id']}" if items else "/staff/alerts"


def an_appeal(people: People) -> str:
    items = people.get("supervisor", "/monitor/appeals")["items"]
    if items:
        return f"/staff/appeals/{items[0]['appeal_number']}"
    finding = a_finding(people)
    sheet = f"/monitor/scores/{people.now():%Y-%m}/window/{DEPARTMENT}"
    subject = f"inspection/{finding['finding_number']}"
    lines = people.until(
        "supervisor", sheet, lambda found: [one for one in found["lines"] if one["subject"] == subject]
    )
    entry = next(one for one in lines["lines"] if one["subject"] == subject)
    body = {"target": "entry", "target_id": entry["entry_id"], "grounds": "收件凭证已经盖章。"}
    return f"/staff/appeals/{people.create(CHIEF, '/monitor/appeals', body)['appeal_number']}"


def a_complaint(people: People) -> Any:
    body = {"topic": "service", "content": "窗口无人值守。", "department": DEPARTMENT}
    return {"number": people.create(None, "/monitor/complaints", body)["complaint_number"]}


def a_question(people: People) -> Any:
    body = {"department": DEPARTMENT, "question": "开店要带什么材料？"}
    return {"number": people.create(None, "/monitor/consultations", body)["consultation_number"]}


def a_rating(people: People) -> str:
    items = people.get("supervisor", "/monitor/ratings")["items"]
    return f"/staff/ratings/{items[0]['rating_id']}" if items else "/staff/ratings"


MAPPING = {
    "own_number": "业务编号",
    "item_name": "事项名称",
    "accepted": "受理日期",
    "default_promised_days": 5,
    "default_statutory_days": 20,
}
LOG = "业务编号,事项名称,受理日期\r\n旧1,临时占道许可,2026-03-02\r\n旧2,临时占道许可,三月二日\r\n"


def an_import(people: People) -> str:
    items = people.get("supervisor", "/monitor/imports")["items"]
    if not items:
        people.create("supervisor", f"/monitor/imports/mappings/{DEPARTMENT}", MAPPING, method="PUT")
        items = [people.upload("supervisor", f"/monitor/imports?department={DEPARTMENT}", LOG.encode())]
    return f"/staff/imports/{items[0]['import_id']}"


PAGES = (
    Shown("alerts", "/staff/alerts", person="supervisor"),
    Shown("alerts-of-department", "/staff/alerts", person=CHIEF),
    Shown("alert", "/staff/alerts/:id", person="supervisor", path=an_alert),
    Shown("orders", "/staff/orders", person="supervisor"),
    Shown("order-issue", "/staff/orders/new", person="supervisor"),
    Shown(
        "order",
        "/staff/orders/:number",
        person="supervisor",
        path=first("/orders", "/monitor/orders", "order_number", an_order, "supervisor"),
    ),
    Shown("appeals", "/staff/appeals", person="leader"),
    Shown("appeal", "/staff/appeals/:number", person="leader", path=an_appeal),
    Shown("inspections", "/staff/inspections", person="supervisor"),
    Shown("inspection-record", "/staff/inspections/new", person="centre-admin"),
    Shown(
        "inspection",
        "/staff/inspections/:number",
        person="supervisor",
        path=first("/inspections", "/monitor/inspections", "finding_number", a_finding, "supervisor"),
    ),
    Shown("complaints", "/staff/complaints", person="centre-admin"),
    Shown("complaint-enter", "/staff/complaints/new", person="centre-admin"),
    Shown(
        "complaint",
        "/staff/complaints/:number",
        person="centre-admin",
        path=first("/complaints", "/monitor/complaints", "number", a_complaint, "centre-admin"),
    ),
    Shown("consultations", "/staff/consultations", person=CHIEF),
    Shown(
        "consultation",
        "/staff/consultations/:number",
        person=CHIEF,
        path=first("/consultations", "/monitor/consultations/queue", "number", a_question, CHIEF),
    ),
    Shown("ratings", "/staff/ratings", person="leader"),
    Shown("rating", "/staff/ratings/:id", person="leader", path=a_rating),
    Shown("attendance", "/staff/attendance", person="centre-admin"),
    Shown("staffing", "/staff/windows-staffing", person="centre-admin"),
    Shown("rulebook", "/staff/rulebook", person="leader"),
    Shown("rulebook-revise", "/staff/rulebook/revise", person="centre-admin"),
    Shown("journal", "/staff/journal", person="supervisor"),
    Shown("imports", "/staff/imports", person=CHIEF),
    Shown("import", "/staff/imports/:id", person="supervisor", path=an_import),
)
