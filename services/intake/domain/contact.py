"""How a case's people are reached (联系方式), as it is said to the messenger."""

from datetime import datetime
from typing import Any

from services.intake.domain.values import Agent, Person
from yimen.contracts.intake import ContactRecorded


def contact_of(
    case_number: str, called: Person | Agent, language: str, account: str | None, at: datetime
) -> ContactRecorded:
    """How whoever speaks for the applicant is reached."""
    reached: dict[str, Any] = {"phone": called.phone, "email": called.email, "language": language, "account": account}
    return ContactRecorded(case_number=case_number, name=called.name, recorded_at=at, **reached)
