"""What intake does on requests: the catalogue, applications, cases and their transitions, progress for the applicant."""

from services.intake.api import (
    applications,
    bans,
    calendar,
    cases,
    deferral,
    items,
    progress,
    re_examination,
    transitions,
)

routers = (
    items.router,
    applications.router,
    cases.router,
    transitions.router,
    deferral.router,
    re_examination.router,
    progress.router,
    calendar.router,
    bans.router,
)
