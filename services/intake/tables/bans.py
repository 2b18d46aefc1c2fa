"""Whom the law, or a bad record, keeps from applying (R14, R16). Never deleted: a lifted ban says when and why."""

from sqlalchemy import Boolean, Column, Date, String, Table, Text

from services.intake.tables.cases import metadata
from yimen.db import Instant, Json
from yimen.sealed import SealedText

bans = Table(
    "bans",
    metadata,
    Column("ban_id", String(80), primary_key=True),
    Column("id_number", SealedText(found_by="id_mark"), nullable=False),
    Column("id_mark", String(60), index=True),
    Column("name", String(400), nullable=False),
    Column("organisation", Boolean, nullable=False),
    Column("ground", String(40), nullable=False),
    Column("item_code", String(80)),
    Column("found_on", Date, nullable=False),
    Column("until", Date),
    Column("basis", Text, nullable=False),
    Column("imposed_by", Json, nullable=False),
    Column("imposed_at", Instant, nullable=False),
    Column("lifted_at", Instant),
    Column("lifted_by", Json),
    Column("lifting_reason", Text, nullable=False),
)
