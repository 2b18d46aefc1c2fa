"""What the supervisor answers, an area a module."""

from services.monitor.api import alerts, cases, counts, journal, statistics

routers = (cases.router, alerts.router, counts.router, journal.router, statistics.router)
