"""What the supervisor answers, an area a module."""

from services.monitor.api import alerts, cases, counts, exports, imports, journal, recomputations, rulebooks

routers = (
    cases.router,
    alerts.router,
    counts.router,
    journal.router,
    exports.router,
    imports.router,
    recomputations.router,
    rulebooks.router,
)
