"""Departments' reviews (审查): asked side by side, paused for lawful procedures only, answered, or silent past the
limit.

Guarantees: notices of one stage go out at the same moment (R40); what comes late or twice changes nothing
(R49); silence consents only where the item lets it, only after a signed receipt (R41, R44), and never for the
lead department, whose word is the final licence (R46). Whatever the order in which departments' words arrive,
the case ends in the same decision. Every function takes the review as it stands in the case.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from services.intake.domain import clock, extending, join
from services.intake.domain.case import UNDECIDED, Case, Change, Rules, Status
from services.intake.domain.deciding import finish_review
from services.intake.domain.documents import unnumbered
from services.intake.domain.situations import departments_for, next_stage
from services.intake.domain.values import Answer, FeeList, Held, Pausing, Review, SuperiorAnswer
from yimen.contracts.intake import (
    CaseExtended,
    CasePaused,
    CaseResumed,
    ReviewCancelled,
    ReviewDeemedConsented,
    ReviewExtensionDeclined,
    ReviewMaterialsAdded,
    ReviewRequested,
    ReviewUrged,
)
from yimen.contracts.parts import DocumentKind, Extension, Kind, Outcome, Staff
from yimen.worktime import Day, end_of_day, local_date


def request_stage(case: Case, stage: int, now: datetime, rules: Rules) -> Change:
    """Ask every department that takes part in the stage at the same moment (R40), each with the whole file (R11)."""
    taking_part = departments_for(case.item.stages[stage], case.situations)
    reviews = tuple(_asked(case, department, stage, now, rules) for department in taking_part)
    changed = case.but(stage=stage, reviews=case.reviews + reviews)
    return Change(changed, tuple(_request(changed, review, rules) for review in reviews))


def _asked(case: Case, department: str, stage: int, now: datetime, rules: Rules) -> Review:
    flow = case.item.stages[stage]
    lead = department == case.department
    return Review(
        review_id=f"{case.case_number}.{stage + 1}.{department}{_round_suffix(case.round)}",
        department=department,
        stage=stage,
        round=case.round,
        lead=lead,
        silence_consents=flow.silence_consents and case.kind is Kind.JOINT and not lead,
        requested_at=now,
        requested_on=local_date(now),
        limit_days=min(flow.limit_days, case.fast_track_days or flow.limit_days),
        inspection_days=rules.inspection_days if lead and case.item.inspection else None,
    )


def _round_suffix(number: int) -> str:
    """A stage that is asked again after a return that was not upheld (R17) makes new reviews, not the old ones open."""
    return f".{number}" if number > 1 else ""


def _request(case: Case, review: Review, rules: Rules) -> ReviewRequested:
    joint = case.kind is Kind.JOINT
    due = clock.review_due(review, rules.calendar)
    assert due is not None
    return ReviewRequested(
        review_id=review.review_id,
        department=review.department,
        case_number=case.case_number,
        item_code=case.item.code,
        item_name=case.item.name,
        kind=case.kind,
        stage=case.item.stages[review.stage].name,
        lead=review.lead,
        applicant=case.applicant.masked,
        materials=tuple(held.material for held in case.materials),
        fees=case.item.fees,
        document=unnumbered(DocumentKind.JOINT_NOTICE, review.requested_on) if joint else None,
        requested_at=review.requested_at,
        requested_on=review.requested_on,
        limit_days=review.limit_days,
        due=clock.due(due),
        silence_consents=review.silence_consents,
        situations=case.situations,
        inspection_by=clock.maybe_due(clock.inspection_by(case, review, rules)),
        forward_by=clock.maybe_due(clock.forward_by(case, rules)),
        project=case.project,
    )


def sign_receipt(case: Case, review: Review, at: datetime, now: datetime, rules: Rules) -> Change:
    """R41. A receipt signed in time that arrives after the limit or after the minutes still makes it a consent."""
    if review.received_at is not None:
        return Change(case)
    signed = review.but(received_at=at)
    changed = case.with_review(signed)
    grounds = [*_passed_limit(signed, rules), *_absences(changed, signed)]
    return deem(changed, signed, *min(grounds), now, rules) if grounds else Change(changed)


def _passed_limit(review: Review, rules: Rules) -> list[tuple[datetime, str]]:
    """The limit, if it was found to have passed without a receipt, and the receipt was signed before it did."""
    day = clock.review_due(review, rules.calendar)
    end = end_of_day(day.date) if day is not None else None
    urged = end is not None and review.urged_at is not None and review.urged_at >= end
    return [(end, join.SILENCE)] if end is not None and urged and review.consents_by(end) else []


def _absences(case: Case, review: Review) -> list[tuple[datetime, str]]:
    """Meetings and visits that the department stayed away from, its receipt signed before (R41, R45)."""
    missed = [meeting.held_at for meeting in case.meetings if review.missed(meeting)]
    return [(held_at, join.ABSENCE) for held_at in missed if held_at is not None and review.consents_by(held_at)]


def stay_away(case: Case, review: Review, why: str, now: datetime, rules: Rules) -> Change:
    """A department was absent from a meeting or visit of which the minutes are kept: consent, or an urging (R41, R45)."""
    if not takes_answer(case, review):
        return Change(case)
    if grounds := _absences(case, review):
        return deem(case, review, *min(grounds), now, rules)
    return urge(case, review, why, now, rule="R45")


def deem(case: Case, review: Review, at: datetime, ground: str, now: datetime, rules: Rules) -> Change:
    """Silence or absence counts as consent from `at` on, and says so; like an answer it ends the review's own pause."""
    if not takes_answer(case, review):
        return Change(case)
    deemed = review.but(deemed_at=at, deemed_ground=ground)
    resumed = resume(case.with_review(deemed), deemed, at, rules)
    due = clock.review_due(resumed.case.review(review.review_id) or deemed, rules.calendar)
    assert due is not None
    event = ReviewDeemedConsented(**_names(case, review), due=clock.due(due), deemed_at=at, ground=ground)
    change = Change(resumed.case, (event, *resumed.events))
    return change.then(join_answers(change.case, now, rules))


