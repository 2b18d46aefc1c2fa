"""Uploaded files and what leads to them. The bytes are in the object store, under their sha256 (decision 0021).

A file's sha256 and its owner name it: the same upload twice is one row. Of a download link only the token's hash is
kept."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, UniqueConstraint

from services.intake.tables.cases import metadata
from yimen.db import BigId, Instant

files = Table(
    "files",
    metadata,
    Column("file_id", String(80), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("size", BigId, nullable=False, autoincrement=False),
    Column("uploaded_by", String(200), nullable=False),
    Column("uploaded_at", Instant, nullable=False),
    UniqueConstraint("sha256", "uploaded_by"),
)
Index("ix_files_uploaded_by", files.c.uploaded_by, files.c.uploaded_at)

download_links = Table(
    "download_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("file_id", String(80), ForeignKey("files.file_id"), nullable=False),
    Column("name", String(400), nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)
