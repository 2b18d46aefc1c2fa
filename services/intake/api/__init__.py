"""What intake does on requests: the catalogue, applications, cases and their transitions, and what stands beside them."""

from services.intake.api import (
    applications,
    bans,
    calendar,
    cases,
    deferral,
    exports,
    items,
    joint,
    progress,
    re_examination,
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
    deferral.router,
    re_examination.router,
    bans.router,
    joint.router,
)
