"""What intake does on requests: the catalogue, applications, cases and their transitions, progress for the applicant."""

from services.intake.api import applications, bans, calendar, cases, deferral, items, progress, transitions

routers = (
    items.router,
    applications.router,
    cases.router,
    transitions.router,
    deferral.router,
    progress.router,
    calendar.router,
    bans.router,
)
