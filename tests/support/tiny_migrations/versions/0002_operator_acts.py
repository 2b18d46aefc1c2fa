"""What operators did to parked messages, jobs and timers is kept."""

from yimen.access_log import create_personal_access, drop_personal_access
from yimen.schema_steps import create_v2, create_v3, create_v4, drop_v2, drop_v3, drop_v4

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    create_v2()
    create_v3()
    create_v4()
    create_personal_access()


def downgrade() -> None:
    drop_personal_access()
    drop_v4()
    drop_v3()
    drop_v2()
