"""What intake stores."""

from services.intake.tables.announcements import announcements
from services.intake.tables.calendar import calendar_plans, limit_changes
from services.intake.tables.cases import (
    cases,
    counters,
    documents,
    items,
    metadata,
    notices,
    password_tries,
    review_answers,
    reviews,
)

__all__ = [
    "announcements",
    "calendar_plans",
    "cases",
    "counters",
    "documents",
    "items",
    "limit_changes",
    "metadata",
    "notices",
    "password_tries",
    "review_answers",
    "reviews",
]
