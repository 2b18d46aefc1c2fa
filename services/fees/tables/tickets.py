"""Blocks of ticket numbers, and the tickets given from them. A number has one notice; a notice one good number (R56)."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from services.fees.tables.metadata import CODE, NAME, metadata
from yimen.db import BigId, Instant

ticket_blocks = Table(
    "ticket_blocks",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("ticket_code", String(20), nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("next", BigInteger, nullable=False),
    Column("issued_by", String(NAME)),
    Column("issued_at", Instant),
    Column("written_off_by", String(NAME)),
    Column("written_off_at", Instant),
    Column("version", Integer, nullable=False, default=1),
    UniqueConstraint("ticket_code", "first"),
    CheckConstraint("next BETWEEN first AND last + 1", name="next"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("ticket_code", String(20), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("block_id", BigId, ForeignKey("ticket_blocks.id"), nullable=False),
    Column("notice_number", String(CODE), ForeignKey("notices.number"), nullable=False, index=True),
    Column("state", String(20), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("void_reason", Text),
    Column("voided_by", String(NAME)),
    Column("voided_at", Instant),
    CheckConstraint("(state = 'void') = (voided_at IS NOT NULL)", name="void"),
    Index(
        "ix_tickets_one_good",
        "notice_number",
        unique=True,
        postgresql_where=text("state = 'issued'"),
        sqlite_where=text("state = 'issued'"),
    ),
)
