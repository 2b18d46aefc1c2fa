"""Uploaded files, links by which they are fetched, drafts of applications."""

import sqlalchemy as sa
from alembic import op

from yimen.db import BigId, Instant, Json

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("file_id", sa.String(80), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", BigId, nullable=False, autoincrement=False),
        sa.Column("uploaded_by", sa.String(200), nullable=False),
        sa.Column("uploaded_at", Instant, nullable=False),
        sa.UniqueConstraint("sha256", "uploaded_by"),
    )
    op.create_index("ix_files_uploaded_by", "files", ["uploaded_by", "uploaded_at"])
    op.create_table(
        "download_links",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("file_id", sa.String(80), sa.ForeignKey("files.file_id"), nullable=False),
        sa.Column("name", sa.String(400), nullable=False),
        sa.Column("expires_at", Instant, nullable=False, index=True),
    )
    op.create_table(
        "drafts",
        sa.Column("draft_id", sa.String(80), primary_key=True),
        sa.Column("account", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("saved_at", Instant, nullable=False),
        sa.Column("kept_until", Instant, nullable=False),
    )
    op.create_index("ix_drafts_account", "drafts", ["account", "saved_at", "draft_id"])


def downgrade() -> None:
    for table in ("drafts", "download_links", "files"):
        op.drop_table(table)
