"""What the supervisor answers, an area a module."""

from services.monitor.api import alerts, cases, counts, inspections, journal, orders, worklist

routers = (
    cases.router,
    alerts.router,
    orders.router,
    inspections.router,
    worklist.router,
    counts.router,
    journal.router,
)
