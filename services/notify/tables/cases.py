"""What the messenger remembers of each case: whose it is, of which item, and what its papers say."""

from sqlalchemy import Column, String, Table

from services.notify.tables.base import metadata
from yimen.db import Json

# From its first event on. `facts` is what its events said so far that papers repeat (a fold, in their order).
cases = Table(
    "cases",
    metadata,
    Column("case_number", String(80), primary_key=True),
    Column("item_code", String(80), nullable=False),
    Column("department", String(80), nullable=False),
    Column("facts", Json, nullable=False),
)
