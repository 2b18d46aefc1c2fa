"""Papers, their hashes, and who may fetch them."""

import sqlalchemy as sa
from alembic import op

from yimen.db import BigId, Instant, Json

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    _documents()
    _credentials()
    op.create_table(
        "document_links",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_document_links"),
    )
    op.create_index("ix_document_links_expires", "document_links", ["expires_at"])


def downgrade() -> None:
    for table in ("document_links", "password_tries", "credentials", "documents"):
        op.drop_table(table)


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("type", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(80), nullable=False),
        sa.Column("number", sa.String(400), nullable=False),
        sa.Column("number_key", sa.String(400), nullable=False),
        sa.Column("title", sa.String(400), nullable=False),
        sa.Column("department", sa.String(80)),
        sa.Column("case_number", sa.String(80)),
        sa.Column("dated", sa.Date, nullable=False),
        sa.Column("event", Json, nullable=False),
        sa.Column("data", Json),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("template_version", sa.Integer),
        sa.Column("sha256", sa.String(64)),
        sa.Column("size", sa.BigInteger),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("rendered_at", Instant),
        sa.Column("collected_at", Instant),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.UniqueConstraint("event_id", "kind", name="uq_documents_event_id_kind"),
    )
    op.create_index("ix_documents_case", "documents", ["case_number", "created_at"])
    op.create_index("ix_documents_number", "documents", ["number_key"])
    op.create_index("ix_documents_sha256", "documents", ["sha256"])


def _credentials() -> None:
    op.create_table(
        "credentials",
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("password_hash", sa.String(400), nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("case_number", name="pk_credentials"),
    )
    op.create_table(
        "password_tries",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("tried_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_password_tries"),
    )
    op.create_index("ix_password_tries_case", "password_tries", ["case_number", "tried_at"])
