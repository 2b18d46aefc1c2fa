"""What intake stores."""

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
    "cases",
    "counters",
    "documents",
    "item_reports",
    "item_withdrawals",
    "items",
    "metadata",
    "notices",
    "password_tries",
    "review_answers",
    "reviews",
    "windows",
]
