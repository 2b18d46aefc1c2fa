"""What the supervisor answers, an area a module."""

from services.monitor.api import (
    alerts,
    cases,
    counts,
    exports,
    journal,
    recomputations,
    records,
    rulebooks,
    seals,
)

AREAS = (
    cases,
    alerts,
    counts,
    exports,
    journal,
    recomputations,
    records,
    rulebooks,
    seals,
)
routers = tuple(area.router for area in AREAS)
