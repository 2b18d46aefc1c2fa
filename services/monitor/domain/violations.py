"""Content violations (内容违规): what is wrong whatever the hour, each a rule of the book, found in the events of a case.

Guarantees: the same set of events gives the same findings, in whatever order they came: each is found in the events of one
subject, read in their sequence, and is named by what cannot change when others are heard of. Does not: ask whether a clock
runs. What was done against the law stays done when the case is closed.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from services.monitor.domain.clocks import Finding, step
from services.monitor.domain.limits import Watch, sooner
from services.monitor.domain.rulebook import Rulebook
from services.monitor.domain.told import all_of
from services.monitor.domain.views import CaseView
from yimen.contracts import Event, approval, intake
from yimen.contracts.parts import Opinion, Outcome
from yimen.terms import MONEY
from yimen.worktime import Limit, local_date, start_of_day

LEAST_OFFICIALS: Final = 2  # R34, Art. 34
SITE_VISIT: Final = "site_visit"


@dataclass(frozen=True)
class Said:
    """What was said, by subject: of the case itself, and of each review by its department and by intake."""

    view: CaseView
    case: tuple[Event, ...]
    by_review: dict[str, list[Event]] = field(default_factory=dict)

    @classmethod
    def of(cls, view: CaseView) -> "Said":
        ordered = [one.event for one in sorted(view.told, key=lambda one: one.place)]
        said = cls(view, tuple(one for one in ordered if isinstance(one, intake.CaseEvent)))
        for event in ordered:
            if isinstance(event, approval.ReviewEvent | intake.ReviewEvent):
                said.by_review.setdefault(event.review_id, []).append(event)
        return said


@dataclass(frozen=True, slots=True)
class Violation:
    """`rung`: which one of its kind; `more`: what is said beside the rule's own words."""

    code: str
    rung: str
    department: str
    more: str = ""


def content_findings(view: CaseView, book: Rulebook) -> tuple[Finding, ...]:
    said = Said.of(view)
    found = (violation for rule in RULES for violation in rule(said) if violation.department)
    return tuple(
        Finding(one, violation.department)
        for violation in found
        for one in step(book, violation.code, violation.rung, violation.more)
    )


def _deemed_acceptance(said: Said) -> Iterator[Violation]:
    """R05: the window kept silent, in this round or in an earlier one."""
    for turn, event in _by_round(said.case, intake.CaseAccepted):
        if event.deemed:
            yield Violation("deemed-acceptance", _nth("deemed-acceptance", turn), event.department)


def _second_notice(said: Said) -> Iterator[Violation]:
    """R06: material that the one-time notice left out. The notice stays given when the case is reopened (R17)."""
    notices = list(all_of(said.case, intake.CaseCorrectionRequested))
    known = {material.code for first in notices[:1] for material in first.requested}
    for turn, notice in enumerate(notices[1:], start=2):
        extra = [material.name for material in notice.requested if material.code not in known]
        if extra:
            yield Violation(
                "second-notice", f"second-notice{turn}", said.view.lead, f"首次告知以外的材料：{'、'.join(extra)}"
            )


def _no_reasons(said: Said) -> Iterator[Violation]:
    """Art. 38: what was answered against the applicant, without a word why."""
    against = [(event, words) for event in said.case if (words := _grounds(event)) is not None]
    for turn, (event, words) in enumerate(against, start=1):
        if not words.strip():
            yield Violation("no-reasons", _nth("no-reasons", turn), said.view.lead, _AGAINST[type(event)])


_AGAINST: Final[dict[type[Event], str]] = {
    intake.CaseRefused: "不予受理",
    intake.CaseReturned: "退件",
    intake.CaseDecided: "不予许可",
    intake.CaseLeadDecided: "牵头部门不予同意",
}


def _grounds(event: Event) -> str | None:
    """None for what is not against the applicant."""
    if isinstance(event, intake.CaseRefused | intake.CaseReturned):
        return event.reasons
    if isinstance(event, intake.CaseDecided | intake.CaseLeadDecided) and event.outcome is Outcome.DENIED:
        return event.reasons
    return None


