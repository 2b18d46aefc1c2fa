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
from services.intake.tables.drafts import drafts
from services.intake.tables.files import download_links, files

__all__ = [
    "cases",
    "counters",
    "documents",
    "download_links",
    "drafts",
    "files",
    "items",
    "metadata",
    "notices",
    "password_tries",
    "review_answers",
    "reviews",
]
