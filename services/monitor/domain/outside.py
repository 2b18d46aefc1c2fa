"""What is handled outside the hall (S22): a case as its department's own log tells it, and whether the hall should have it.

Guarantees: of several tellings of a case the last counts, in the order in which they were told; whether an item was in the
hall on a day follows from the set of what was told of it. A case that the hall has is never taken from a department's log.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from services.monitor.domain.told import all_of
from services.monitor.domain.views import CaseView, State
from yimen.contracts import Event
from yimen.contracts.monitor import Charge, OutsideReported
from yimen.contracts.parts import Kind
from yimen.worktime import Limit

HISTORY: Final = timedelta(days=90)
"""A case that was closed so long before its log was brought is history: counted, and nobody is asked to answer for it."""


def with_outside(seen: CaseView, said: Iterable[Event]) -> CaseView:
    """`said`: everything that is known of the case, each subject in its sequence."""
    tellings = tuple(all_of(said, OutsideReported))
    if not tellings or seen.submitted is not None or seen.accepted is not None:
        return seen
    last = tellings[-1]
    instant = last.kind is Kind.INSTANT
    return replace(
        seen,
        outside=last,
        state=State.CLOSED if last.closed_at else State.OUTSIDE,
        stopped_at=last.closed_at,
        promised=Limit(last.accepted_on, 0 if instant else last.promised_days),
        statutory=Limit(last.accepted_on, last.statutory_days),
    )


def is_history(seen: CaseView) -> bool:
    outside = seen.outside
    return bool(outside and outside.closed_at and outside.reported_at - outside.closed_at > HISTORY)


@dataclass(frozen=True, slots=True)
class Entry:
    """From `since` on a version of an item is in the hall, or is not (withdrawn, or kept out with approval)."""

    version: int
    inside: bool
    since: date


def in_hall(entries: Iterable[Entry], day: date) -> bool:
    """Whether the item was in the hall on that day: what was said last of the time up to then."""
    begun = [entry for entry in entries if entry.since <= day]
    return max(begun, key=lambda entry: (entry.since, entry.version, not entry.inside)).inside if begun else False


def mildest(charges: Iterable[Charge]) -> int | None:
    """The points that the supervisor itself may charge, where a person who finds it would choose."""
    return min((charge.least for charge in charges if charge.least is not None), default=None)
