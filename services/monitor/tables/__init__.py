"""What the supervisor stores, an area a module."""

from services.monitor.tables.base import metadata
from services.monitor.tables.core import alerts, cases, journal, money_days, plans
from services.monitor.tables.rulebooks import rulebooks
from services.monitor.tables.voices import (
    complaint_steps,
    complaints,
    consultations,
    deadlines,
    rated_cases,
    rating_tickets,
    ratings,
    voice_counters,
    voice_tries,
)

__all__ = [
    "alerts",
    "cases",
    "complaint_steps",
    "complaints",
    "consultations",
    "deadlines",
    "journal",
    "metadata",
    "money_days",
    "plans",
    "rated_cases",
    "rating_tickets",
    "ratings",
    "rulebooks",
    "voice_counters",
    "voice_tries",
]
