"""Papers of the decision: granted, denied, and the licence itself."""

from dataclasses import dataclass

from services.notify.domain.papers import words
from services.notify.domain.papers.facts import Known
from services.notify.domain.papers.shapes import CaseSheet, name_of, to_applicant
from yimen.contracts import intake
from yimen.contracts.parts import Kind
from yimen.terms import REDRESS


@dataclass(frozen=True, kw_only=True)
class Decision(CaseSheet):
    """准予行政许可决定书、不予行政许可决定书 (Art. 38). `deemed`: renewed by law (R32, Art. 50)."""

    kind: str
    acceptance_number: str
    accepted_on: str
    promised_due: str
    statutory_due: str
    decided_on: str
    basis: str
    reasons: str
    legal_basis: str
    deemed: bool
    joint: bool
    renews: str
    decided_by: str


@dataclass(frozen=True, kw_only=True)
class Licence(CaseSheet):
    """许可证照 (Art. 39)."""

    licence_name: str
    licence_number: str
    basis: str
    decision_number: str
    decided_on: str
    valid_from: str
    valid_until: str
    renews: str
    serve_by: str


def decision(event: intake.CaseDecided, known: Known) -> Decision:
    """The limits as they stood: what extended them or let them run on counts."""
    opening, item = known.opening, known.item
    accepted = _acceptance(event, known)
    promised, statutory = limits(known)
    return Decision(
        **to_applicant(opening),
        kind=words.KINDS[opening.kind],
        acceptance_number=accepted.document.number if accepted else "",
        accepted_on=words.day(accepted.accepted_on) if accepted else "",
        promised_due=promised,
        statutory_due=statutory,
        decided_on=words.day(event.decided_on),
        basis=item.basis or "",
        reasons=event.reasons.removesuffix(REDRESS),
        legal_basis=event.legal_basis,
        deemed=event.deemed,
        joint=opening.kind is Kind.JOINT,
        renews=opening.renews or "",
        decided_by=name_of(event.decided_by),
    )


def _acceptance(event: intake.CaseDecided, known: Known) -> intake.CaseAccepted | None:
    """The law may renew what nobody has accepted yet (R32)."""
    return known.last(intake.CaseAccepted) if event.deemed else known.latest(intake.CaseAccepted)


def limits(known: Known) -> tuple[str, str]:
    """Promised and statutory last day as they were last told; empty while the clock stands."""
    told: intake.CaseAccepted | intake.CaseExtended | intake.CaseResumed | intake.CaseDeferralMet | None = None
    for event in known.before(intake.CaseEvent):
        if isinstance(event, intake.CaseAccepted | intake.CaseExtended | intake.CaseResumed | intake.CaseDeferralMet):
            told = event
    return (words.due(told.promised_due), words.due(told.statutory_due)) if told else ("", "")


def licence(event: intake.CaseLicenceIssued, known: Known) -> Licence:
    opening, decided = known.opening, known.latest(intake.CaseDecided)
    return Licence(
        **to_applicant(opening),
        licence_name=event.licence_name,
        licence_number=event.licence_number,
        basis=known.item.basis or "",
        decision_number=decided.document.number,
        decided_on=words.day(decided.decided_on),
        valid_from=words.day(event.valid_from),
        valid_until=words.day(event.valid_until) if event.valid_until else "长期",
        renews=event.renews or "",
        serve_by=words.due(event.serve_by),
    )
