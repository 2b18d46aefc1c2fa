"""What is counted of the cases, kept up by events.

`case_counts` keeps the same counts at three grains, so that whatever a page asks for, it adds up few rows: a row for each
day and department, for each month, department and item, for each year and department. `stage_counts` has a row for how
many days it took, so that sum, mean and longest all follow from sums; `item_code` is empty for all items together.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, Date, Integer, String, Table

from services.monitor.domain.contributions import MEASURES, STAGE_MEASURES
from services.monitor.tables.base import metadata
from yimen.db import Json

DAY, MONTH, YEAR = "day", "month", "year"
WIDE: Final = frozenset({"fees_settled", "fees_refunded", "minutes"})

GRAIN_KEY: Final = ("grain", "first", "department", "item_code")
STAGE_KEY: Final = ("month", "department", "item_code", "stage", "days")


def _measures(names: tuple[str, ...]) -> list[Column[int]]:
    return [Column(name, BigInteger if name in WIDE else Integer, nullable=False, server_default="0") for name in names]


case_counts = Table(
    "case_counts",
    metadata,
    Column("grain", String(5), primary_key=True),
    Column("first", Date, primary_key=True),  # the day, or the first of the month or the year
    Column("department", String(80), primary_key=True),
    Column("item_code", String(80), primary_key=True),  # empty but for months
    *_measures(MEASURES),
)

stage_counts = Table(
    "stage_counts",
    metadata,
    Column("month", Date, primary_key=True),
    Column("department", String(80), primary_key=True),
    Column("item_code", String(80), primary_key=True),
    Column("stage", String(420), primary_key=True),
    Column("days", Integer, primary_key=True, autoincrement=False),  # working days that it took
    *_measures(STAGE_MEASURES),
)

counted_items = Table(
    "counted_items",
    metadata,
    Column("item_code", String(80), primary_key=True),
    Column("name", String(400), nullable=False),
    Column("version", Integer, nullable=False),
)

counted_complaints = Table(
    "counted_complaints",
    metadata,
    Column("complaint_number", String(80), primary_key=True),
    Column("facts", Json, nullable=False),
)
