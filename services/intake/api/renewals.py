"""What an application for renewal (延续) rests on: the licence that the applicant holds."""

from services.intake.context import Context
from services.intake.domain import renewing as rules_of
from services.intake.domain.case import Case
from services.intake.domain.documents import licence_number
from services.intake.queries import licences
from yimen.bus import Unit


async def renewing(unit: Unit[Context], case: Case, renews: str | None) -> Case:
    """The application as it was, or as one for renewal. Raises `Refusal`. The licence stays locked: of two applications
    for its renewal the second finds the first."""
    if renews is None:
        return case
    number = licence_number(renews)
    held = None if number is None else await licences.held(unit, number)
    renewal = rules_of.renewing(case, held, unit.context.rules)
    if number is not None and await licences.renewal_under_way(unit, number):
        raise rules_of.under_way()
    return renewal
