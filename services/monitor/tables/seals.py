"""The journal's tree, its signed roots, and who may check a case's record.

Tiles, seals and keys are append-only like the journal: triggers refuse every change.
"""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, LargeBinary, String, Table, Text

from services.monitor.tables.base import metadata
from yimen.db import Instant, Json
from yimen.passwords import credentials_table, tries_table

tiles = Table(
    "tiles",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column(
        "hashes", LargeBinary, nullable=False
    ),  # 256 of 32 bytes: of events at level 0, of the tiles below elsewhere
    Column("root", LargeBinary, nullable=False),
)

seals = Table(
    "seals",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("day", Date, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("root", String(64), nullable=False),
    Column("head", String(64), nullable=False),
    Column("former_size", BigInteger, nullable=False),
    Column("sealed_at", Instant, nullable=False),
    Column("key_id", String(80), nullable=False),
    Column("signature", Text, nullable=False),
    Column("tail", LargeBinary, nullable=False),  # hashes of events in no tile yet: a row can be named on its first day
    Index("ix_seals_size", "size"),
)

seal_keys = Table(
    "seal_keys",
    metadata,
    Column("key_id", String(80), primary_key=True),
    Column("jwk", Json, nullable=False),
    Column("since", Instant, nullable=False),
)

credentials = credentials_table(metadata)

password_tries = tries_table(metadata)
