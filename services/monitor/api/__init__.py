"""What the supervisor answers, an area a module."""

from services.monitor.api import (
    alerts,
    cases,
    counts,
    exports,
    journal,
    recomputations,
    rulebooks,
)

AREAS = (
    cases,
    alerts,
    counts,
    exports,
    journal,
    recomputations,
    rulebooks,
)
routers = tuple(area.router for area in AREAS)
