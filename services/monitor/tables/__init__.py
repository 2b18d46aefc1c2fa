"""What the supervisor stores, an area a module."""

from services.monitor.tables.base import (
    metadata,
)
from services.monitor.tables.clocks import (
    recalled,
    recomputations,
    rungs,
)
from services.monitor.tables.core import (
    alerts,
    cases,
    journal,
    money_days,
    plans,
)
from services.monitor.tables.doors import (
    doors,
)
from services.monitor.tables.orders import (
    attendance,
    counters,
    inspections,
    order_steps,
    orders,
)
from services.monitor.tables.outside import (
    handled_outside,
    import_faults,
    import_rows,
    imports,
    item_entries,
    log_mappings,
    outside_cases,
    outside_told,
)
from services.monitor.tables.rulebooks import (
    rulebooks,
)
from services.monitor.tables.scores import (
    appeals,
    score_active,
    score_closings,
    score_entries,
    score_grades,
    score_marks,
    score_months,
    score_reversals,
    score_sheets,
    seatings,
)
from services.monitor.tables.seals import (
    credentials,
    password_tries,
    seal_keys,
    seals,
    tiles,
)
from services.monitor.tables.statistics import (
    case_counts,
    counted_complaints,
    counted_items,
    stage_counts,
)
from services.monitor.tables.voices import (
    complaint_steps,
    complaints,
    consultations,
    deadlines,
    rated_cases,
    rating_tickets,
    ratings,
)

__all__ = [
    "alerts",
    "appeals",
    "attendance",
    "case_counts",
    "cases",
    "complaint_steps",
    "complaints",
    "consultations",
    "counted_complaints",
    "counted_items",
    "counters",
    "credentials",
    "deadlines",
    "doors",
    "handled_outside",
    "import_faults",
    "import_rows",
    "imports",
    "inspections",
    "item_entries",
    "journal",
    "log_mappings",
    "metadata",
    "money_days",
    "order_steps",
    "orders",
    "outside_cases",
    "outside_told",
    "password_tries",
    "plans",
    "rated_cases",
    "rating_tickets",
    "ratings",
    "recalled",
    "recomputations",
    "rulebooks",
    "rungs",
    "score_active",
    "score_closings",
    "score_entries",
    "score_grades",
    "score_marks",
    "score_months",
    "score_reversals",
    "score_sheets",
    "seal_keys",
    "seals",
    "seatings",
    "stage_counts",
    "tiles",
]
