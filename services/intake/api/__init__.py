"""What intake does on requests: the catalogue, applications, cases and their transitions, progress for the applicant."""

from services.intake.api import (
    applications,
    calendar,
    cases,
    exports,
    items,
    progress,
    reports,
    transitions,
    windows,
)

routers = (
    items.router,
    exports.router,
    reports.router,
    windows.router,
    applications.router,
    cases.router,
    transitions.router,
    progress.router,
    calendar.router,
)
