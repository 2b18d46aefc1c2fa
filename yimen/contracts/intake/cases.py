"""What intake says of a case, from handing in to its end."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from yimen.contracts.envelope import Code, Event, Instant, Name, Text
from yimen.contracts.parts import (
    Applicant,
    Channel,
    Document,
    Due,
    Kind,
    Material,
    Outcome,
    Paper,
    PauseKind,
    RequestedMaterial,
    ServiceProof,
    Staff,
)


class CaseEvent(Event):
    id_field: ClassVar[str] = "case_number"

    case_number: Code


class CaseSubmitted(CaseEvent, type="intake.case.submitted.v1"):
    """Handed in. Silence until the end of `answer_by` is acceptance by law (R05)."""

    item_code: Code
    item_name: Name
    item_version: int
    department: Code
    kind: Kind
    channel: Channel
    applicant: Applicant
    materials: tuple[Material, ...]
    document: Document
    submitted_at: Instant
    received_on: date
    answer_by: Due
    situations: tuple[Code, ...] = ()
    agent: Applicant | None = Field(default=None, description="who acts for the applicant by mandate (Art. 29)")
    agency: Code | None = Field(default=None, description="the station's or village agent's own number (R102)")
    project: Code | None = Field(default=None, description="the key project on whose fast track it runs (S07)")
    renews: Name | None = Field(default=None, description="number of the licence that is to be renewed (R32)")
    electronic_service: bool = Field(default=False, description="the applicant agreed to be served electronically")


class CaseCorrectionRequested(CaseEvent, type="intake.case.correction_requested.v1"):
    """The one-time notice (一次性告知, R04): everything that is missing, once."""

    document: Document
    requested: tuple[RequestedMaterial, ...] = Field(min_length=1)
    requested_by: Staff
    requested_at: Instant
    supplement_by: date


class CaseSupplemented(CaseEvent, type="intake.case.supplemented.v1"):
    materials: tuple[Material, ...]
    complete: bool
    supplemented_at: Instant


class CaseAccepted(CaseEvent, type="intake.case.accepted.v1"):
    """Accepted by the window, or deemed accepted by law as of the day it came in (R05). Both limits count from
    `accepted_on`, that day not counted (R20)."""

    document: Document
    department: Code
    kind: Kind
    accepted_on: date
    accepted_at: Instant
    deemed: bool = False
    accepted_by: Staff | None = None
    promised_days: int
    statutory_days: int
    promised_due: Due
    statutory_due: Due
    awaited: tuple[RequestedMaterial, ...] = Field(
        default=(), description="not received yet: let follow (R16), or missing when silence accepted (R05)"
    )


class CaseRefused(CaseEvent, type="intake.case.refused.v1"):
    """Not accepted (不予受理, R02, R03): with reasons, and the competent organ where it is another's matter."""

    document: Document
    reasons: Text = Field(min_length=1)
    competent_organ: Name | None = None
    ground: Code | None = None
    refused_by: Staff
    refused_at: Instant


class CaseReturned(CaseEvent, type="intake.case.returned.v1"):
    """Returned (退办件) by the window with reasons and policy basis, or because the supplement limit passed (R08)."""

    document: Document
    reasons: Text = Field(min_length=1)
    policy_basis: Text
    returned_by: Staff | None = None
    returned_at: Instant


class CaseWithdrawn(CaseEvent, type="intake.case.withdrawn.v1"):
    reasons: Text
    withdrawn_at: Instant


class CasePaused(CaseEvent, type="intake.case.paused.v1"):
    """A department's special procedure stops the case's clock; pauses of several reviews count as their union (R27)."""

    review_id: Code
    kind: PauseKind
    basis: Text
    planned_days: int
    document: Document
    paused_at: Instant


class CaseResumed(CaseEvent, type="intake.case.resumed.v1"):
    """One review's pause ended; the dates are absent while another review's pause still stands."""

    review_id: Code
    resumed_at: Instant
    promised_due: Due | None
    statutory_due: Due | None


class CaseExtended(CaseEvent, type="intake.case.extended.v1"):
    days: int
    reasons: Text
    approver: Staff
    document: Document
    extended_at: Instant
    promised_due: Due | None
    statutory_due: Due | None


