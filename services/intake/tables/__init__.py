"""What intake stores."""

from services.intake.tables.bans import bans
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
from services.intake.tables.catalogue import item_reports, item_withdrawals, windows

__all__ = [
    "bans",
    "calendar_plans",
    "cases",
    "counters",
    "documents",
    "item_reports",
    "item_withdrawals",
    "items",
    "limit_changes",
    "metadata",
    "notices",
    "password_tries",
    "review_answers",
    "reviews",
    "windows",
]
