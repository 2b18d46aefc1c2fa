"""What citizens say and who they are lies sealed (yimen.sealed). What stands is read as it is until
`python -m yimen.operate reseal` has gone through it."""

import sqlalchemy as sa
from alembic import op

from yimen.access_log import create_personal_access, drop_personal_access

revision = "0014"
down_revision = "0013"
phase = "expand"
branch_labels = None
depends_on = None

NAMES = {
    "complaints": ("complainant", "contact"),
    "consultations": ("asker", "contact"),
    "ratings": ("rater", "contact"),
}


def upgrade() -> None:
    create_personal_access()
    for table, columns in NAMES.items():
        with op.batch_alter_table(table) as altered:
            for column in columns:
                altered.alter_column(column, existing_type=sa.String(400), type_=sa.Text)


def downgrade() -> None:
    """Needs the values in the clear: reseal with `plain` first in YIMEN_DATA_KEYS."""
    for table, columns in NAMES.items():
        with op.batch_alter_table(table) as altered:
            for column in columns:
                altered.alter_column(column, existing_type=sa.Text, type_=sa.String(400))
    drop_personal_access()
