"""What the messenger remembers of each case: whose it is, and of which item."""

from sqlalchemy import Column, String, Table

from services.notify.tables.base import metadata

# From its first event on.
cases = Table(
    "cases",
    metadata,
    Column("case_number", String(80), primary_key=True),
    Column("item_code", String(80), nullable=False),
    Column("department", String(80), nullable=False),
)
