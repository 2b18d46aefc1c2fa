"""Scores (量化考核): the month's sheet, the quarter's grade (R74-R76, R79-R83, S13)."""

from typing import Annotated, ClassVar

from pydantic import Field

from yimen.contracts.envelope import Code, Event, Instant, Name, Part
from yimen.contracts.monitor.words import PartyKind, Tenths


class PartScore(Part):
    part: Code
    ceiling: Tenths
    tenths: Tenths


class ScoreEvent(Event):
    id_field: ClassVar[str] = "score_id"
    scope_field: ClassVar[str | None] = "department"
    case_field: ClassVar[str | None] = None

    score_id: Code
    department: Code
    kind: PartyKind
    party: Name
    name: Name


class ScorePublished(ScoreEvent, type="monitor.score.published.v1"):
    """The sheet of a party for `month` (YYYY-MM). `digest`: sha256 of its entries in canonical order, so that whoever
    recomputes them from the journal can tell that they are the same. Said again with the next `revision` when an appeal
    was upheld, or when it came to be known later. `last_months`: how many months in a row the party came last (W4)."""

    month: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]
    revision: Annotated[int, Field(ge=1)]
    tenths: Tenths
    bonus: Tenths
    parts: tuple[PartScore, ...]
    entries: Annotated[int, Field(ge=0)]
    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    rank: Annotated[int, Field(ge=1)] | None = None
    red_flag: bool = False
    last_months: Annotated[int, Field(ge=0)] = 0
    rulebook: int
    published_at: Instant


class ScoreGraded(ScoreEvent, type="monitor.score.graded.v1"):
    """The grade of `quarter` (YYYY-Qn): the mean of its months. `excellent`: within the quota of 15 %."""

    quarter: Annotated[str, Field(pattern=r"^\d{4}-Q[1-4]$")]
    revision: Annotated[int, Field(ge=1)]
    hundredths: Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
    grade: Code
    grade_name: Name
    excellent: bool
    rank: Annotated[int, Field(ge=1)] | None = None
    graded_at: Instant
