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

__all__ = [
    "cases",
    "counters",
    "documents",
    "items",
    "metadata",
    "notices",
    "password_tries",
    "review_answers",
    "reviews",
]
