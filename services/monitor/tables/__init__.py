"""What the supervisor stores, an area a module."""

from services.monitor.tables.base import metadata
from services.monitor.tables.clocks import recalled, recomputations, rungs
from services.monitor.tables.core import alerts, cases, journal, money_days, plans
from services.monitor.tables.doors import doors
from services.monitor.tables.rulebooks import rulebooks

__all__ = [
    "alerts",
    "cases",
    "doors",
    "journal",
    "metadata",
    "money_days",
    "plans",
    "recalled",
    "recomputations",
    "rulebooks",
    "rungs",
]
