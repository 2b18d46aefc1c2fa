"""What intake stores."""

from services.intake.tables.agencies import agencies
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
from services.intake.tables.projects import projects

__all__ = [
    "agencies",
    "cases",
    "counters",
    "documents",
    "items",
    "metadata",
    "notices",
    "password_tries",
    "projects",
    "review_answers",
    "reviews",
]
