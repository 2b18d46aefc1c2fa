"""Reviews of a case, from what intake asked and what departments answered.

Intake and the department speak of a review on two subjects, so every fact is read from one of the two alone. The first
answer counts; a doubled one, and one that comes after silence was taken for consent, are kept in the timeline (R49).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from services.monitor.domain.told import all_of, first_of
from services.monitor.domain.views import Announced, Procedure, ReviewView
from yimen.contracts import Event, approval, intake
from yimen.worktime import Limit, Pause, local_date

INSPECTION_DAYS = 5  # R33, Art. 55
HEARING_DAYS = 20  # R31, Art. 47


def fold_reviews(
    said: Iterable[Event], accepted_on: date | None = None
) -> tuple[tuple[ReviewView, ...], tuple[Announced, ...]]:
    """The reviews in the order of their ids, and the dates that were announced with them."""
    told: dict[str, list[Event]] = {}
    for event in said:
        if isinstance(event, intake.ReviewEvent | approval.ReviewEvent):
            told.setdefault(event.review_id, []).append(event)
    reviews = tuple(_review(review_id, events) for review_id, events in sorted(told.items()))
    dates = (announced for events in told.values() for announced in _announced(events, accepted_on))
    return reviews, tuple(sorted(dates, key=lambda one: (one.department, one.limit.start, one.rule)))


def _announced(events: Sequence[Event], accepted_on: date | None) -> Iterator[Announced]:
    for event in all_of(events, intake.ReviewRequested):
        limit = Limit(event.requested_on, event.limit_days)
        yield Announced("审查意见期限", "R44", event.department, limit, event.due)
        if event.inspection_by and event.requested_on == accepted_on:  # else it counts from a day that others told
            limit = Limit(event.requested_on, INSPECTION_DAYS)
            yield Announced("现场检查期限", "R33", event.department, limit, event.inspection_by)
    for asked in all_of(events, approval.ReviewHearingRequested):
        limit = Limit(asked.requested_on, HEARING_DAYS)
        yield Announced("听证期限", "R31", asked.department, limit, asked.hold_by)


def _review(review_id: str, events: list[Event]) -> ReviewView:
    requested = first_of(events, intake.ReviewRequested)
    procedures = _procedures(events)
    pauses = tuple(procedure.pause for procedure in procedures)
    return ReviewView(
        review_id=review_id,
        department=events[0].scope,
        requested=requested,
        received=first_of(events, approval.ReviewReceived),
        forwarded=first_of(events, approval.ReviewForwarded),
        superior_answered=first_of(events, approval.ReviewSuperiorAnswered),
        decided=first_of(events, approval.ReviewDecided),
        deemed=first_of(events, intake.ReviewDeemedConsented),
        cancelled=first_of(events, intake.ReviewCancelled),
        limit=Limit(requested.requested_on, requested.limit_days, pauses, _extension(events)) if requested else None,
        paused=any(pause.end is None for pause in pauses),
        procedures=procedures,
        visited=next(
            (v for v in all_of(events, approval.ReviewSiteVisited) if len({o.id for o in v.officials}) >= 2), None
        ),
        hearing=first_of(events, approval.ReviewHearingRequested),
        heard=first_of(events, approval.ReviewHearingHeld),
        urged=sum(1 for _ in all_of(events, intake.ReviewUrged)),
    )


def _extension(events: list[Event]) -> int:
    """Of the one extension that intake did not decline (R23, R24); each says by its instant which one it is."""
    declined = {event.approved_at for event in all_of(events, intake.ReviewExtensionDeclined)}
    told = (event.extension for event in all_of(events, approval.ReviewExtended))
    return next((one.days for one in told if one.approved_at not in declined), 0)


def _procedures(events: Iterable[Event]) -> tuple[Procedure, ...]:
    """In the department's own sequence: a second one while one stands changes nothing."""
    found: list[Procedure] = []
    for event in events:
        standing = bool(found) and found[-1].pause.end is None
        if isinstance(event, approval.ReviewPaused) and not standing:
            found.append(Procedure(event.kind, event.planned_days, Pause(local_date(event.paused_at))))
        elif isinstance(event, approval.ReviewResumed) and standing:
            start = found[-1].pause.start
            ended = Pause(start, max(start, local_date(event.resumed_at)))
            found[-1] = replace(found[-1], pause=ended)
    return tuple(found)
