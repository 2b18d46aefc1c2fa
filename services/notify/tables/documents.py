"""Statutory papers (文书), and who may fetch them without an account."""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, String, Table, Text, UniqueConstraint, Uuid

from services.notify.tables.base import metadata
from yimen.db import Instant, Json
from yimen.passwords import credentials_table, tries_table

# `event`: what the paper puts into writing, CloudEvents JSON. `data`: what it says, fixed before it is rendered; what is
# rendered never changes.
documents = Table(
    "documents",
    metadata,
    Column("id", String(40), primary_key=True),  # uuid5(event, kind)
    Column("event_id", Uuid, nullable=False),
    Column("type", String(120), nullable=False),  # of the event
    Column("kind", String(80), nullable=False),
    Column("number", String(400), nullable=False),
    Column("number_key", String(400), nullable=False),  # as it is looked up, however it is typed
    Column("title", String(400), nullable=False),
    Column("department", String(80)),
    Column("case_number", String(80)),
    Column("dated", Date, nullable=False),
    Column("event", Json, nullable=False),
    Column("data", Json),
    Column("state", String(20), nullable=False),  # waiting, rendered, failed
    Column("template_version", Integer),
    Column("sha256", String(64)),
    Column("size", BigInteger),
    Column("created_at", Instant, nullable=False),
    Column("rendered_at", Instant),
    Column("collected_at", Instant),
    Column("error", Text),
    UniqueConstraint("event_id", "kind"),
)
Index("ix_documents_case", documents.c.case_number, documents.c.created_at)
Index("ix_documents_number", documents.c.number_key)
Index("ix_documents_sha256", documents.c.sha256)

# Hashes of query passwords, as intake says them.
credentials = credentials_table(metadata)
password_tries = tries_table(metadata)

# What a holder of number and query password opens a case's papers with, for some minutes. Links are secrets: their hash.
document_links = Table(
    "document_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("case_number", String(80), nullable=False),
    Column("expires_at", Instant, nullable=False),
)
Index("ix_document_links_expires", document_links.c.expires_at)