def pause(case: Case, review: Review, pausing: Pausing) -> Change:
    """A special procedure of Art. 45 begins, told to the applicant in writing (R26)."""
    if case.status is not Status.ACCEPTED or not review.open or review.paused:
        return Change(case)
    event = CasePaused(
        case_number=case.case_number,
        review_id=review.review_id,
        kind=pausing.kind,
        basis=pausing.basis,
        planned_days=pausing.planned_days,
        document=unnumbered(DocumentKind.SPECIAL_PROCEDURE, local_date(pausing.started_at)),
        paused_at=pausing.started_at,
    )
    return Change(case.with_review(review.but(pauses=(*review.pauses, pausing))), (event,))


def resume(case: Case, review: Review, at: datetime, rules: Rules) -> Change:
    if not review.paused:
        return Change(case)
    last = review.pauses[-1]
    ended = last.but(ended_at=max(at, last.started_at))
    changed = case.with_review(review.but(pauses=(*review.pauses[:-1], ended)))
    if case.status is not Status.ACCEPTED:
        return Change(changed)
    event = CaseResumed(
        case_number=case.case_number,
        review_id=review.review_id,
        resumed_at=at,
        promised_due=clock.maybe_due(clock.promised_due(changed, rules)),
        statutory_due=clock.maybe_due(clock.statutory_due(changed, rules)),
    )
    return Change(changed, (event,))


def extend(case: Case, review: Review, extension: Extension, now: datetime, rules: Rules) -> Change:
    """An unlawful extension moves nothing, and its department is told why (R23, R24)."""
    if (fault := extending.fault(case, review, extension, rules)) is not None:
        declined = ReviewExtensionDeclined(
            **_names(case, review),
            rule=extending.rule_of(case),
            reason=fault,
            approved_at=extension.approved_at,
            declined_at=now,
        )
        return Change(case, (declined,))
    changed = case.but(extension_days=extension.days).with_review(review.but(extension_days=extension.days))
    event = CaseExtended(
        case_number=case.case_number,
        days=extension.days,
        reasons=extension.reasons,
        approver=extension.approver,
        document=unnumbered(DocumentKind.EXTENSION, local_date(extension.approved_at)),
        extended_at=extension.approved_at,
        promised_due=clock.maybe_due(clock.promised_due(changed, rules)),
        statutory_due=clock.maybe_due(clock.statutory_due(changed, rules)),
    )
    return Change(changed, (event,))


