"""How intake finds and keeps what it stores."""

from services.intake.queries.cases import (
    add_case,
    case_of_review,
    cases_of_project,
    find_case,
    keep_case,
    locked_case,
    password_hash,
)
from services.intake.queries.items import (
    Edition,
    add_item,
    current_items,
    known_items,
    newest_items,
    newest_version,
)
from services.intake.queries.papers import add_document, answers_of, documents_of, keep_notice, notices_of, take_numbers

__all__ = [
    "Edition",
    "add_case",
    "add_document",
    "add_item",
    "answers_of",
    "case_of_review",
    "cases_of_project",
    "current_items",
    "documents_of",
    "find_case",
    "keep_case",
    "keep_notice",
    "known_items",
    "locked_case",
    "newest_items",
    "newest_version",
    "notices_of",
    "password_hash",
    "take_numbers",
]
