"""What the supervisor answers, an area a module."""

from services.monitor.api import alerts, appeals, cases, counts, journal, scores, windows

routers = (
    *(cases.router, alerts.router, counts.router, journal.router),
    *(scores.router, appeals.router, windows.router),
)
