"""What the supervisor stores, an area a module."""

from services.monitor.tables.base import metadata
from services.monitor.tables.clocks import recalled, recomputations, rungs
from services.monitor.tables.core import alerts, cases, journal, money_days, plans
from services.monitor.tables.doors import doors
from services.monitor.tables.orders import attendance, counters, inspections, order_steps, orders
from services.monitor.tables.outside import (
    handled_outside,
    import_faults,
    import_rows,
    imports,
    item_entries,
    log_mappings,
    outside_cases,
    outside_told,
)
from services.monitor.tables.rulebooks import rulebooks

__all__ = [
    "alerts",
    "attendance",
    "cases",
    "counters",
    "doors",
    "handled_outside",
    "import_faults",
    "import_rows",
    "imports",
    "inspections",
    "item_entries",
    "journal",
    "log_mappings",
    "metadata",
    "money_days",
    "order_steps",
    "orders",
    "outside_cases",
    "outside_told",
    "plans",
    "recalled",
    "recomputations",
    "rulebooks",
    "rungs",
]
