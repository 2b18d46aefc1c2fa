"""What deciding stores: licences, and how many grants of limited quantity each year has used up."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table

from services.intake.tables.cases import cases, metadata
from yimen.sealed import SealedText

licences = Table(
    "licences",
    metadata,
    Column("licence_number", String(80), primary_key=True),
    Column("case_number", String(80), ForeignKey("cases.case_number"), nullable=False, unique=True),
    Column("item_code", String(80), nullable=False),
    Column("name", String(400), nullable=False),
    Column("holder", String(400), nullable=False),
    Column("id_number", SealedText, nullable=False),
    Column("organisation", Boolean, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("state", String(20), nullable=False),
    Column("renewed_by", String(80)),
)

quotas = Table(
    "quotas",
    metadata,
    Column("item_code", String(80), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("used", Integer, nullable=False),
)

Index("ix_cases_item_code", cases.c.item_code, cases.c.status)
Index("ix_cases_renews", cases.c.renews)
