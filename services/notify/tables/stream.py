"""The live stream of the hall."""

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text, Uuid

from services.notify.tables.base import metadata

# The stream's ids come from this one row, so that they are seen in the order of their commits: an identity column
# would let a reader pass a smaller id that commits later.
stream_head = Table(
    "stream_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
)

stream = Table(
    "stream",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", Uuid, nullable=False),
    Column("type", String(120), nullable=False),
    Column("scope", String(80), nullable=False),
    Column("case_number", String(80)),
    Column("body", Text, nullable=False),
)

case_departments = Table(
    "case_departments",
    metadata,
    Column("case_number", String(80), primary_key=True),
    Column("department", String(80), primary_key=True),
)
