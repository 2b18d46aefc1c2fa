"""What the supervisor answers, an area a module."""

from services.monitor.api import alerts, attendance, cases, counts, inspections, journal, orders, worklist

routers = (
    cases.router,
    alerts.router,
    orders.router,
    inspections.router,
    attendance.router,
    worklist.router,
    counts.router,
    journal.router,
)
