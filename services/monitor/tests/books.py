"""Rulebooks in a test's hands: the first one, and others that differ from it."""

from collections.abc import Mapping
from typing import Any

from services.monitor.domain.rulebook import Rulebook
from services.monitor.rulebooks import first_book, read_book

BOOK = read_book(1, first_book())


def book_with(version: int = 2, *, numbers: Mapping[str, int] | None = None, **alerts: Mapping[str, Any]) -> Rulebook:
    """The first book with other numbers, and other rows for alerts (an underscore stands for the code's hyphen)."""
    body, other = first_book(), {code.replace("_", "-"): changes for code, changes in alerts.items()}
    rows = [row | other.get(row["code"], {}) for row in body["alerts"]]
    return read_book(version, body | {"alerts": rows, "numbers": body["numbers"] | (numbers or {})})