def _refusal_without_reasons(said: Said) -> Iterator[Violation]:
    """R43: a department's refusal that says not why; its first answer is the one that counts (R49)."""
    for review_id, events in said.by_review.items():
        answer = next(all_of(events, approval.ReviewDecided), None)
        if answer and answer.opinion is Opinion.REFUSE and not answer.reasons.strip():
            yield Violation("no-reasons", f"no-reasons-{review_id}", answer.department, "审查意见为不同意")


def _wrong_return(said: Said) -> Iterator[Violation]:
    """R17: the centre looked again, and the return did not stand."""
    found = [one for one in all_of(said.case, intake.CaseReExamined) if not one.upheld]
    for turn, one in enumerate(found, start=1):
        yield Violation("wrong-return", _nth("wrong-return", turn), said.view.lead, f"复核意见：{one.reasons}")


def _lone_inspector(said: Said) -> Iterator[Violation]:
    """R34: fewer than two officials. Who was at a joint visit was not told at first; then nothing can be said of it."""
    for review_id, events in said.by_review.items():
        for turn, visit in enumerate(all_of(events, approval.ReviewSiteVisited), start=1):
            if len({official.id for official in visit.officials}) < LEAST_OFFICIALS:
                yield Violation("lone-inspector", f"lone{turn}-{review_id}", visit.department)
    for visit_held in all_of(said.case, intake.CaseMeetingHeld):
        if visit_held.occasion == SITE_VISIT and len({official.id for official in visit_held.officials}) == 1:
            yield Violation("lone-inspector", f"lone-{visit_held.meeting_id}", said.view.lead)


def _fee_violation(said: Said) -> Iterator[Violation]:
    """R62: a department asked for money that it may not ask for."""
    for found in said.view.violations:
        more = f"收费清单{found.list_id}（{MONEY[found.kind]}）：{found.detail}"
        yield Violation("fee-violation", f"violation-{found.violation_number}", found.department, more)


def _deemed_consent(said: Said) -> Iterator[Violation]:
    """R44, R45: silence, or absence, was taken for consent."""
    for review_id, events in said.by_review.items():
        for deemed in list(all_of(events, intake.ReviewDeemedConsented))[:1]:
            code = "absence" if deemed.ground == "absence" else "deemed-consent"
            yield Violation(code, f"deemed-{review_id}", deemed.department)


def _again(said: Said) -> Iterator[Violation]:
    """R28: the same special procedure twice on the same link."""
    for review in said.view.reviews:
        kinds = [procedure.kind for procedure in review.procedures]
        if len(set(kinds)) < len(kinds):
            yield Violation("again", f"again-{review.review_id}", review.department)


def pause_watches(view: CaseView) -> Iterator[Watch]:
    """R26: how long a special procedure takes is told in writing, and the clock stands from that day on; of one that was
    not told by the end of its first day nobody knows."""
    said = Said.of(view)
    paused = all_of(said.case, intake.CasePaused)
    noticed = {(one.review_id, local_date(one.paused_at)): one.paused_at for one in paused}
    for review in view.reviews:
        for turn, procedure in enumerate(review.procedures, start=1):
            start = procedure.pause.start
            over = start_of_day(procedure.pause.end) if procedure.pause.end else None
            until = sooner(noticed.get((review.review_id, start)), over, review.ended_at, view.stopped_at)
            yield Watch(
                "unnoticed", f"unnoticed{turn}-{review.review_id}"[:80], review.department, Limit(start, 0), until
            )


RULES: Final[tuple[Callable[[Said], Iterable[Violation]], ...]] = (
    *(_deemed_acceptance, _second_notice, _no_reasons, _refusal_without_reasons, _wrong_return),
    *(_lone_inspector, _fee_violation, _deemed_consent, _again),
)


def _by_round(case: Iterable[Event], kind: type[intake.CaseAccepted]) -> Iterator[tuple[int, intake.CaseAccepted]]:
    """The first acceptance of each round: a case that is reopened is accepted anew (R17)."""
    turn, seen = 1, 0
    for event in case:
        if isinstance(event, intake.CaseReopened):
            turn += 1
        elif isinstance(event, kind) and seen < turn:
            seen = turn
            yield turn, event


def _nth(name: str, turn: int) -> str:
    """The first keeps the plain name."""
    return name if turn == 1 else f"{name}-r{turn}"