class CaseReviewed(CaseEvent, type="intake.case.reviewed.v1"):
    """Every department of every stage has answered (or is deemed to). Fees issues the one notice on these lists (R47)."""

    outcome: Outcome
    fee_lists: tuple[Code, ...]
    reviewed_at: Instant
    document: Paper | None = Field(default=None, description="联合审查意见书, of a joint case")
    reviews: tuple[Code, ...] = Field(default=(), description="that count, by stage and department")
    deemed: tuple[Code, ...] = Field(default=(), description="those of them that silence or absence decided (R44, R45)")


class CaseDecided(CaseEvent, type="intake.case.decided.v1"):
    """A denial carries its reasons, the article, and the rights of reconsideration and suit (Art. 38)."""

    document: Document
    outcome: Outcome
    reasons: Text
    legal_basis: Text
    decided_by: Staff | None = None
    decided_on: date
    decided_at: Instant
    deemed: bool = Field(default=False, description="renewed by law: no decision before the licence expired (R32)")


class CaseLicenceIssued(CaseEvent, type="intake.case.licence_issued.v1"):
    licence_number: Name
    licence_name: Name
    valid_from: date
    valid_until: date | None
    serve_by: Due
    issued_at: Instant
    renews: Name | None = None


class CaseServed(CaseEvent, type="intake.case.served.v1"):
    document: Document
    way: Name
    receiver: Name
    served_by: Staff
    served_at: Instant
    proof: ServiceProof | None = None


class CaseClosed(CaseEvent, type="intake.case.closed.v1"):
    """The last word of a case that was decided. Lateness freezes here (R37)."""

    outcome: Outcome
    closed_at: Instant


class CaseMaterialsDeferred(CaseEvent, type="intake.case.materials_deferred.v1"):
    """容缺受理 (R16): accepted although minor material is missing; to be handed in by `until`."""

    document: Paper
    materials: tuple[RequestedMaterial, ...] = Field(min_length=1)
    until: Due
    deferred_at: Instant


class CaseDeferralLapsed(CaseEvent, type="intake.case.deferral_lapsed.v1"):
    """Not handed in by then: the clock stands and the applicant is told (R16); after `make_up_by` the case is returned."""

    document: Paper
    materials: tuple[RequestedMaterial, ...]
    make_up_by: Due
    lapsed_at: Instant


class CaseDeferralMet(CaseEvent, type="intake.case.deferral_met.v1"):
    """All is there; where the clock stood for it, it runs again. The dates are absent while another pause stands."""

    materials: tuple[Material, ...]
    met_at: Instant
    promised_due: Due | None
    statutory_due: Due | None


class CaseReExaminationRequested(CaseEvent, type="intake.case.re_examination_requested.v1"):
    """The applicant asks the centre to look again at a return (复核, R17), with the notice."""

    notice_number: Name
    reasons: Text
    requested_at: Instant


class CaseReExamined(CaseEvent, type="intake.case.re_examined.v1"):
    """`upheld`: the return stands. Otherwise `reopened` follows."""

    document: Paper
    upheld: bool
    reasons: Text
    examined_by: Staff
    examined_at: Instant


class CaseReopened(CaseEvent, type="intake.case.reopened.v1"):
    """Back at the window, which has the law's time to answer once more (R05, R17)."""

    received_on: date
    answer_by: Due
    reopened_at: Instant


class CaseFastTracked(CaseEvent, type="intake.case.fast_tracked.v1"):
    project: Code
    review_days: int
    fast_tracked_at: Instant


class CaseMeetingHeld(CaseEvent, type="intake.case.meeting_held.v1"):
    """The minutes of a joint meeting or site visit: who was there, and who stayed away (R45)."""

    document: Paper
    meeting_id: Code
    occasion: Code = Field(description="meeting or site_visit")
    place: Name
    held_at: Instant
    present: tuple[Code, ...]
    absent: tuple[Code, ...]
    minutes: Text
    recorded_by: Staff
    officials: tuple[Staff, ...] = Field(default=(), description="who visited the site: two or more (R34)")


class CaseLeadDecided(CaseEvent, type="intake.case.lead_decided.v1"):
    """The lead department decides for or against another's reasoned refusal; its own reasons are told (S06)."""

    outcome: Outcome
    against: tuple[Code, ...] = Field(description="departments that refused")
    reasons: Text
    legal_basis: Text
    decided_by: Staff
    decided_at: Instant


class CaseQueued(CaseEvent, type="intake.case.queued.v1"):
    """Of limited quantity: waits for those who were accepted before it (R15)."""

    ahead: int = Field(ge=0)
    queued_at: Instant
