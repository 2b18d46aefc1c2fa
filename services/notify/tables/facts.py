"""What papers repeat of events before theirs, and of other subjects."""

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from services.notify.tables.base import metadata

# Events as they were told, only added to: a paper made late reads what one made at once would have read.
paper_facts = Table(
    "paper_facts",
    metadata,
    Column("source", String(200), primary_key=True),
    Column("subject", String(200), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("type", String(120), nullable=False),
    Column("case_number", String(80)),
    Column("body", Text, nullable=False),
)
Index("ix_paper_facts_subject", paper_facts.c.subject)
Index("ix_paper_facts_case", paper_facts.c.case_number)
