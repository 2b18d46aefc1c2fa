"""What citizens say: complaints, consultations, ratings, and the days by which they are heard.

Names, phones and words are here and nowhere else: neither events nor the journal carry them (decision 0045).
"""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from services.monitor.tables.base import metadata
from yimen.db import Instant, Json
from yimen.sealed import SealedText

CODE, NAME = 80, 400

# A day by which something has to be done: the earliest of its `spans` ([start, working days]), and `extra` after it.
# `due` follows from them and from the calendar in force (R35).
deadlines = Table(
    "deadlines",
    metadata,
    Column("about", String(20), primary_key=True),
    Column("number", String(2 * CODE), primary_key=True),
    Column("step", String(20), primary_key=True),
    Column("spans", Json, nullable=False),
    Column("extra", Integer, nullable=False),
    Column("due", Date, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("passed_at", Instant),
    Index("ix_deadlines_open", "open", "about", "number", "step"),
)

# `person`: as the complainant names them. `person_id`: whom the office found it to be. `summary`: what the department is
# told of it. `told_department`: its record is open.
complaints = Table(
    "complaints",
    metadata,
    Column("number", String(CODE), primary_key=True),
    Column("password_hash", String(NAME), nullable=False),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("channel", String(20), nullable=False),
    Column("topic", String(20), nullable=False),
    Column("office", String(20), nullable=False),
    Column("department", String(CODE)),
    Column("told_department", Boolean, nullable=False),
    Column("person", String(NAME)),
    Column("person_id", String(NAME)),
    Column("person_name", String(NAME)),
    Column("case_number", String(CODE)),
    Column("content", SealedText, nullable=False),
    Column("complainant", SealedText),
    Column("contact", SealedText),
    Column("entered_by", String(NAME)),
    Column("entered_by_name", String(NAME)),
    Column("filed_at", Instant, nullable=False),
    Column("complexity", String(20)),
    Column("summary", Text),
    Column("extended_days", Integer),
    Column("upheld", Boolean),
    Column("answer", Text),
    Column("ended_at", Instant),
    Index("ix_complaints_office", "office", "state", "number"),
    Index("ix_complaints_department", "department", "state", "number"),
)

# What was done with a complaint, in its order. `words` are for the office and the complainant.
complaint_steps = Table(
    "complaint_steps",
    metadata,
    Column("number", String(CODE), ForeignKey("complaints.number"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("step", String(20), nullable=False),
    Column("words", SealedText),
    Column("details", Json, nullable=False),
    Column("by", String(NAME)),
    Column("by_name", String(NAME)),
    Column("at", Instant, nullable=False),
)

consultations = Table(
    "consultations",
    metadata,
    Column("number", String(CODE), primary_key=True),
    Column("password_hash", String(NAME), nullable=False),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("department", String(CODE), nullable=False),
    Column("item_code", String(CODE)),
    Column("case_number", String(CODE)),
    Column("question", SealedText, nullable=False),
    Column("asker", SealedText),
    Column("contact", SealedText),
    Column("asked_at", Instant, nullable=False),
    Column("answer", Text),
    Column("shown_question", Text),  # without what tells who asked; None: not shown
    Column("answered_by", String(NAME)),
    Column("answered_by_name", String(NAME)),
    Column("answered_at", Instant),
    Index("ix_consultations_department", "department", "state", "number"),
    Index("ix_consultations_shown", "department", "answered_at", "number"),
)

# What the events tell of a case that is needed to rate it, in whatever order they come: which of its stages may be rated
# follows from it. Whoever rates locks it.
rated_cases = Table(
    "rated_cases",
    metadata,
    Column("case_number", String(CODE), primary_key=True),
    Column("department", String(CODE)),
    Column("kind", String(20)),
    Column("accepted_at", Instant),
    Column("accepted_by", Json),
    Column("served_by", Json),
    Column("closed_at", Instant),
)

# For each case and stage what somebody said, and beside it the default of the time before. `replaced`: a default that
# somebody's own word took the place of.
ratings = Table(
    "ratings",
    metadata,
    Column("rating_id", String(CODE), primary_key=True),
    Column("is_default", Boolean, primary_key=True),
    Column("case_number", String(CODE), nullable=False),
    Column("stage", String(20), nullable=False),
    Column("department", String(CODE), nullable=False),
    Column("replaced", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("stars", Integer, nullable=False),
    Column("indicators", Integer),
    Column("aspects", Json),
    Column("channel", String(20)),
    Column("comment", SealedText),
    Column("named", Boolean, nullable=False),
    Column("rater", SealedText),
    Column("contact", SealedText),
    Column("person", Json),
    Column("given_at", Instant, nullable=False),
    Column("called_at", Instant),
    Column("called_by", Json),
    Column("reached", Boolean),
    Column("call_note", SealedText),
    Column("rectified_at", Instant),
    Column("rectified_by", Json),
    Column("measures", Text),
    Column("overdue_at", Instant),
    Column("voided_at", Instant),
    Column("void_reason", Text),
    Index("ix_ratings_department", "department", "given_at", "rating_id"),
    Index("ix_ratings_given", "given_at", "rating_id"),
)

# A rating opened at the window for a case whose applicant stands there.
rating_tickets = Table(
    "rating_tickets",
    metadata,
    Column("ticket", String(CODE), primary_key=True),
    Column("case_number", String(CODE), nullable=False),
    Column("stage", String(20), nullable=False),
    Column("opened_by", String(NAME), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("used_at", Instant),
)
