"""What the supervisor answers, an area a module."""

from services.monitor.api import (
    alerts,
    cases,
    counts,
    exports,
    inspections,
    journal,
    orders,
    recomputations,
    records,
    rulebooks,
    seals,
    worklist,
)

AREAS = (
    cases,
    alerts,
    counts,
    exports,
    inspections,
    journal,
    orders,
    recomputations,
    records,
    rulebooks,
    seals,
    worklist,
)
routers = tuple(area.router for area in AREAS)
