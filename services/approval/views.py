"""How a review is shown: its facts, the dates that follow from them, and words for the person at the screen."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Self

from pydantic import BaseModel

from services.approval.domain import terms
from services.approval.domain.facts import (
    Assignment,
    Decision,
    ExtensionStory,
    FeeList,
    Forwarding,
    Hearing,
    Meeting,
    Receipt,
    SpecialProcedure,
    Standing,
    SuperiorAnswer,
    Urging,
    Visit,
)
from services.approval.domain.state import ReviewState, Status
from services.approval.domain.terms import Term
from services.approval.notices import notice, status_words
from services.approval.queries.limits import LimitChange
from yimen.contracts.envelope import Instant
from yimen.contracts.parts import Applicant, Document, Due, Fee, Kind, Material
from yimen.worktime import Calendar, Day

STANDING_WORDS = {
    Standing.LISTED: "待收费窗口核定",
    Standing.VERIFIED: "已核定",
    Standing.REJECTED: "已退回",
    Standing.SETTLED: "已缴清",
    Standing.REFUNDED: "有退款",
}


class FeeListView(FeeList):
    standing_text: str

    @classmethod
    def of(cls, fee_list: FeeList) -> Self:
        return cls(**dict(fee_list), standing_text=STANDING_WORDS[fee_list.standing])


class TermView(Due):
    """A day to keep beside the limit."""

    late: bool

    @classmethod
    def of(cls, term: Term) -> Self:
        return cls(on=term.by.date, provisional=term.by.provisional, late=term.late)

    @classmethod
    def maybe(cls, term: Term | None) -> Self | None:
        return None if term is None else cls.of(term)


class ProcedureView(SpecialProcedure):
    planned_end: TermView
    """`late`: it lasts or lasted longer than was told (R28)."""
    repeated: bool
    """Not the first of its kind in this review (R28)."""


class ReviewSummary(BaseModel):
    """One line of the queue."""

    review_id: str
    version: int
    department: str
    case_number: str
    item_code: str
    item_name: str
    kind: Kind
    stage: str
    lead: bool
    applicant: Applicant
    state: Status
    state_text: str
    requested_at: Instant
    due: Due | None
    """None while the clock stands."""
    days_left: int | None
    """Working days after today; 0 on the last day, negative when late; None once nothing runs any more."""
    paused_since: Instant | None
    procedure: ProcedureView | None
    """The special procedure for which the clock stands."""
    inspection: TermView | None
    """The last day for the inspection by two officials that is still to come (R33)."""
    sending_up: TermView | None
    """The last day for the file that is still to go up (R48)."""
    hearing_by: TermView | None
    """The last day for the hearing that was asked for and not held (R31)."""
    extension: ExtensionStory | None
    meetings: list[Meeting]
    urged: bool
    assignee: str | None
    assignee_id: str | None
    fee_lists: list[FeeListView]
    notice: str | None
    """What the official should know before going on."""


class ReviewDetail(ReviewSummary):
    requested_on: dt.date
    limit_days: int
    extension_days: int
    limit_changes: list[LimitChange]
    """Dates that a new yearly plan moved (R35)."""
    silence_consents: bool
    situations: list[str]
    project: str | None
    document: Document | None
    materials: list[Material]
    fees: list[Fee]
    receipt: Receipt | None
    assignment: Assignment | None
    former_assignments: list[Assignment]
    pauses: list[ProcedureView]
    visits: list[Visit]
    hearing: Hearing | None
    urgings: list[Urging]
    forwarding: Forwarding | None
    superior_answer: SuperiorAnswer | None
    decision: Decision | None
    deemed_at: Instant | None
    deemed_ground: str | None
    cancelled_at: Instant | None


class ReviewPage(BaseModel):
    items: list[ReviewSummary]
    next: str | None
    """Give it as `after` to read on; None on the last page."""


def summarise(state: ReviewState, calendar: Calendar, today: dt.date) -> ReviewSummary:
    request, standing = state.request, state.standing_procedure
    told = ("department", "case_number", "item_code", "item_name", "kind", "stage", "lead", "applicant", "requested_at")
    return ReviewSummary(
        review_id=request.review_id,
        version=state.version,
        **{name: getattr(request, name) for name in told},
        **_days(state, calendar, today),
        state=state.status,
        state_text=status_words(state),
        paused_since=None if standing is None else standing.paused_at,
        extension=state.extension,
        meetings=list(state.meetings),
        urged=bool(state.urgings),
        assignee=None if state.assignment is None else state.assignment.assignee.name,
        assignee_id=None if state.assignment is None else state.assignment.assignee.id,
        fee_lists=[FeeListView.of(fee_list) for fee_list in state.fee_lists],
        notice=notice(state, calendar, today),
    )


def _days(state: ReviewState, calendar: Calendar, today: dt.date) -> dict[str, Any]:
    last = len(state.procedures) - 1
    return {
        "due": _maybe_due(state.due(calendar)),
        "days_left": state.days_left(calendar, today),
        "procedure": None if state.standing_procedure is None else _procedure(state, last, calendar, today),
        "inspection": TermView.maybe(terms.inspection(state, today)),
        "sending_up": TermView.maybe(terms.sending_up(state, today)),
        "hearing_by": TermView.maybe(terms.hearing(state, calendar, today)),
    }


def _maybe_due(day: Day | None) -> Due | None:
    return None if day is None else Due(on=day.date, provisional=day.provisional)


def _procedure(state: ReviewState, number: int, calendar: Calendar, today: dt.date) -> ProcedureView:
    one = state.procedures[number]
    planned = TermView.of(terms.procedure(one, calendar, today))
    return ProcedureView(**dict(one), planned_end=planned, repeated=terms.is_repeated(state, number))


def detail(
    state: ReviewState, calendar: Calendar, today: dt.date, limit_changes: Sequence[LimitChange] = ()
) -> ReviewDetail:
    request = state.request
    asked = ("requested_on", "limit_days", "silence_consents", "project", "document")
    done = (
        "receipt",
        "assignment",
        "hearing",
        "forwarding",
        "superior_answer",
        "decision",
        "deemed_at",
        "cancelled_at",
    )
    return ReviewDetail(
        **dict(summarise(state, calendar, today)),
        **{name: getattr(request, name) for name in asked},
        **{name: getattr(state, name) for name in done},
        extension_days=state.limit.extension,
        limit_changes=list(limit_changes),
        situations=list(request.situations),
        materials=[*request.materials, *(material for addition in state.additions for material in addition.materials)],
        fees=list(request.fees),
        former_assignments=list(state.former_assignments),
        pauses=[_procedure(state, number, calendar, today) for number in range(len(state.procedures))],
        visits=list(state.visits),
        urgings=list(state.urgings),
        deemed_ground=None if state.deemed_at is None else state.deemed_ground,
    )
