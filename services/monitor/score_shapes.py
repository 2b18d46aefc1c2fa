"""How rankings, sheets and grades look to whoever asks. Points are whole tenths."""

from pydantic import BaseModel

from yimen.contracts.envelope import Instant
from yimen.contracts.monitor import PartyKind


class Standing(BaseModel):
    """One party's place. `revision` 0: not published."""

    kind: PartyKind
    party: str
    name: str
    departments: list[str]
    tenths: int
    bonus: int
    reds: int
    rank: int | None
    red_flag: bool
    last_months: int
    revision: int


class Ranking(BaseModel):
    """`parties`: how many are ranked, those included that the caller does not see."""

    month: str
    kind: PartyKind
    provisional: bool
    published_at: Instant | None
    parties: int
    items: list[Standing]


class LineShape(BaseModel):
    """`position`: of the event in the journal; absent of a line that follows from the month as a whole. `reversed_by`: the
    line that gives it back."""

    entry_id: str
    part: str
    part_name: str
    tenths: int
    code: str
    title: str | None
    rule: str | None
    reason: str
    at: Instant
    subject: str | None
    position: int | None
    case_number: str | None
    department: str
    about: list[str]
    reverses: str | None
    reversed_by: str | None


class PartShape(BaseModel):
    part: str
    name: str
    ceiling: int
    tenths: int


class SheetShape(BaseModel):
    month: str
    kind: PartyKind
    party: str
    name: str
    departments: list[str]
    provisional: bool
    revision: int
    published_at: Instant | None
    tenths: int
    bonus: int
    parts: list[PartShape]
    rank: int | None
    red_flag: bool
    last_months: int
    digest: str
    rulebook: int
    lines: list[LineShape]


class Published(BaseModel):
    """`sheets`: how many were said, the first time or again."""

    month: str
    sheets: int


class Difference(BaseModel):
    """Digests and points as recomputed from the journal, as kept, and as published; absent where there is no sheet."""

    kind: PartyKind
    party: str
    recomputed: str | None
    kept: str | None
    published: str | None


class ScoreVerification(BaseModel):
    month: str
    sound: bool
    sheets: int
    differences: list[Difference]


class GradeShape(BaseModel):
    kind: PartyKind
    party: str
    name: str
    departments: list[str]
    months: int
    hundredths: int
    grade: str
    grade_name: str
    excellent: bool
    rank: int | None
    reds: int
    revision: int


class Grades(BaseModel):
    """`period`: a quarter as it was published, or a year as its published months stand today."""

    period: str
    kind: PartyKind
    items: list[GradeShape]
