"""What the supervisor answers, an area a module."""

from services.monitor.api import alerts, cases, counts, journal, records, seals

routers = (cases.router, alerts.router, counts.router, journal.router, seals.router, records.router)
