"""What intake does on requests: the catalogue, applications, cases and their transitions, progress for the
applicant, what is entrusted to stations and village agents, key projects."""

from services.intake.api import agencies, applications, cases, items, progress, projects, transitions

routers = (
    items.router,
    applications.router,
    cases.router,
    transitions.router,
    progress.router,
    agencies.router,
    projects.router,
)
