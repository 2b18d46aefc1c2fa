"""Events that the tests of this room share."""

from datetime import UTC, date, datetime
from typing import Any

from yimen.contracts import approval, fees, intake, monitor
from yimen.contracts.parts import (
    Applicant,
    Channel,
    Document,
    DocumentKind,
    Due,
    Kind,
    Opinion,
    Outcome,
    Paper,
    Staff,
)

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CLERK = Staff(id="w1", name="陈窗口")
DOCUMENT = Document(kind=DocumentKind.RECEIPT, number="办字〔2026〕12号", dated=date(2026, 3, 2))


def submitted(case: str = "C1", department: str = "market") -> intake.CaseSubmitted:
    return intake.CaseSubmitted(
        case_number=case,
        item_code="I1",
        item_name="食品经营许可",
        item_version=1,
        department=department,
        kind=Kind.JOINT,
        channel=Channel.WEB,
        applicant=Applicant(name="赵一", masked_id="3607**********0011"),
        materials=(),
        document=DOCUMENT,
        submitted_at=AT,
        received_on=date(2026, 3, 2),
        answer_by=Due(on=date(2026, 3, 9)),
    )


def published() -> intake.ItemPublished:
    return intake.ItemPublished(
        item_code="I1",
        version=1,
        name="食品经营许可",
        department="market",
        kind=Kind.JOINT,
        statutory_days=20,
        promised_days=10,
        materials=(),
        fees=(),
        stages=(),
        effective_from=date(2026, 1, 1),
    )


def accepted(case: str = "C1", **changes: Any) -> intake.CaseAccepted:
    values: dict[str, Any] = {
        "case_number": case,
        "document": DOCUMENT,
        "department": "market",
        "kind": Kind.JOINT,
        "accepted_on": date(2026, 3, 2),
        "accepted_at": AT,
        "promised_days": 10,
        "statutory_days": 20,
        "promised_due": Due(on=date(2026, 3, 16)),
        "statutory_due": Due(on=date(2026, 3, 30)),
    }
    return intake.CaseAccepted(**values | changes)


def refused(
    case: str = "C1", reasons: str = "不属于本机关职权范围", competent_organ: str | None = None
) -> intake.CaseRefused:
    return intake.CaseRefused(
        case_number=case,
        document=DOCUMENT,
        reasons=reasons,
        competent_organ=competent_organ,
        refused_by=CLERK,
        refused_at=AT,
    )


def decided(outcome: Outcome = Outcome.GRANTED, case: str = "C1") -> intake.CaseDecided:
    return intake.CaseDecided(
        case_number=case,
        document=DOCUMENT,
        outcome=outcome,
        reasons="不符合条件" if outcome is Outcome.DENIED else "",
        legal_basis="第三十八条",
        decided_on=date(2026, 3, 10),
        decided_at=AT,
    )


def closed(case: str = "C1") -> intake.CaseClosed:
    return intake.CaseClosed(case_number=case, outcome=Outcome.GRANTED, closed_at=AT)


def contact(case: str = "C1", phone: str = "13800001234", **more: Any) -> intake.ContactRecorded:
    return intake.ContactRecorded(case_number=case, name="赵一", phone=phone, recorded_at=AT, **more)


def notice(amount: int = 5000, case: str = "C1") -> fees.NoticeIssued:
    return fees.NoticeIssued(
        notice_number="N1",
        case_number=case,
        payment_code="45082226000000012345",
        lists=("L1",),
        amount=amount,
        pay_by=date(2026, 3, 20),
        issued_at=AT,
    )


def review_decided(department: str = "fire", review: str = "R1", case: str = "C1") -> approval.ReviewDecided:
    return approval.ReviewDecided(
        review_id=review,
        department=department,
        case_number=case,
        opinion=Opinion.CONSENT,
        decided_by=CLERK,
        decided_at=AT,
    )


def review_received(department: str = "fire", review: str = "R1", case: str = "C1") -> approval.ReviewReceived:
    return approval.ReviewReceived(
        review_id=review, department=department, case_number=case, signed_by=CLERK, received_at=AT
    )


def alert(department: str = "fire", case: str = "C1") -> monitor.AlertRaised:
    return monitor.AlertRaised(
        alert_id="A1",
        department=department,
        case_number=case,
        rung="yellow",
        level=monitor.Light.YELLOW,
        rule="R30",
        reason="已超过承诺期限",
        raised_at=AT,
        answer_by=date(2026, 3, 12),
    )


def escalated() -> monitor.AlertEscalated:
    return monitor.AlertEscalated(
        alert_id="A1",
        department="fire",
        case_number="C1",
        level=monitor.Light.YELLOW,
        former=monitor.Light.BLUE,
        order_number="DB2026000001",
        reason="答复期限内未作答复",
        answer_by=date(2026, 3, 17),
        escalated_at=AT,
    )


def order_issued(stage: int = 1) -> monitor.OrderIssued:
    return monitor.OrderIssued(
        order_number="DB2026000001",
        department="fire",
        stage=stage,
        level=monitor.Light.YELLOW,
        document=Paper(kind="supervision_order", number="督字〔2026〕1号", dated=date(2026, 3, 12)),
        demand="三日内说明窗口长期缺岗的原因。",
        answer_by=date(2026, 3, 17),
        issued_at=AT,
    )


def list_rejected(department: str = "fire", case: str = "C1") -> fees.ListRejected:
    return fees.ListRejected(
        list_id="L1", department=department, case_number=case, review_id="R1", reason="无此收费项目", rejected_at=AT
    )
