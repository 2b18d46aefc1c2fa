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
from services.intake.tables.deciding import licences, quotas

__all__ = [
    "cases",
    "counters",
    "documents",
    "items",
    "licences",
    "metadata",
    "notices",
    "password_tries",
    "quotas",
    "review_answers",
    "reviews",
]
