"""What the supervisor stores, an area a module."""

from services.monitor.tables.base import metadata
from services.monitor.tables.core import alerts, cases, journal, money_days, plans
from services.monitor.tables.rulebooks import rulebooks
from services.monitor.tables.statistics import case_counts, counted_complaints, counted_items, stage_counts

__all__ = [
    "alerts",
    "case_counts",
    "cases",
    "counted_complaints",
    "counted_items",
    "journal",
    "metadata",
    "money_days",
    "plans",
    "rulebooks",
    "stage_counts",
]
