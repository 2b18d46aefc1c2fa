"""How a review is shown: its facts, the dates that follow from them, and words for the person at the screen."""

import datetime as dt
from typing import Self

from pydantic import BaseModel

from services.approval.domain.state import (
    Assignment,
    Decision,
    FeeList,
    Forwarding,
    Receipt,
    ReviewState,
    SpecialProcedure,
    Standing,
    Status,
    SuperiorAnswer,
    Urging,
)
from yimen.contracts.envelope import Instant
from yimen.contracts.parts import Applicant, Document, Due, Fee, Kind, Material
from yimen.worktime import Calendar

STATUS_WORDS = {
    Status.REQUESTED: "待签收",
    Status.IN_REVIEW: "审查中",
    Status.PAUSED: "特别程序中（计时中止）",
    Status.FORWARDED: "已转报，待上级答复",
    Status.AWAITING_SUPERIOR: "同意但转报，待上级答复",
    Status.DECIDED: "已作出意见",
    Status.DEEMED_CONSENTED: "超时视为同意",
    Status.CANCELLED: "已取消",
}
STANDING_WORDS = {
    Standing.LISTED: "待收费窗口核定",
    Standing.VERIFIED: "已核定",
    Standing.REJECTED: "已退回",
    Standing.SETTLED: "已缴清",
}
LATE = "本审查已超时视为同意；迟到的意见已存档，不改变办件结果。"


class FeeListView(FeeList):
    standing_text: str

    @classmethod
    def of(cls, fee_list: FeeList) -> Self:
        return cls(**dict(fee_list), standing_text=STANDING_WORDS[fee_list.standing])


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
    urged: bool
    assignee: str | None
    fee_lists: list[FeeListView]
    notice: str | None
    """What the official should know before going on."""


class ReviewDetail(ReviewSummary):
    requested_on: dt.date
    limit_days: int
    silence_consents: bool
    document: Document | None
    materials: list[Material]
    fees: list[Fee]
    receipt: Receipt | None
    assignment: Assignment | None
    pauses: list[SpecialProcedure]
    urgings: list[Urging]
    forwarding: Forwarding | None
    superior_answer: SuperiorAnswer | None
    decision: Decision | None
    deemed_at: Instant | None
    cancelled_at: Instant | None


class ReviewPage(BaseModel):
    items: list[ReviewSummary]
    next: str | None
    """Give it as `after` to read on; None on the last page."""


def summarise(state: ReviewState, calendar: Calendar, today: dt.date) -> ReviewSummary:
    request, standing, due = state.request, state.standing_procedure, state.due(calendar)
    return ReviewSummary(
        review_id=request.review_id,
        version=state.version,
        department=request.department,
        case_number=request.case_number,
        item_code=request.item_code,
        item_name=request.item_name,
        kind=request.kind,
        stage=request.stage,
        lead=request.lead,
        applicant=request.applicant,
        state=state.status,
        state_text=STATUS_WORDS[state.status],
        requested_at=request.requested_at,
        due=None if due is None else Due(on=due.date, provisional=due.provisional),
        days_left=state.days_left(calendar, today),
        paused_since=None if standing is None else standing.paused_at,
        urged=bool(state.urgings),
        assignee=None if state.assignment is None else state.assignment.assignee.name,
        fee_lists=[FeeListView.of(fee_list) for fee_list in state.fee_lists],
        notice=None if state.deemed_at is None else LATE,
    )


def detail(state: ReviewState, calendar: Calendar, today: dt.date) -> ReviewDetail:
    request = state.request
    return ReviewDetail(
        **dict(summarise(state, calendar, today)),
        requested_on=request.requested_on,
        limit_days=request.limit_days,
        silence_consents=request.silence_consents,
        document=request.document,
        materials=[*request.materials, *(material for addition in state.additions for material in addition.materials)],
        fees=list(request.fees),
        receipt=state.receipt,
        assignment=state.assignment,
        pauses=list(state.procedures),
        urgings=list(state.urgings),
        forwarding=state.forwarding,
        superior_answer=state.superior_answer,
        decision=state.decision,
        deemed_at=state.deemed_at,
        cancelled_at=state.cancelled_at,
    )
