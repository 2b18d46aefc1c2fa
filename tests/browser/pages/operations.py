"""The operator's pages, and those of departments' systems."""

from tests.browser.pages import Shown
from tests.browser.people import People

OPERATOR = "operator"
SYSTEM = "system-fire"
NOBODY = "00000000-0000-4000-8000-000000000000"


def _parked(people: People) -> str:
    """A county at work has none: then the page says so. test_operations looks at one."""
    found = people.get(OPERATOR, "/notify/operations/parked")["items"]
    return f"/staff/operations/parked/notify/{found[0]['id'] if found else NOBODY}"


def _subscription(people: People) -> str:
    found = people.get(SYSTEM, "/notify/subscriptions")
    standing = [one for one in found if one["state"] == "active"]
    one = standing[0] if standing else _subscribed(people)
    return str(one["id"])


def _subscribed(people: People) -> dict[str, str]:
    body = {"url": f"{people.base}/nobody/listens", "name": "窗口叫号"}
    made: dict[str, str] = people.create(SYSTEM, "/notify/subscriptions", body)
    return made


def _delivery(people: People) -> str:
    subscription = _subscription(people)
    path = f"/notify/subscriptions/{subscription}"
    found = people.get(SYSTEM, f"{path}/deliveries?limit=1")["deliveries"]
    number = found[0]["id"] if found else people.create(SYSTEM, f"{path}/ping")["delivery_id"]
    return f"/staff/deliveries/{number}"


PAGES = (
    Shown("operations", "/staff/operations", OPERATOR),
    Shown("operations-service", "/staff/operations/services/:place", OPERATOR, lambda _: _at("services/approval.fire")),
    Shown("operations-acts", "/staff/operations/services/:place/acts", OPERATOR, lambda _: _at("services/notify/acts")),
    Shown("operations-parked", "/staff/operations/parked/:place/:id", OPERATOR, _parked, expected=("404",)),
    Shown("operations-messages", "/staff/operations/messages", OPERATOR),
    Shown("operations-skipped", "/staff/operations/skipped", OPERATOR),
    Shown("operations-gateways", "/staff/operations/gateways", OPERATOR),
    Shown("operations-documents", "/staff/operations/documents", OPERATOR),
    Shown("subscriptions", "/staff/subscriptions", SYSTEM),
    Shown("subscription-new", "/staff/subscriptions/new", SYSTEM),
    Shown(
        "subscription",
        "/staff/subscriptions/:id",
        SYSTEM,
        lambda people: f"/staff/subscriptions/{_subscription(people)}",
    ),
    Shown("delivery", "/staff/deliveries/:id", SYSTEM, _delivery),
    Shown("positions", "/staff/positions", SYSTEM),
)


def _at(path: str) -> str:
    return f"/staff/operations/{path}"
