"""How a browser test comes by something to charge: a case whose department has listed a fee, its notice, its payment."""

from dataclasses import dataclass
from typing import Any

from sim.people import PEOPLE
from tests.browser.people import People

ITEM, HOUSE, OTHER = "不动产登记", "BDC-ZZ", "BDC-FZZ"
"""80 yuan for a flat, 550 for what is none."""


@dataclass(frozen=True)
class Charged:
    """A case in whose review a fee was listed; the list waits for the fee window."""

    people: People
    case_number: str
    list_id: str
    review: str
    department: str

    def verify(self) -> None:
        self.people.act("fee-officer", f"/fees/lists/{self.list_id}", "verification")

    def consent(self) -> None:
        answer = {"opinion": "consent", "reasons": "符合审批条件", "legal_basis": "行政许可法第三十八条"}
        self.people.act(f"chief-{self.department}", self.review, "decision", answer)

    def issued(self) -> dict[str, Any]:
        """Verified and consented to: the one notice of the case."""
        self.verify()
        self.consent()
        return self.notice()

    def notice(self, **as_is: Any) -> dict[str, Any]:
        """The newest one, once it is so."""

        def is_so(page: dict[str, Any]) -> bool:
            shown = page["notices"]
            return bool(shown) and all(shown[-1][name] == value for name, value in as_is.items())

        page = self.people.until("fee-officer", f"/fees/cases/{self.case_number}/notices", is_so)
        found: dict[str, Any] = page["notices"][-1]
        return found

    def paid(self) -> dict[str, Any]:
        """Issued, paid at the played bank, and receipted."""
        pay(self.people, self.issued())
        return self.notice(state="receipted")


def charge(people: People, code: str = HOUSE, quantity: int = 1) -> Charged:
    catalogue = people.until(None, "/intake/items", bool)
    item = next(one for one in catalogue if ITEM in one["name"])
    department = item["department"]
    number = _handed_in(people, item["code"])
    people.act(f"clerk-{department}", f"/intake/cases/{number}", "acceptance")
    desk = f"/approval/departments/{department}/reviews"
    officer = f"officer-{department}"
    page = people.until(officer, f"{desk}?case_number={number}", lambda found: found["items"])
    review = f"{desk}/{page['items'][0]['review_id']}"
    people.act(officer, review, "receipt")
    lines = {"lines": [{"code": code, "quantity": quantity}]}
    list_id = people.create(officer, f"{review}/fee-list", lines)["list_id"]
    people.until("fee-officer", f"/fees/lists/{list_id}", lambda found: found["state"] != "waiting")
    return Charged(people, number, list_id, review, department)


def _handed_in(people: People, item_code: str) -> str:
    citizen = PEOPLE["li-qiang"]
    full = people.get(None, f"/intake/items/{item_code}")
    materials = [{"code": one["code"], "copies": max(1, one["originals"] + one["copies"])} for one in full["materials"]]
    applicant = {"type": "person", "name": citizen.name, "id_number": citizen.id_number, "phone": citizen.phone}
    body = {"item_code": item_code, "channel": "web", "applicant": applicant, "materials": materials}
    made = people.create(citizen.id, "/intake/applications", body | {"electronic_service": False})
    return str(made["case_number"])


def pay(people: People, notice: dict[str, Any], method: str = "qr") -> None:
    """At the bank's own page, once the bank knows the order."""
    path = f"/fees/notices/{notice['notice_number']}"
    people.until("fee-officer", path, lambda found: found["ordered_at"])
    people.create(None, "/bank/pay", {"payment_code": notice["payment_code"], "method": method})
