"""Papers of what moves a limit, and of what is done meanwhile: extensions, special procedures, hearings, site checks."""

from dataclasses import dataclass

from services.notify.domain.papers import words
from services.notify.domain.papers.deciding import limits
from services.notify.domain.papers.facts import Known
from services.notify.domain.papers.shapes import CaseSheet, name_of, to_applicant
from yimen.contracts import approval, intake
from yimen.contracts.parts import Kind
from yimen.departments import department_name
from yimen.terms import PROCEDURES


@dataclass(frozen=True, kw_only=True)
class Extension(CaseSheet):
    """延长时限告知书 (R23, R24, Art. 42). The new limits are empty while the clock stands."""

    acceptance_number: str
    accepted_on: str
    days: str
    reasons: str
    joint: bool
    approver: str
    former_promised: str
    former_statutory: str
    promised_due: str
    statutory_due: str


@dataclass(frozen=True, kw_only=True)
class SpecialProcedure(CaseSheet):
    """特别程序所需时间告知书 (R26, Art. 45)."""

    acceptance_number: str
    accepted_on: str
    department: str
    procedure: str
    basis: str
    planned: str
    begins_on: str
    promised_due: str


@dataclass(frozen=True, kw_only=True)
class HearingNotice(CaseSheet):
    """听证告知书 (R31, Art. 36, 47, 48)."""

    department: str
    requested_by: str
    requested_on: str
    hold_by: str
    holds_at: str
    place: str
    chair: str
    noticed_by: str


@dataclass(frozen=True, kw_only=True)
class SiteVisit(CaseSheet):
    """核查笔录 (R34, Art. 34)."""

    department: str
    officials: tuple[str, ...]
    started_at: str
    ended_at: str
    place: str
    findings: str
    checked_party: str


def extension(event: intake.CaseExtended, known: Known) -> Extension:
    opening, accepted = known.opening, known.latest(intake.CaseAccepted)
    promised, statutory = limits(known)
    return Extension(
        **to_applicant(opening),
        acceptance_number=accepted.document.number,
        accepted_on=words.day(accepted.accepted_on),
        days=words.working_days(event.days),
        reasons=event.reasons,
        joint=opening.kind is Kind.JOINT,
        approver=event.approver.name,
        former_promised=promised,
        former_statutory=statutory,
        promised_due=words.due(event.promised_due),
        statutory_due=words.due(event.statutory_due),
    )


def special_procedure(event: intake.CasePaused, known: Known) -> SpecialProcedure:
    accepted = known.latest(intake.CaseAccepted)
    asked = known.once(intake.ReviewRequested, f"review/{event.review_id}")
    promised, _ = limits(known)
    return SpecialProcedure(
        **to_applicant(known.opening),
        acceptance_number=accepted.document.number,
        accepted_on=words.day(accepted.accepted_on),
        department=department_name(asked.department),
        procedure=PROCEDURES[event.kind],
        basis=event.basis,
        planned=words.working_days(event.planned_days),
        begins_on=words.day_of(event.paused_at),
        promised_due=promised,
    )


def hearing_notice(event: approval.ReviewHearingNoticed, known: Known) -> HearingNotice:
    asked = known.latest(approval.ReviewHearingRequested)
    return HearingNotice(
        **to_applicant(known.opening, event.department),
        department=department_name(event.department),
        requested_by=asked.requested_by,
        requested_on=words.day(asked.requested_on),
        hold_by=words.due(asked.hold_by),
        holds_at=words.hour(event.holds_at),
        place=event.place,
        chair=event.chair.name,
        noticed_by=name_of(event.noticed_by),
    )


def site_visit(event: approval.ReviewSiteVisited, known: Known) -> SiteVisit:
    return SiteVisit(
        **to_applicant(known.opening, event.department),
        department=department_name(event.department),
        officials=tuple(official.name for official in event.officials),
        started_at=words.hour(event.started_at) if event.started_at else "",
        ended_at=words.hour(event.visited_at),
        place=event.place,
        findings=event.findings,
        checked_party=event.checked_party or "",
    )
