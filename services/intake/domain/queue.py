"""The queue for an item of limited quantity: first accepted, first granted (R15, Art. 57).

Guarantees: a place is a function of the case alone, so that whoever reads the cases reads the same queue. A renewal
stands in none: the licence that it goes on from has been counted already. Does not: count (queries do).
"""

from dataclasses import dataclass
from datetime import date, datetime

from services.intake.domain.case import Case, Status

WAITING = (Status.SUBMITTED, Status.ACCEPTED, Status.REVIEWED)
"""Undecided, the applicant owing nothing. The unanswered stand in line too: silence would accept them as of their
receipt (R05)."""

Place = tuple[date, datetime, str]
"""Day of acceptance (of receipt, for the unanswered), hand-in, case number: who is smaller comes first."""


@dataclass(frozen=True)
class Standing:
    """How many stand before a case, and how many grants the year still has, at that instant."""

    ahead: int
    left: int
    now: datetime


def limited(case: Case) -> bool:
    return case.item.quota is not None and case.renews is None


def place(case: Case) -> Place | None:
    """None for whoever does not stand in line."""
    if not limited(case) or case.status not in WAITING:
        return None
    return case.accepted_on or case.received_on, case.submitted_at, case.case_number


def left_place(before: Case, after: Case) -> bool:
    """Whether somebody may move up: decided, ended, sent for correction, or accepted on a later day than received."""
    return place(before) is not None and place(after) != place(before)
