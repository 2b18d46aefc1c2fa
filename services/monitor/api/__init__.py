"""What the supervisor answers, an area a module."""

from services.monitor.api import (
    alerts,
    cases,
    counts,
    exports,
    imports,
    inspections,
    journal,
    orders,
    recomputations,
    rulebooks,
    worklist,
)

routers = (
    cases.router,
    alerts.router,
    orders.router,
    inspections.router,
    worklist.router,
    counts.router,
    journal.router,
    exports.router,
    imports.router,
    recomputations.router,
    rulebooks.router,
)
