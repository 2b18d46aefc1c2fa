"""What the scribe keeps."""

from sqlalchemy import Column, Integer, String, Table

from yimen.db import BigId
from yimen.schema import new_metadata

metadata = new_metadata()
effects = Table(
    "effects",
    metadata,
    Column("n", BigId, primary_key=True, autoincrement=True),
    Column("case_number", String(200), nullable=False),
    Column("step", Integer, nullable=False),
    Column("writer", String(20), nullable=False),
    Column("reader", String(20), nullable=False),
)
