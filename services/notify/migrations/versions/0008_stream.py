"""The live stream in full: each row keeps whom it concerns; agencies' stations are remembered.

Rows from before get the circle that a reader would have been shown until now. A process of the version before goes on
writing beside this one: its rows have no circle, and reach whom they are addressed to.
"""

import sqlalchemy as sa
from alembic import op

from yimen.db import Json

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("stream", sa.Column("circle", Json, nullable=False, server_default="[]"))
    op.create_table(
        "agency_stations",
        sa.Column("agency_id", sa.String(80), nullable=False),
        sa.Column("station", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", name="pk_agency_stations"),
    )
    _fill_circles()


def _fill_circles() -> None:
    stream = sa.table("stream", sa.column("case_number", sa.String), sa.column("circle", Json))
    known = sa.table("case_departments", sa.column("case_number"), sa.column("department"))
    shown = sa.select(stream.c.case_number).where(stream.c.case_number.is_not(None))
    connection = op.get_bind()
    circles: dict[str, list[str]] = {}
    for case_number, department in connection.execute(sa.select(known).where(known.c.case_number.in_(shown))):
        circles.setdefault(case_number, []).append(department)
    for case_number, departments in circles.items():
        rows = sa.update(stream).where(stream.c.case_number == case_number)
        connection.execute(rows.values(circle=sorted(departments)))


def downgrade() -> None:
    op.drop_table("agency_stations")
    op.drop_column("stream", "circle")
