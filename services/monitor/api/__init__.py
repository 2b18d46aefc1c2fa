"""What the supervisor answers, an area a module."""

from services.monitor.api import (
    alerts,
    appeals,
    cases,
    counts,
    exports,
    imports,
    inspections,
    journal,
    orders,
    recomputations,
    records,
    rulebooks,
    scores,
    seals,
    statistics,
    windows,
    worklist,
)

AREAS = (
    cases,
    alerts,
    appeals,
    counts,
    exports,
    imports,
    inspections,
    journal,
    orders,
    recomputations,
    records,
    rulebooks,
    scores,
    seals,
    statistics,
    windows,
    worklist,
)
routers = tuple(area.router for area in AREAS)
