"""Licences (许可证件): what a grant issues, how long it lasts, and what anybody may be told of it.

Guarantees: a renewed licence begins the day after the old one ends, or with the decision where that comes later.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum

from services.intake.domain import clock
from services.intake.domain.case import Case, Change, Rules
from services.intake.domain.documents import UNNUMBERED
from services.intake.domain.values import Licence, Value
from yimen.contracts.intake import CaseLicenceIssued


class LicenceState(StrEnum):
    VALID = "valid"
    RENEWED = "renewed"


class Holding(Value):
    """A licence and who holds it."""

    licence_number: str
    case_number: str
    item_code: str
    name: str
    holder: str
    id_number: str
    organisation: bool
    valid_from: date
    valid_until: date | None
    state: LicenceState = LicenceState.VALID
    renewed_by: str | None = None

    @property
    def masked_holder(self) -> str:
        """Of a person the family name's first character; bodies are public."""
        return self.holder if self.organisation else self.holder[0] + "*" * max(1, len(self.holder) - 1)

    def validity(self, today: date) -> str:
        if self.state is LicenceState.RENEWED:
            return "已延续"
        if self.valid_until is not None and today > self.valid_until:
            return "已到期"
        return "有效" if today >= self.valid_from else "尚未生效"


def issue(case: Case, on: date, at: datetime, rules: Rules) -> Change:
    """With the grant of that day, where the item has a licence."""
    spec = case.item.licence
    if spec is None:
        return Change(case)
    first = on if case.renews_until is None else max(on, case.renews_until + timedelta(days=1))
    until = None if spec.valid_years is None else last_valid_day(first, spec.valid_years)
    licence = Licence(number=UNNUMBERED, name=spec.name, valid_from=first, valid_until=until, renews=case.renews)
    event = CaseLicenceIssued(
        case_number=case.case_number,
        licence_number=licence.number,
        licence_name=licence.name,
        valid_from=first,
        valid_until=until,
        serve_by=clock.due(clock.serve_by(on, rules)),
        issued_at=at,
        renews=case.renews,
    )
    return Change(case.but(licence=licence), (event,))


def last_valid_day(first: date, years: int) -> date:
    """The day before the anniversary. What began on 29 February ends on 28 February."""
    try:
        return first.replace(year=first.year + years) - timedelta(days=1)
    except ValueError:
        return date(first.year + years, 2, 28)


def holding(case: Case) -> Holding | None:
    """What the case's licence is kept as; None where none was issued."""
    if case.licence is None:
        return None
    return Holding(
        licence_number=case.licence.number,
        case_number=case.case_number,
        item_code=case.item.code,
        name=case.licence.name,
        holder=case.applicant.name,
        id_number=case.applicant.id_number,
        organisation=case.applicant.organisation,
        valid_from=case.licence.valid_from,
        valid_until=case.licence.valid_until,
    )
