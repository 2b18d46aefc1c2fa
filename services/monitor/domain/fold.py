"""The state of a case is a pure fold of the set of its events.

Guarantees: any order of arrival, and any doubling, gives the same view. Events of one subject are read in sequence;
every fact is taken from the events of one subject alone, so that the order between subjects (whose clocks may tie or
disagree) cannot matter. Only `told` sorts across subjects, by (time, source, subject, sequence): a total order.

Does not: believe an announced date. It sets each beside the limit that it must follow from (`CaseView.announced`).
"""

from collections.abc import Iterable
from typing import Final

from services.monitor.domain.outside import with_outside
from services.monitor.domain.reviews import fold_reviews
from services.monitor.domain.story import tell
from services.monitor.domain.told import all_of, first_of
from services.monitor.domain.views import CaseView, NoticeView, Recorded, State
from yimen.contracts import Event, approval, fees, intake, notify
from yimen.contracts.parts import Paper
from yimen.worktime import Hours

STATES: Final[dict[type[Event], State]] = {
    intake.CaseSubmitted: State.SUBMITTED,
    intake.CaseCorrectionRequested: State.CORRECTION_REQUESTED,
    intake.CaseSupplemented: State.SUPPLEMENTED,
    intake.CaseAccepted: State.ACCEPTED,
    intake.CaseReviewed: State.REVIEWED,
    intake.CaseDecided: State.DECIDED,
    intake.CaseLicenceIssued: State.LICENCE_ISSUED,
    intake.CaseServed: State.SERVED,
    intake.CaseClosed: State.CLOSED,
    intake.CaseRefused: State.REFUSED,
    intake.CaseReturned: State.RETURNED,
    intake.CaseWithdrawn: State.WITHDRAWN,
    intake.CaseReopened: State.SUBMITTED,
}

SUPERIOR: Final = "superior_"
"""How the templates of messages begin that tell an applicant of a superior's answer."""


def fold(number: str, events: Iterable[Recorded], hours: Hours | None = None) -> CaseView:
    """The case as its events tell it; `hours` decide which day an instant item that came late counts for (R29)."""
    known = {recorded.place: recorded for recorded in events}
    ordered = [known[place] for place in sorted(known)]
    said = [recorded.event for recorded in ordered]
    case = [event for event in said if isinstance(event, intake.CaseEvent)]
    story = tell(case, hours or Hours())
    reviews, asked = fold_reviews(said, story.accepted.accepted_on if story.accepted else None)
    seen = CaseView(
        number=number,
        state=next((STATES[type(event)] for event in reversed(case) if type(event) in STATES), None),
        submitted=first_of(case, intake.CaseSubmitted),
        accepted=story.accepted,
        decided=first_of(case, intake.CaseDecided),
        closed=first_of(case, intake.CaseClosed),
        stopped_at=story.stopped_at,
        reopened=tuple(story.reopened),
        answer=story.answer,
        answered_at=story.answered_at,
        correction=story.correction,
        supplemented_at=story.supplemented_at,
        served_at=story.served_at,
        superior_told=tuple(sorted(one.sent_at for one in all_of(said, notify.MessageSent) if of_superior(one))),
        promised=story.promised,
        statutory=story.statutory,
        pauses=story.pauses,
        extension=story.extension,
        reviews=reviews,
        fee_lists=tuple(sorted({event.list_id for event in all_of(said, approval.ReviewFeeListed)})),
        notices=_notices(said),
        violations=tuple(sorted(all_of(said, fees.ViolationFound), key=lambda found: found.violation_number)),
        documents=_documents(case, said),
        messages=sum(1 for _ in all_of(said, notify.MessageSent)),
        announced=(*story.announced, *asked),
        told=tuple(sorted(ordered, key=lambda recorded: (recorded.meta.time, *recorded.place))),
    )
    return with_outside(seen, said)


def of_superior(event: Event) -> bool:
    """Whether the applicant is told of what a superior authority answered (R48)."""
    return isinstance(event, notify.MessageSent) and event.template.startswith(SUPERIOR)


def _documents(case: Iterable[Event], said: Iterable[Event]) -> tuple[Paper, ...]:
    """Every numbered paper that the case left behind (R09), the case's own first."""
    papers = [getattr(event, "document", None) for event in (*case, *all_of(said, intake.ReviewRequested))]
    return tuple(paper for paper in papers if isinstance(paper, Paper))


def _notices(said: list[Event]) -> tuple[NoticeView, ...]:
    told: dict[str, list[Event]] = {}
    for event in all_of(said, fees.NoticeEvent):
        told.setdefault(event.notice_number, []).append(event)
    return tuple(_notice(number, events) for number, events in sorted(told.items()))


def _notice(number: str, events: list[Event]) -> NoticeView:
    return NoticeView(
        notice_number=number,
        issued=first_of(events, fees.NoticeIssued),
        paid=first_of(events, fees.NoticePaid),
        receipted=first_of(events, fees.NoticeReceipted),
        cleared=first_of(events, fees.NoticeCleared),
        overdue=first_of(events, fees.NoticeOverdue),
        disputed=first_of(events, fees.NoticeDisputed),
        dispute_answered=first_of(events, fees.NoticeDisputeAnswered),
        voided=first_of(events, fees.NoticeVoided),
    )
