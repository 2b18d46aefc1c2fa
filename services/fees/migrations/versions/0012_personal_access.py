"""Who looked at personal data."""

from yimen.access_log import create_personal_access, drop_personal_access

revision = "0012"
down_revision = "0011"
phase = "expand"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_personal_access()


def downgrade() -> None:
    drop_personal_access()
