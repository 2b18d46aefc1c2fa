"""A joint case as it was told, from submission to archive: three departments, a pause, a silence, one notice."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid5

from services.monitor.domain.views import Recorded
from yimen.contracts import Event, Meta, approval, fees, intake, notify
from yimen.contracts.parts import (
    Applicant,
    Channel,
    Document,
    DocumentKind,
    Due,
    FeeLine,
    Kind,
    Opinion,
    Outcome,
    PauseKind,
    PricedLine,
    Staff,
)
from yimen.worktime import SHANGHAI

NUMBER = "45072120260302J0000018"
CLERK = Staff(id="c1", name="李窗口")
CHIEF = Staff(id="r1", name="王首席")
APPLICANT = Applicant(name="钦州某建设有限公司", masked_id="9145**********12X", organisation=True)

Told = tuple[str, Event, datetime]


def at(month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    """An instant of 2026 by the clock of Shanghai."""
    return datetime.combine(date(2026, month, day), time(hour, minute), SHANGHAI)


def due(month: int, day: int) -> Due:
    return Due(on=date(2026, month, day))


def paper(kind: DocumentKind, month: int, day: int) -> Document:
    return Document(kind=kind, number=f"灵审〔2026〕{kind.value}{day}号", dated=date(2026, month, day))


def submitted(kind: Kind = Kind.JOINT, when: datetime | None = None, **changes: Any) -> intake.CaseSubmitted:
    values: dict[str, Any] = {
        "case_number": NUMBER,
        "item_code": "450721J01",
        "item_name": "建设工程联合审批",
        "item_version": 1,
        "department": "planning",
        "kind": kind,
        "channel": Channel.WINDOW,
        "applicant": APPLICANT,
        "materials": (),
        "document": paper(DocumentKind.RECEIPT, 3, 2),
        "submitted_at": when or at(3, 2, 9),
        "received_on": date(2026, 3, 2),
        "answer_by": due(3, 9),
    }
    return intake.CaseSubmitted(**values | changes)


def accepted(days: int = 10, promised: Due | None = None, **changes: Any) -> intake.CaseAccepted:
    """On Monday 2 March; ten days end on 16 March, 45 on 8 May."""
    values: dict[str, Any] = {
        "case_number": NUMBER,
        "document": paper(DocumentKind.ACCEPTANCE, 3, 2),
        "department": "planning",
        "kind": Kind.JOINT,
        "accepted_on": date(2026, 3, 2),
        "accepted_at": at(3, 2, 10),
        "accepted_by": CLERK,
        "promised_days": days,
        "statutory_days": 45,
        "promised_due": promised or due(3, 16),
        "statutory_due": due(5, 8),
    }
    return intake.CaseAccepted(**values | changes)


def decided(when: datetime) -> intake.CaseDecided:
    return intake.CaseDecided(
        case_number=NUMBER,
        document=paper(DocumentKind.GRANT, 3, 17),
        outcome=Outcome.GRANTED,
        reasons="符合条件",
        legal_basis="行政许可法第三十八条",
        decided_on=when.astimezone(SHANGHAI).date(),
        decided_at=when,
    )


def closed(when: datetime) -> intake.CaseClosed:
    return intake.CaseClosed(case_number=NUMBER, outcome=Outcome.GRANTED, closed_at=when)


def paused(when: datetime, review_id: str = "R-fire") -> intake.CasePaused:
    return intake.CasePaused(
        case_number=NUMBER,
        review_id=review_id,
        kind=PauseKind.EXPERT_REVIEW,
        basis="行政许可法第四十五条",
        planned_days=10,
        document=paper(DocumentKind.SPECIAL_PROCEDURE, 3, 4),
        paused_at=when,
    )


def resumed(when: datetime, promised: Due | None, statutory: Due | None, review_id: str = "R-fire") -> Event:
    return intake.CaseResumed(
        case_number=NUMBER, review_id=review_id, resumed_at=when, promised_due=promised, statutory_due=statutory
    )


def requested(department: str, **changes: Any) -> intake.ReviewRequested:
    values: dict[str, Any] = {
        "review_id": f"R-{department}",
        "department": department,
        "case_number": NUMBER,
        "item_code": "450721J01",
        "item_name": "建设工程联合审批",
        "kind": Kind.JOINT,
        "stage": "并联审查",
        "lead": department == "planning",
        "applicant": APPLICANT,
        "materials": (),
        "fees": (),
        "document": paper(DocumentKind.JOINT_NOTICE, 3, 2),
        "requested_at": at(3, 2, 10),
        "requested_on": date(2026, 3, 2),
        "limit_days": 7,
        "due": due(3, 11),
        "silence_consents": True,
    }
    return intake.ReviewRequested(**values | changes)


def review(department: str) -> dict[str, Any]:
    return {"review_id": f"R-{department}", "department": department, "case_number": NUMBER}


def answered(department: str, when: datetime) -> approval.ReviewDecided:
    return approval.ReviewDecided(
        **review(department), opinion=Opinion.CONSENT, reasons="符合", decided_by=CHIEF, decided_at=when
    )


def received(department: str) -> approval.ReviewReceived:
    return approval.ReviewReceived(**review(department), signed_by=CLERK, received_at=at(3, 2, 11))


def joint_case() -> list[Told]:
    """In the order in which it happened. Events of different services tie in time."""
    line = PricedLine(code="F1", name="证照工本费", unit="件", quantity=2, price=5500, amount=11000, standard_version=1)
    listed = approval.ReviewFeeListed(
        **review("planning"), list_id="L1", lines=(FeeLine(code="F1", quantity=2),), listed_by=CLERK, listed_at=at(3, 5)
    )
    verified = fees.ListVerified(
        list_id="L1",
        department="planning",
        case_number=NUMBER,
        review_id="R-planning",
        lines=(line,),
        amount=11000,
        verified_by=CLERK,
        verified_at=at(3, 5),
    )
    pause = approval.ReviewPaused(
        **review("fire"),
        kind=PauseKind.EXPERT_REVIEW,
        basis="第四十五条",
        planned_days=10,
        paused_by=CLERK,
        paused_at=at(3, 4),
    )
    resume = approval.ReviewResumed(**review("fire"), resumed_by=CLERK, resumed_at=at(3, 6))
    notice: dict[str, Any] = {"notice_number": "N1", "case_number": NUMBER}
    issued = fees.NoticeIssued(
        **notice,
        payment_code="45000000000000000017",
        lists=("L1",),
        amount=11000,
        pay_by=date(2026, 3, 27),
        issued_at=at(3, 13),
    )
    reviewed = intake.CaseReviewed(
        case_number=NUMBER, outcome=Outcome.GRANTED, fee_lists=("L1",), reviewed_at=at(3, 12, 0)
    )
    licence = intake.CaseLicenceIssued(
        case_number=NUMBER,
        licence_number="灵建字001",
        licence_name="建设工程规划许可证",
        valid_from=date(2026, 3, 17),
        valid_until=None,
        serve_by=due(3, 31),
        issued_at=at(3, 17),
    )
    served = intake.CaseServed(
        case_number=NUMBER,
        document=paper(DocumentKind.SERVICE, 3, 20),
        way="自取",
        receiver="张三",
        served_by=CLERK,
        served_at=at(3, 20),
    )
    deemed = intake.ReviewDeemedConsented(**review("environment"), due=due(3, 11), deemed_at=at(3, 12, 0))
    sent = notify.MessageSent(message_id="M1", case_number=NUMBER, template="accepted", sent_at=at(3, 2))
    return [
        ("/intake", submitted(), at(3, 2, 9)),
        ("/intake", accepted(), at(3, 2, 10)),
        *(("/intake", requested(one), at(3, 2, 10)) for one in ("planning", "fire", "environment")),
        ("/notify", sent, at(3, 2, 10)),
        *((f"/approval/{one}", received(one), at(3, 2, 11)) for one in ("planning", "fire", "environment")),
        ("/approval/fire", pause, at(3, 4)),
        ("/intake", paused(at(3, 4)), at(3, 4)),
        ("/approval/planning", listed, at(3, 5)),
        ("/fees", verified, at(3, 5)),
        ("/approval/planning", answered("planning", at(3, 5)), at(3, 5)),
        ("/approval/fire", resume, at(3, 6)),
        ("/intake", resumed(at(3, 6), due(3, 18), due(5, 11)), at(3, 6)),
        ("/approval/fire", answered("fire", at(3, 9)), at(3, 9)),
        ("/intake", deemed, at(3, 12, 0)),
        ("/intake", reviewed, at(3, 12, 0)),
        ("/fees", issued, at(3, 13)),
        ("/fees", fees.NoticePaid(**notice, bank_serial="B1", amount=11000, paid_at=at(3, 17)), at(3, 17)),
        (
            "/fees",
            fees.NoticeReceipted(**notice, ticket_code="45011226", ticket_number="0000000017", receipted_at=at(3, 17)),
            at(3, 17),
        ),
        ("/fees", fees.NoticeCleared(**notice, amount=11000, cleared_at=at(3, 17)), at(3, 17)),
        ("/intake", decided(at(3, 17)), at(3, 17)),
        ("/intake", licence, at(3, 17)),
        ("/approval/environment", answered("environment", at(3, 18)), at(3, 18)),
        ("/intake", served, at(3, 20)),
        ("/intake", closed(at(3, 20)), at(3, 20)),
    ]


def recorded(told: Iterable[Told]) -> list[Recorded]:
    """With the sequence of each subject, as the bus would carry them."""
    counts: Counter[tuple[str, str]] = Counter()
    result = []
    for source, event, when in told:
        counts[source, event.subject] += 1
        meta = Meta(
            id=uuid5(UUID(int=0), f"{source} {event.subject} {counts[source, event.subject]}"),
            type=event.type,
            source=source,
            subject=event.subject,
            sequence=counts[source, event.subject],
            scope=event.scope,
            time=when,
            correlation_id=event.correlation_id,
        )
        result.append(Recorded(meta, event))
    return result


def from_intake(*events: Event) -> list[Recorded]:
    return recorded(("/intake", event, at(3, 2)) for event in events)
