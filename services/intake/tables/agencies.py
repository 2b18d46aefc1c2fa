"""What was entrusted to stations and village agents. Township and state follow from the rest: kept to be found by."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, false

from services.intake.tables.cases import metadata
from yimen.db import Instant, Json
from yimen.sealed import SealedJson

agencies = Table(
    "agencies",
    metadata,
    Column("agency_id", String(80), primary_key=True),
    Column("level", String(20), nullable=False),
    Column("station", String(80), nullable=False),
    Column("township", String(80), nullable=False),
    Column("state", String(20), nullable=False),
    Column("agent", Json, nullable=False),
    Column("item_code", String(80), nullable=False),
    Column("item_name", String(400), nullable=False),
    Column("applicant", SealedJson, nullable=False),
    Column("mandate", String(200), nullable=False),
    Column("language", String(10), nullable=False, server_default="zh"),
    Column("electronic_service", Boolean, nullable=False, server_default=false()),
    Column("situations", Json, nullable=False),
    Column("materials", Json, nullable=False),
    Column("receipt_number", String(80), nullable=False, unique=True),
    Column("entrusted_at", Instant, nullable=False),
    Column("forwarded_at", Instant),
    Column("overdue_at", Instant),
    Column("handed_in_at", Instant),
    Column("case_number", String(80), ForeignKey("cases.case_number")),
    Column("steps", Json, nullable=False),
    Column("version", Integer, nullable=False),
)
_PLACE = (agencies.c.entrusted_at, agencies.c.agency_id)
Index("ix_agencies_entrusted_at", *_PLACE)
Index("ix_agencies_station", agencies.c.station, agencies.c.state, *_PLACE)
Index("ix_agencies_township", agencies.c.township, agencies.c.state, *_PLACE)
