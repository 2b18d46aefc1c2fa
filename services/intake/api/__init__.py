"""What intake does on requests: the catalogue, applications, cases and their transitions, progress for the applicant,
ledgers, and what the public reads of the hall's work."""

from services.intake.api import applications, calendar, cases, disclosure, items, ledgers, progress, transitions

routers = (
    items.router,
    applications.router,
    cases.router,
    transitions.router,
    progress.router,
    ledgers.router,
    disclosure.router,
    calendar.router,
)
