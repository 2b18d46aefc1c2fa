"""Papers of an acceptance with a gap (容缺受理, R16): what may follow, until when, and that it did not come."""

from dataclasses import dataclass

from services.notify.domain.papers import words
from services.notify.domain.papers.facts import Known
from services.notify.domain.papers.shapes import CaseSheet, Wanted, to_applicant, wanted
from yimen.contracts import intake
from yimen.worktime import local_date


@dataclass(frozen=True, kw_only=True)
class Deferral(CaseSheet):
    """容缺受理通知书 (R16)."""

    accepted_on: str
    acceptance_number: str
    materials: tuple[Wanted, ...]
    until: str


@dataclass(frozen=True, kw_only=True)
class DeferralLapsed(CaseSheet):
    """容缺材料逾期告知书 (R16)."""

    deferral_number: str
    until: str
    materials: tuple[Wanted, ...]
    make_up_by: str
    lapsed_on: str


def deferral(event: intake.CaseMaterialsDeferred, known: Known) -> Deferral:
    opening, accepted = known.opening, known.latest(intake.CaseAccepted)
    return Deferral(
        **to_applicant(opening),
        accepted_on=words.day(accepted.accepted_on),
        acceptance_number=accepted.document.number,
        materials=wanted(event.materials),
        until=words.due(event.until),
    )


def deferral_lapsed(event: intake.CaseDeferralLapsed, known: Known) -> DeferralLapsed:
    opening, deferred = known.opening, known.latest(intake.CaseMaterialsDeferred)
    return DeferralLapsed(
        **to_applicant(opening),
        deferral_number=deferred.document.number,
        until=words.due(deferred.until),
        materials=wanted(event.materials),
        make_up_by=words.due(event.make_up_by),
        lapsed_on=words.day(local_date(event.lapsed_at)),
    )
