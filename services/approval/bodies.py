"""What officials hand in with a move. Shape and size only: what is lawful is the domain's to say."""

import datetime as dt
from typing import Annotated

from pydantic import AwareDatetime, Field

from yimen.contracts.envelope import Code
from yimen.contracts.parts import FeeLine, Opinion, PauseKind, Staff
from yimen.money import MOST_FEN
from yimen.web import Body

Name = Annotated[str, Field(min_length=1, max_length=400, pattern=r"\S")]
Text = Annotated[str, Field(max_length=8000)]
Days = Annotated[int, Field(ge=1, le=15, strict=True, description="working days")]


class Person(Body):
    id: Name
    name: Name

    @property
    def staff(self) -> Staff:
        return Staff(id=self.id, name=self.name)


class Line(Body):
    code: Code
    quantity: int = Field(ge=1, le=1_000_000, strict=True, description="1 where a percentage or an area is charged")
    base: Annotated[int, Field(ge=1, le=MOST_FEN, strict=True)] | None = Field(
        default=None, description="what a percentage is taken of, in 分, as the deed or contract says"
    )
    area: Annotated[int, Field(ge=1, le=10**12, strict=True)] | None = Field(
        default=None, description="in square metres, of a fee by area"
    )
    grade: Code | None = Field(default=None, description="the step of a range of prices")
    half_rate: bool = Field(default=False, strict=True, description="the payer is one whom the standard charges half")

    @property
    def fee_line(self) -> FeeLine:
        return FeeLine(**self.model_dump())


class Assign(Body):
    assignee: Person


class PauseClock(Body):
    kind: PauseKind
    basis: Text
    planned_days: int = Field(ge=1, le=365, strict=True, description="working days, told to the applicant in writing")


class RecordVisit(Body):
    officials: list[Person] = Field(max_length=50)
    place: Name
    findings: Text
    started_at: AwareDatetime
    checked_party: Name = Field(description="who signed the record on the spot")


class AskHearing(Body):
    requested_by: Name
    told_on: dt.date
    requested_on: dt.date


class AnnounceHearing(Body):
    holds_at: AwareDatetime
    place: Name
    chair: Person


class RecordHearing(Body):
    record: Text


class AskExtension(Body):
    days: Days
    reasons: Text


class GrantExtension(Body):
    days: Days
    reasons: Text


class RefuseExtension(Body):
    reasons: Text


class NameStandIn(Body):
    name: Name
    from_on: dt.date = Field(alias="from", description="the first day, in Shanghai")
    until_on: dt.date = Field(alias="until", description="the last day, counted whole")
    reason: Text


class Forward(Body):
    superior: Name
    opinion: Text = ""


class AnswerFromSuperior(Body):
    superior: Name
    granted: bool
    opinion: Text = ""


class ListFees(Body):
    lines: list[Line] = Field(min_length=1, max_length=200)
    replaces: Code | None = Field(default=None, description="the rejected list that this one stands in for")


class Decide(Body):
    opinion: Opinion
    reasons: Text = ""
    legal_basis: Text = ""
