"""Samples that the tests of this room share."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.approval.domain import arrivals, moves, visits
from services.approval.domain.state import ReviewState
from yimen.contracts import fees, intake
from yimen.contracts.parts import (
    Applicant,
    Due,
    Fee,
    FeeCalculator,
    FeeGrade,
    FeeLine,
    Kind,
    Material,
    Opinion,
    Paper,
    Staff,
)
from yimen.worktime import Calendar

SIGNER = Staff(id="u1", name="王签收")
CHIEF = Staff(id="c1", name="李首席")
CALENDAR = Calendar.seeded()
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Monday 2026-03-02, nine in the morning in Shanghai."""
OPINION = Paper(kind="opinion", number="消防救援大队函字〔2026〕1号", dated=date(2026, 3, 2))

SURVEY = Fee(code="SURVEY", name="勘验费", unit="次", price=30000, basis="价费字〔2026〕1号")
COPY = Fee(code="COPY", name="工本费", unit="份", price=500, basis="价费字〔2026〕1号")
IDLE = Fee(
    code="IDLE",
    name="土地闲置费",
    unit="宗",
    price=0,
    basis="闲置土地处置办法",
    calculator=FeeCalculator.PERCENTAGE,
    rate=2000,
)
LAND = Fee(
    code="LAND",
    name="土地复垦费",
    unit="公顷",
    price=600000,
    basis="土地复垦费收费标准",
    calculator=FeeCalculator.AREA,
    grades=(
        FeeGrade(code="light", name="轻度损毁", price=600000),
        FeeGrade(code="heavy", name="重度损毁", price=2280000),
    ),
)
CHANGE = Fee(
    code="CHANGE", name="变更登记费", unit="件", price=8000, basis="不动产登记收费标准", half_rate_basis="减半的情形"
)


def requested(**changes: Any) -> intake.ReviewRequested:
    values: dict[str, Any] = {
        "review_id": "R1",
        "department": "fire",
        "case_number": "CASE1",
        "item_code": "ITEM1",
        "item_name": "公众聚集场所投入使用许可",
        "kind": Kind.JOINT,
        "stage": "并联审查",
        "lead": False,
        "applicant": Applicant(name="赵一", masked_id="360***********0011"),
        "materials": (Material(code="M1", name="申请表"),),
        "fees": (SURVEY, COPY),
        "document": None,
        "requested_at": MONDAY,
        "requested_on": date(2026, 3, 2),
        "limit_days": 7,
        "due": Due(on=date(2026, 3, 11)),
        "silence_consents": True,
    }
    return intake.ReviewRequested(**{**values, **changes})


def opened(**changes: Any) -> ReviewState:
    return arrivals.opened(requested(**changes))


def received(**changes: Any) -> ReviewState:
    return moves.receive(opened(**changes), SIGNER, MONDAY)[0]


def decided(state: ReviewState, opinion: Opinion = Opinion.CONSENT) -> ReviewState:
    return moves.decide(state, opinion, "不符合规范", "消防法第十五条", OPINION, CHIEF, MONDAY)[0]


def forwarded(state: ReviewState) -> ReviewState:
    return moves.forward(state, "市消防救援支队", "拟同意", SIGNER, MONDAY)[0]


def answered(state: ReviewState, granted: bool = True) -> ReviewState:
    return moves.record_superior_answer(state, "市消防救援支队", granted, "按初审意见", MONDAY)[0]


def visited(state: ReviewState, *officials: Staff) -> ReviewState:
    paper = Paper(kind="site_visit", number="消防救援大队勘字〔2026〕1号", dated=date(2026, 3, 2))
    two = officials or (SIGNER, CHIEF)
    return visits.record(state, two, "人民路1号", "通道畅通", "赵一", MONDAY, paper, SIGNER, MONDAY)[0]


def cancelled(state: ReviewState) -> ReviewState:
    return arrivals.cancelled(state, cancellation())


def deemed(state: ReviewState) -> ReviewState:
    return arrivals.deemed(state, deeming())


def named(**values: Any) -> dict[str, Any]:
    return {"review_id": "R1", "department": "fire", "case_number": "CASE1", **values}


def cancellation(**values: Any) -> intake.ReviewCancelled:
    return intake.ReviewCancelled(**named(**values), reason="申请人撤回", cancelled_at=MONDAY + timedelta(days=2))


def deeming(**values: Any) -> intake.ReviewDeemedConsented:
    due = Due(on=date(2026, 3, 11))
    return intake.ReviewDeemedConsented(**named(**values), due=due, deemed_at=datetime(2026, 3, 11, 16, tzinfo=UTC))


def urging(**values: Any) -> intake.ReviewUrged:
    return intake.ReviewUrged(**named(**values), reason="逾期未签收", urged_at=MONDAY + timedelta(days=10))


def declining(**values: Any) -> intake.ReviewExtensionDeclined:
    reason = "办件已延期一次，不得再次延期。"
    return intake.ReviewExtensionDeclined(
        **named(**values), rule="R23", reason=reason, approved_at=MONDAY, declined_at=MONDAY
    )


def addition(**values: Any) -> intake.ReviewMaterialsAdded:
    materials = (Material(code="M2", name="平面图"),)
    return intake.ReviewMaterialsAdded(**named(**values), materials=materials, added_at=MONDAY + timedelta(days=1))


def rejection(list_id: str = "R1-1", **values: Any) -> fees.ListRejected:
    return fees.ListRejected(**named(**values), list_id=list_id, reason="数量与现场不符", rejected_at=MONDAY)


def verification(list_id: str = "R1-1", **values: Any) -> fees.ListVerified:
    return fees.ListVerified(
        **named(**values), list_id=list_id, lines=(), amount=30000, verified_by=SIGNER, verified_at=MONDAY
    )


def settlement(list_id: str = "R1-1") -> fees.ListSettled:
    return fees.ListSettled(
        list_id=list_id,
        department="fire",
        case_number="CASE1",
        notice_number="N1",
        amount=30000,
        settled_at=MONDAY,
    )


def repayment(list_id: str = "R1-1") -> fees.ListRefunded:
    return fees.ListRefunded(
        list_id=list_id,
        department="fire",
        case_number="CASE1",
        notice_number="N1",
        refund_number="T1",
        amount=30000,
        refunded_at=MONDAY,
    )


def one_survey() -> tuple[FeeLine, ...]:
    return (FeeLine(code="SURVEY", quantity=1),)
