"""What the supervisor answers, an area a module."""

from services.monitor.api import alerts, cases, counts, exports, journal, rulebooks

routers = (
    *(cases.router, alerts.router, rulebooks.router, counts.router),
    *(journal.router, exports.router),
)
