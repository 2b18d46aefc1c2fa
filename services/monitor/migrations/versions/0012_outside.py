"""What is handled outside the hall: departments' logs, their cases, and which items the hall has."""

import sqlalchemy as sa
from alembic import op

from yimen.db import Instant, Json

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    _imports()
    op.create_table(
        "outside_told",
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("case_number", name=op.f("pk_outside_told")),
    )
    op.create_table(
        "outside_cases",
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("department", sa.String(80), nullable=False),
        sa.Column("own_number", sa.String(400), nullable=False),
        sa.Column("item_code", sa.String(80), nullable=True),
        sa.Column("item_name", sa.String(400), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("case_number", name=op.f("pk_outside_cases")),
    )
    op.create_index("ix_outside_cases_item", "outside_cases", ["item_code", "case_number"])
    op.create_index("ix_outside_cases_name", "outside_cases", ["department", "item_name", "case_number"])
    op.create_table(
        "item_entries",
        sa.Column("item_code", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("department", sa.String(80), nullable=True),
        sa.Column("name", sa.String(400), nullable=True),
        sa.PrimaryKeyConstraint("item_code", "version", "inside", name=op.f("pk_item_entries")),
    )
    op.create_index("ix_item_entries_name", "item_entries", ["department", "name"])
    op.create_table(
        "handled_outside",
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("found_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("case_number", name=op.f("pk_handled_outside")),
    )
    op.add_column("cases", sa.Column("outside", sa.Boolean(), server_default=sa.false(), nullable=False))


def _imports() -> None:
    op.create_table(
        "log_mappings",
        sa.Column("department", sa.String(80), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(400), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("department", name=op.f("pk_log_mappings")),
    )
    op.create_table(
        "imports",
        sa.Column("import_id", sa.String(80), nullable=False),
        sa.Column("department", sa.String(80), nullable=False),
        sa.Column("file_name", sa.String(400), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("imported_by", Json, nullable=False),
        sa.Column("imported_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_imports")),
    )
    op.create_index("ix_imports_department", "imports", ["department", "imported_at"])
    op.create_index("ix_imports_imported_at", "imports", ["imported_at", "import_id"])
    op.create_table(
        "import_faults",
        sa.Column("import_id", sa.String(80), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("column", sa.String(100), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "place", name=op.f("pk_import_faults")),
    )
    op.create_table(
        "import_rows",
        sa.Column("import_id", sa.String(80), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_number", sa.String(80), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_import_rows")),
    )


def downgrade() -> None:
    op.drop_column("cases", "outside")
    names = ("handled_outside", "item_entries", "outside_cases", "outside_told", "import_rows", "import_faults")
    for name in (*names, "imports", "log_mappings"):
        op.drop_table(name)