def list_fees(case: Case, review: Review, fee_list: FeeList) -> Change:
    """Kept with the review until the case is decided; what comes after that is nobody's debt any more."""
    if case.status not in UNDECIDED:
        return Change(case)
    return Change(case.with_review(review.but(lists=(*review.lists, fee_list))))


def takes_answer(case: Case, review: Review) -> bool:
    """Whether an answer would still have an effect; if not it is kept as late (R49)."""
    return case.status is Status.ACCEPTED and review.unanswered


def answer(case: Case, review: Review, given: Answer, now: datetime, rules: Rules) -> Change:
    if not takes_answer(case, review):
        return Change(case)
    return _spoken(case, review, given.decided_at, lambda resumed: resumed.but(answer=given), now, rules)


def superior_answers(case: Case, review: Review, given: SuperiorAnswer, now: datetime, rules: Rules) -> Change:
    """The superior's word: before the department's own answer it informs it, after a forwarded consent it settles it."""
    if case.status is not Status.ACCEPTED or not review.open or review.superior is not None:
        return Change(case)
    return _spoken(case, review, given.answered_at, lambda resumed: resumed.but(superior=given), now, rules)


def _spoken(
    case: Case, review: Review, at: datetime, say: Callable[[Review], Review], now: datetime, rules: Rules
) -> Change:
    """Record what was said. The last word ends the review's own pause, or the case's clock would stand for ever."""
    said = say(review)
    change = Change(case.with_review(said))
    if not said.open:
        change = change.then(resume(change.case, said, at, rules))
    return change.then(join_answers(change.case, now, rules))


def pass_limit(case: Case, review: Review, due: Day, now: datetime, rules: Rules) -> Change:
    """The limit ended in silence: consent if silence consents and a receipt was signed in time; else an urging."""
    at = end_of_day(due.date)
    if case.status is not Status.ACCEPTED or not review.unanswered or now < at:
        return Change(case)
    if review.consents_by(at):
        return deem(case, review, at, join.SILENCE, now, rules)
    if review.urged_at is not None and review.urged_at >= at:
        return Change(case)
    return urge(case, review, _why_urged(review), now)


def urge(
    case: Case, review: Review, reason: str, now: datetime, *, rule: str | None = None, by: Staff | None = None
) -> Change:
    """催办, by a limit that is near or past, or by a person."""
    urged = ReviewUrged(**_names(case, review), reason=reason, urged_at=now, rule=rule, urged_by=by)
    return Change(case.with_review(review.but(urged_at=now)), (urged,))


def _why_urged(review: Review) -> str:
    if review.silence_consents:
        return "审查期限已满而无签收记录，不能按超时默许处理。请立即签收并答复。"
    return "审查期限已满，尚未答复。请立即答复。"


def add_materials(case: Case, pieces: tuple[Held, ...], now: datetime) -> Change:
    """What comes in while departments review goes to each that has not answered, so that none asks for it (R11)."""
    materials = tuple(piece.material for piece in pieces)
    events = tuple(
        ReviewMaterialsAdded(**_names(case, review), materials=materials, added_at=now)
        for review in case.live_reviews
        if review.open
    )
    return Change(case, events)


def cancel_open(case: Case, reason: str, now: datetime) -> Change:
    change = Change(case)
    for review in case.reviews:
        if review.open:
            event = ReviewCancelled(**_names(case, review), reason=reason, cancelled_at=now)
            change = change.then(Change(change.case.with_review(review.but(cancelled_at=now)), (event,)))
    return change


def join_answers(case: Case, now: datetime, rules: Rules) -> Change:
    """Once, when the stage's last word is spoken: the next stage, or the end of the review."""
    outcome = join.of_stage(case, rules)
    if case.status is not Status.ACCEPTED or case.stage is None or outcome is None:
        return Change(case)
    following = next_stage(case.item, case.situations, case.stage + 1)
    if outcome is Outcome.GRANTED and following is not None:
        return request_stage(case, following, now, rules)
    return finish_review(case, outcome, now, rules)


def _names(case: Case, review: Review) -> dict[str, Any]:
    return {"review_id": review.review_id, "department": review.department, "case_number": case.case_number}
