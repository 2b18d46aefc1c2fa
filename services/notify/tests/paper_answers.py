"""What departments are asked in that case, and what they answer."""

from datetime import date
from typing import Any

from services.notify.tests.paper_events import submitted
from services.notify.tests.paper_parts import (
    CASE,
    CLERK,
    FEE,
    FIRST,
    HEAD,
    ITEM,
    LAND,
    MATERIALS,
    OFFICIAL,
    SECOND,
    THIRD,
    at,
    numbered,
    paper,
)
from yimen.contracts import approval, intake
from yimen.contracts.parts import (
    DocumentKind,
    Due,
    FeeLine,
    Kind,
    Opinion,
    Outcome,
)


def review(review_id: str, department: str) -> dict[str, Any]:
    return {"review_id": review_id, "department": department, "case_number": CASE}


def review_requested(review_id: str = FIRST, department: str = "fire", **changes: Any) -> intake.ReviewRequested:
    values: dict[str, Any] = {
        **review(review_id, department),
        "item_code": ITEM,
        "item_name": "食品经营许可（餐饮服务）",
        "kind": Kind.JOINT,
        "stage": "联合审查",
        "lead": False,
        "applicant": submitted().applicant,
        "materials": MATERIALS,
        "fees": (FEE, LAND),
        "document": numbered(DocumentKind.JOINT_NOTICE, "联字", 6),
        "requested_at": at(6),
        "requested_on": date(2026, 3, 6),
        "limit_days": 7,
        "due": Due(on=date(2026, 3, 17)),
        "silence_consents": True,
        "project": "ZD2026000007",
        "inspection_by": Due(on=date(2026, 3, 13)),
        "forward_by": Due(on=date(2026, 3, 11)),
    }
    return intake.ReviewRequested(**values | changes)


HEARING_ASKED = approval.ReviewHearingRequested(
    **review(FIRST, "fire"),
    requested_by="三海街道居民委员会",
    told_on=date(2026, 3, 9),
    requested_on=date(2026, 3, 10),
    hold_by=Due(on=date(2026, 4, 8)),
    recorded_by=CLERK,
    recorded_at=at(10),
)
HEARING = approval.ReviewHearingNoticed(
    **review(FIRST, "fire"),
    document=paper("hearing_notice", "消防救援大队听字", 12),
    holds_at=at(25),
    place="政务服务大厅三楼听证室",
    chair=HEAD,
    noticed_by=CLERK,
    noticed_at=at(12),
)


def site_visited(**changes: Any) -> approval.ReviewSiteVisited:
    values: dict[str, Any] = {
        **review(FIRST, "fire"),
        "officials": (OFFICIAL, CLERK),
        "place": "灵山县三海街道人民路18号",
        "findings": "安全出口两处，畅通；灭火器四具，均在有效期内；后厨燃气切断装置完好。",
        "visited_at": at(11, 3),
        "started_at": at(11),
        "checked_party": "欧阳明",
        "document": paper("site_visit", "消防救援大队勘字", 11),
    }
    return approval.ReviewSiteVisited(**values | changes)


LISTED = approval.ReviewFeeListed(
    **review(FIRST, "fire"),
    list_id="L1",
    lines=(FeeLine(code="F1", quantity=2), FeeLine(code="F2", quantity=1, base=50_000_00)),
    listed_by=CLERK,
    listed_at=at(12),
)


def answered(review_id: str = FIRST, department: str = "fire", **changes: Any) -> approval.ReviewDecided:
    values: dict[str, Any] = {
        **review(review_id, department),
        "opinion": Opinion.CONSENT,
        "reasons": "经核查，符合消防安全要求。",
        "legal_basis": "《中华人民共和国消防法》第十五条",
        "decided_by": CLERK,
        "decided_at": at(16),
        "document": paper("opinion", "消防救援大队函字", 16),
        "in_place_of": HEAD,
    }
    return approval.ReviewDecided(**values | changes)


SILENT = intake.ReviewDeemedConsented(
    **review(THIRD, "planning"), due=Due(on=date(2026, 3, 17)), deemed_at=at(17, 16, 0)
)
OVERRULED = intake.CaseLeadDecided(
    case_number=CASE,
    outcome=Outcome.GRANTED,
    against=("health",),
    reasons="排油烟设施已经当场整改到位。",
    legal_basis="《某县并联审批办法》第十五条",
    decided_by=HEAD,
    decided_at=at(18),
)
REVIEWED = intake.CaseReviewed(
    case_number=CASE,
    outcome=Outcome.GRANTED,
    fee_lists=("L1",),
    reviewed_at=at(18),
    document=paper("joint_opinion", "审字", 18),
    reviews=(FIRST, SECOND, THIRD),
    deemed=(THIRD,),
)


def minutes(occasion: str = "meeting") -> intake.CaseMeetingHeld:
    return intake.CaseMeetingHeld(
        case_number=CASE,
        document=paper("minutes", "会字", 13),
        meeting_id="M1",
        occasion=occasion,
        place="政务服务大厅四楼会审室",
        held_at=at(13),
        present=("fire", "health"),
        absent=("planning",),
        minutes="一、消防救援大队无异议。\n二、卫生健康局要求调整排油烟口朝向，申请人当场同意。",
        recorded_by=CLERK,
        officials=(OFFICIAL, CLERK),
    )
