"""A payer's pages: a notice that is owed, and one that was paid."""

from collections.abc import Callable

from tests.browser.pages import Shown
from tests.browser.paying import owing
from tests.browser.people import Json, People


def notices(people: People) -> list[Json]:
    """Those of the first lists that came to one."""
    lists = people.get("fee-officer", "/fees/lists?limit=200")["lists"]
    numbers = {one["notice_number"] for one in lists if one["notice_number"]}
    return [people.get("fee-officer", f"/fees/notices/{number}") for number in sorted(numbers)[:40]]


def a_payment(*states: str, disputed: bool = False) -> Callable[[People], str]:
    def find(people: People) -> str:
        fit = (one for one in notices(people) if one["state"] in states and bool(one["dispute_number"]) is disputed)
        notice = next(fit, None) or owing(people)
        return f"/pay/{notice['payment_code']}"

    return find


PAGES = (
    Shown("pay-code", "/pay"),
    Shown("pay-payment", "/pay/:code", path=a_payment("issued", "overdue")),
    Shown("pay-payment-paid", "/pay/:code", path=a_payment("paid", "receipted", "remitted")),
    Shown("pay-payment-disputed", "/pay/:code", path=a_payment("issued", "overdue", disputed=True)),
)
