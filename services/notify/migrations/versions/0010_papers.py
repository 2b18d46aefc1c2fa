"""What papers repeat is kept event by event; the fold that a case's row had room for is gone."""

import sqlalchemy as sa
from alembic import op

from yimen.db import Json

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "paper_facts",
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("type", sa.String(120), nullable=False),
        sa.Column("case_number", sa.String(80)),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("source", "subject", "sequence", name="pk_paper_facts"),
    )
    op.create_index("ix_paper_facts_subject", "paper_facts", ["subject"])
    op.create_index("ix_paper_facts_case", "paper_facts", ["case_number"])
    with op.batch_alter_table("cases") as cases:
        cases.drop_column("facts")


def downgrade() -> None:
    with op.batch_alter_table("cases") as cases:
        cases.add_column(sa.Column("facts", Json, nullable=False, server_default="{}"))
    op.drop_table("paper_facts")
