"""The live stream of the hall."""

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text, Uuid

from services.notify.tables.base import metadata
from yimen.db import Json

# The stream's ids come from this one row, so that they are seen in the order of their commits: an identity column
# would let a reader pass a smaller id that commits later.
stream_head = Table(
    "stream_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
)

# `circle`: the codes of those whom it concerns beyond its scope, as it was known when it was stored: a reader who resumes
# is told what it would have been told, and nothing else.
stream = Table(
    "stream",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", Uuid, nullable=False),
    Column("type", String(120), nullable=False),
    Column("scope", String(80), nullable=False),
    Column("case_number", String(80)),
    Column("circle", Json, nullable=False, server_default="[]"),
    Column("body", Text, nullable=False),
)

case_departments = Table(
    "case_departments",
    metadata,
    Column("case_number", String(80), primary_key=True),
    Column("department", String(80), primary_key=True),
)

# Only an agency's first event names its station.
agency_stations = Table(
    "agency_stations",
    metadata,
    Column("agency_id", String(80), primary_key=True),
    Column("station", String(80), nullable=False),
)
