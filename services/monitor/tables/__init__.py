"""What the supervisor stores, an area a module."""

from services.monitor.tables.base import metadata
from services.monitor.tables.core import alerts, cases, journal, money_days, plans
from services.monitor.tables.rulebooks import rulebooks
from services.monitor.tables.scores import (
    appeals,
    score_active,
    score_closings,
    score_entries,
    score_grades,
    score_marks,
    score_months,
    score_reversals,
    score_sheets,
    seatings,
)

__all__ = [
    "alerts",
    "appeals",
    "cases",
    "journal",
    "metadata",
    "money_days",
    "plans",
    "rulebooks",
    "score_active",
    "score_closings",
    "score_entries",
    "score_grades",
    "score_marks",
    "score_months",
    "score_reversals",
    "score_sheets",
    "seatings",
]
