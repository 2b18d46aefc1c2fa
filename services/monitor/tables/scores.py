"""Scores: facts that events told, what was published of them, appeals, and who sits at which window.

The first six hold facts, each under an identity that follows from its event: written once, in any order, never changed. A
closing follows from the fold of its case and is written anew with it.
"""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, String, Table, Text, UniqueConstraint

from services.monitor.tables.base import metadata
from yimen.db import Instant, Json

score_entries = Table(
    "score_entries",
    metadata,
    Column("entry_id", String(32), primary_key=True),
    Column("month", String(7), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("party", String(400), nullable=False),
    Column("part", String(400), nullable=False),
    Column("tenths", Integer, nullable=False),
    Column("code", String(400), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("rule", String(80)),
    Column("source", String(100), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("case_number", String(80)),
    Column("department", String(400), nullable=False),
    Column("party_name", String(400)),
    Column("found_by", String(400)),
    Index("ix_score_entries_month", "month", "kind", "party"),
    Index("ix_score_entries_subject", "subject"),
)

score_reversals = Table(
    "score_reversals",
    metadata,
    Column("reversal_id", String(32), primary_key=True),
    Column("target", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("source", String(100), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Index("ix_score_reversals_at", "at"),
    Index("ix_score_reversals_target", "target"),
)

score_marks = Table(
    "score_marks",
    metadata,
    Column("mark_id", String(32), primary_key=True),
    Column("alert_id", String(80), nullable=False),
    Column("department", String(80), nullable=False),
    Column("month", String(7), nullable=False),
    Column("at", Instant, nullable=False),
    Column("level", String(10), nullable=False),
    Column("rule", String(80), nullable=False),
    Column("code", String(80), nullable=False),
    Column("raised", Boolean, nullable=False),
    Column("case_number", String(80), nullable=False),
    Column("source", String(100), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Index("ix_score_marks_month", "month", "department"),
    Index("ix_score_marks_case", "case_number", "code"),
    Index("ix_score_marks_subject", "subject"),
)

score_active = Table(
    "score_active",
    metadata,
    Column("month", String(7), primary_key=True),
    Column("department", String(80), primary_key=True),
)

score_closings = Table(
    "score_closings",
    metadata,
    Column("case_number", String(80), primary_key=True),
    Column("department", String(80), primary_key=True),
    Column("lead", Boolean, nullable=False),
    Column("month", String(7), nullable=False),
    Column("stopped_on", Date, nullable=False),
    Column("statutory", Json),
    Column("lacking", Json, nullable=False),
    Index("ix_score_closings_month", "month", "department"),
)

seatings = Table(
    "seatings",
    metadata,
    Column("seating_id", String(32), primary_key=True),
    Column("window_code", String(80), nullable=False),
    Column("name", String(400), nullable=False),
    Column("departments", Json, nullable=False),
    Column("staff", Json, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("staffed_at", Instant, nullable=False),
    Index("ix_seatings_window", "window_code", "valid_from"),
)

score_months = Table(
    "score_months",
    metadata,
    Column("month", String(7), primary_key=True),
    Column("published_at", Instant),  # first; absent until then
)

score_sheets = Table(
    "score_sheets",
    metadata,
    Column("month", String(7), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("party", String(400), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("current", Boolean, nullable=False),  # the last revision
    Column("name", String(400), nullable=False),
    Column("scope", String(80), nullable=False),
    Column("departments", Json, nullable=False),
    Column("tenths", Integer, nullable=False),
    Column("bonus", Integer, nullable=False),
    Column("parts", Json, nullable=False),
    Column("lines", Json, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("reds", Integer, nullable=False),
    Column("rank", Integer),
    Column("red_flag", Boolean, nullable=False),
    Column("last_months", Integer, nullable=False),
    Column("rulebook", Integer, nullable=False),
    Column("published_at", Instant, nullable=False),
    Index("ix_score_sheets_current", "month", "current", "kind"),
)

score_grades = Table(
    "score_grades",
    metadata,
    Column("quarter", String(7), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("party", String(400), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("current", Boolean, nullable=False),
    Column("name", String(400), nullable=False),
    Column("scope", String(80), nullable=False),
    Column("departments", Json, nullable=False),
    Column("months", Integer, nullable=False),  # how many sheets it is the mean of
    Column("hundredths", Integer, nullable=False),
    Column("grade", String(80), nullable=False),
    Column("excellent", Boolean, nullable=False),
    Column("rank", Integer),
    Column("reds", Integer, nullable=False),
    Column("graded_at", Instant, nullable=False),
    Index("ix_score_grades_current", "quarter", "current", "kind"),
)

appeals = Table(
    "appeals",
    metadata,
    Column("appeal_number", String(80), primary_key=True),
    Column("department", String(80), nullable=False),
    Column("target", String(20), nullable=False),
    Column("target_id", String(80), nullable=False),
    Column("month", String(7)),  # of the entry, where the target is one
    Column("case_number", String(80)),
    Column("found_by", String(400)),  # who found what is appealed against; never who decides
    Column("grounds", Text, nullable=False),
    Column("filed_by", String(400), nullable=False),
    Column("filed_by_name", String(400), nullable=False),
    Column("filed_at", Instant, nullable=False),
    Column("decide_by", Date, nullable=False),
    Column("overdue_at", Instant),
    Column("upheld", Boolean),  # absent until decided
    Column("reasons", Text),
    Column("decided_by", String(400)),
    Column("decided_by_name", String(400)),
    Column("decided_at", Instant),
    Column("version", Integer, nullable=False),
    UniqueConstraint("target", "target_id"),
    Index("ix_appeals_department", "department", "filed_at"),
)
