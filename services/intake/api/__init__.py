"""What intake does on requests: the catalogue, applications, cases and their transitions, progress for the applicant."""

from services.intake.api import applications, cases, items, licences, progress, transitions

routers = (items.router, applications.router, cases.router, transitions.router, progress.router, licences.router)
