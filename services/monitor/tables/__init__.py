"""What the supervisor stores, an area a module."""

from services.monitor.tables.base import metadata
from services.monitor.tables.core import alerts, cases, journal, money_days, plans
from services.monitor.tables.orders import attendance, counters, inspections, order_steps, orders
from services.monitor.tables.rulebooks import rulebooks

__all__ = [
    "alerts",
    "attendance",
    "cases",
    "counters",
    "inspections",
    "journal",
    "metadata",
    "money_days",
    "order_steps",
    "orders",
    "plans",
    "rulebooks",
]
