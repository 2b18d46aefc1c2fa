"""The pages of the fee window, the treasury and those who watch them. Where the county has none of a kind, one is made."""

from datetime import timedelta
from typing import Any

from tests.browser.charging import charge
from tests.browser.pages import Shown
from tests.browser.people import People

REASONS = {"reasons": "应按住宅标准收取"}


def _first(people: People, person: str, path: str, key: str) -> dict[str, Any] | None:
    found = people.get(person, path)[key]
    return found[0] if found else None


def _list(people: People) -> str:
    listed = _first(people, "fee-officer", "/fees/lists?state=open", "lists")
    return f"/staff/fees/lists/{listed['list_id'] if listed else charge(people).list_id}"


def _notice(people: People) -> str:
    notice = _first(people, "fee-officer", "/fees/notices?state=receipted", "notices") or _any_notice(people)
    return f"/staff/fees/notices/{notice['notice_number']}"


def _any_notice(people: People) -> dict[str, Any]:
    return _first(people, "fee-officer", "/fees/notices", "notices") or charge(people).issued()


def _dispute(people: People) -> str:
    filed = _first(people, "treasurer", "/fees/disputes?state=open", "items")
    if filed is None:
        code = charge(people).issued()["payment_code"]
        people.create(None, f"/fees/payments/{code}/dispute", REASONS)
        filed = people.get("treasurer", "/fees/disputes?state=open")["items"][0]
    return f"/staff/fees/disputes/{filed['number']}"


def _refund(people: People) -> str:
    refund = _first(people, "treasurer", "/fees/refunds", "refunds")
    if refund is None:
        code = charge(people).paid()["payment_code"]
        refund = people.create(None, f"/fees/payments/{code}/refund-request", REASONS)
    return f"/staff/fees/refunds/{refund['refund_number']}"


def _relief(people: People) -> str:
    relief = _first(people, "treasurer", "/fees/reliefs", "items")
    if relief is None:
        code = charge(people).issued()["payment_code"]
        asked = {"kind": "reduction", "share": 5000, "basis": "财综〔2020〕1号", "reasons": "小微企业"}
        relief = people.create(None, f"/fees/payments/{code}/relief-request", asked)
    return f"/staff/fees/reliefs/{relief['number']}"


def _suspense(people: People) -> str:
    found = _first(people, "fee-officer", "/fees/exceptions", "exceptions")
    if found is None:
        people.create(None, "/bank-control/payments", {"payment_code": "UNKNOWN", "amount": 100})
        path = "/fees/exceptions"
        found = people.until("fee-officer", path, lambda page: page["exceptions"])["exceptions"][0]
    return f"/staff/fees/exceptions/{found['exception_id']}"


def _day(people: People) -> str:
    day = _first(people, "treasurer", "/fees/days", "days")
    if day is None:
        people.move_clock(people.now() + timedelta(days=1))
        day = people.until("treasurer", "/fees/days", lambda page: page["days"])["days"][0]
    return f"/staff/fees/days/{day['day']}"


PAGES = (
    Shown("fees", "/staff/fees", person="fee-officer"),
    Shown("fees-lists", "/staff/fees/lists", person="fee-officer"),
    Shown("fees-list", "/staff/fees/lists/:id", person="fee-officer", path=_list),
    Shown("fees-notices", "/staff/fees/notices", person="fee-officer"),
    Shown("fees-notice", "/staff/fees/notices/:number", person="fee-officer", path=_notice),
    Shown("fees-disputes", "/staff/fees/disputes", person="treasurer"),
    Shown("fees-dispute", "/staff/fees/disputes/:number", person="treasurer", path=_dispute),
    Shown("fees-refunds", "/staff/fees/refunds", person="leader"),
    Shown("fees-refund", "/staff/fees/refunds/:number", person="treasurer", path=_refund),
    Shown("fees-reliefs", "/staff/fees/reliefs", person="county-head"),
    Shown("fees-relief", "/staff/fees/reliefs/:number", person="treasurer", path=_relief),
    Shown("fees-exceptions", "/staff/fees/exceptions", person="supervisor"),
    Shown("fees-exception", "/staff/fees/exceptions/:id", person="fee-officer", path=_suspense),
    Shown("fees-tickets", "/staff/fees/tickets", person="treasurer"),
    Shown("fees-days", "/staff/fees/days", person="treasurer"),
    Shown("fees-day", "/staff/fees/days/:day", person="treasurer", path=_day),
    Shown("fees-differences", "/staff/fees/differences", person="treasurer"),
    Shown("fees-reports", "/staff/fees/reports", person="leader"),
    Shown("fees-standards", "/staff/fees/standards", person="fee-officer"),
    Shown("fees-violations", "/staff/fees/violations", person="supervisor"),
    Shown("fees-invariants", "/staff/fees/invariants", person="supervisor"),
)
