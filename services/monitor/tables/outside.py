"""Departments' own logs as they were imported, what is still handled outside the hall, and which items the hall has."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table, Text

from services.monitor.tables.base import metadata
from yimen.db import Instant, Json

log_mappings = Table(
    "log_mappings",
    metadata,
    Column("department", String(80), primary_key=True),
    Column("body", Json, nullable=False),
    Column("version", Integer, nullable=False),
    Column("set_by", String(400), nullable=False),
    Column("set_at", Instant, nullable=False),
)

imports = Table(
    "imports",
    metadata,
    Column("import_id", String(80), primary_key=True),  # made of the department, the file and the mapping
    Column("department", String(80), nullable=False),
    Column("file_name", String(400), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("lines", Integer, nullable=False),
    Column("cases", Integer, nullable=False),
    Column("faults", Integer, nullable=False),  # lines that were refused
    Column("told", Integer, nullable=False),  # cases that were new or told otherwise than before
    Column("imported_by", Json, nullable=False),
    Column("imported_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Index("ix_imports_department", "department", "imported_at"),
    Index("ix_imports_imported_at", "imported_at", "import_id"),
)

import_faults = Table(
    "import_faults",
    metadata,
    Column("import_id", String(80), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("line", Integer, nullable=False),
    Column("column", String(100)),
    Column("message", Text, nullable=False),
)

import_rows = Table(  # read and not told yet; gone once they are
    "import_rows",
    metadata,
    Column("import_id", String(80), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("case_number", String(80), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("body", Json, nullable=False),
)

outside_told = Table(  # what was last told of a case, so that the same is not told twice
    "outside_told",
    metadata,
    Column("case_number", String(80), primary_key=True),
    Column("digest", String(64), nullable=False),
)

outside_cases = Table(  # from the events
    "outside_cases",
    metadata,
    Column("case_number", String(80), primary_key=True),
    Column("department", String(80), nullable=False),
    Column("own_number", String(400), nullable=False),
    Column("item_code", String(80)),
    Column("item_name", String(400), nullable=False),
    Column("accepted_on", Date, nullable=False),
    Index("ix_outside_cases_item", "item_code", "case_number"),
    Index("ix_outside_cases_name", "department", "item_name", "case_number"),
)

item_entries = Table(  # from the catalogue's events: since when an item is in the hall, or is not
    "item_entries",
    metadata,
    Column("item_code", String(80), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("inside", Boolean, primary_key=True),
    Column("since", Date, nullable=False),
    Column("department", String(80)),
    Column("name", String(400)),
    Index("ix_item_entries_name", "department", "name"),
)

handled_outside = Table(  # the claim: one finding a case
    "handled_outside",
    metadata,
    Column("case_number", String(80), primary_key=True),
    Column("found_at", Instant, nullable=False),
)
