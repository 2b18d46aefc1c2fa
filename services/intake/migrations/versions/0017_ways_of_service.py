"""Ways of service with their proof, what was handed to the post, agreements to be served electronically, languages of
messages, the numbers of departments' opinions. Nobody agreed before, and messages were Chinese."""

import sqlalchemy as sa
from alembic import op

from yimen.db import Json

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("cases", "agencies"):
        op.add_column(table, sa.Column("language", sa.String(10), nullable=False, server_default="zh"))
        op.add_column(table, sa.Column("electronic_service", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("cases", sa.Column("service_proof", Json))
    op.add_column("cases", sa.Column("postings", Json, nullable=False, server_default="[]"))
    op.add_column("review_answers", sa.Column("document", Json))


def downgrade() -> None:
    op.drop_column("review_answers", "document")
    op.drop_column("cases", "postings")
    op.drop_column("cases", "service_proof")
    for table in ("agencies", "cases"):
        op.drop_column(table, "electronic_service")
        op.drop_column(table, "language")
