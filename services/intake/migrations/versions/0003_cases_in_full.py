"""What a case may have beside the plain way: situations, agent, project, renewal, deferral, re-examination, meetings."""

import sqlalchemy as sa
from alembic import op

from yimen.db import Instant, Json

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CASES = (
    sa.Column("situations", Json, nullable=False, server_default="[]"),
    sa.Column("agent", Json),
    sa.Column("agency", sa.String(80)),
    sa.Column("project", sa.String(80)),
    sa.Column("fast_track_days", sa.Integer),
    sa.Column("renews", sa.String(80)),
    sa.Column("renewal_due", sa.Date),
    sa.Column("deferral", Json),
    sa.Column("re_examination", Json),
    sa.Column("meetings", Json, nullable=False, server_default="[]"),
    sa.Column("lead_decision", Json),
    sa.Column("queued_at", Instant),
)
REVIEWS = (
    sa.Column("inspection_days", sa.Integer),
    sa.Column("deemed_ground", sa.String(20)),
    sa.Column("visited_at", Instant),
)


def upgrade() -> None:
    for column in CASES:
        op.add_column("cases", column)
    for column in REVIEWS:
        op.add_column("reviews", column)


def downgrade() -> None:
    for column in CASES:
        op.drop_column("cases", column.name)
    for column in REVIEWS:
        op.drop_column("reviews", column.name)
