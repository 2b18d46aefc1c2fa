"""The yearly plans that intake told: what working days are counted by (R35)."""

from sqlalchemy import Column, Integer, Table

from services.fees.tables.metadata import metadata
from yimen.db import Instant, Json

calendar_plans = Table(
    "calendar_plans",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("days_off", Json, nullable=False),
    Column("worked_weekends", Json, nullable=False),
    Column("revised_at", Instant, nullable=False),
)
