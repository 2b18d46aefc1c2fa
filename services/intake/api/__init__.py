"""What intake does on requests: the catalogue, applications, cases and their transitions, progress for the applicant,
files and drafts.
"""

from services.intake.api import applications, cases, drafts, files, items, progress, transitions

routers = (
    items.router,
    applications.router,
    cases.router,
    transitions.router,
    progress.router,
    files.router,
    drafts.router,
)
