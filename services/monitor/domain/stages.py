"""Stages (环节) of a joint case: departments that were asked side by side, watched as one (R73).

Guarantees: a stage is late when its last review ends after the limit with which its departments were asked; their pauses
are counted as their union (R27). Where silence consents nobody can be late: the stage ends with its limit (R44).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256

from services.monitor.domain.limits import STAGE, Watch, sooner
from services.monitor.domain.views import CaseView, ReviewView
from yimen.worktime import Limit


def stage_watches(view: CaseView) -> Iterator[Watch]:
    for name, reviews in sorted(_stages(view).items()):
        waited_for = [review for review in reviews if not review.silence_consents]
        limit = _limit(reviews)
        if len(reviews) > 1 and waited_for and limit is not None:  # of a single review its own clock speaks
            until = sooner(_ended(waited_for), view.stopped_at)
            yield Watch(STAGE, f"{STAGE}-{_mark(name)}{view.turn}", view.lead, limit, until)


def _mark(name: str) -> str:
    """A stage's name as a code: names are Chinese, and nothing that stays the same numbers them."""
    return sha256(name.encode()).hexdigest()[:12]


def _stages(view: CaseView) -> dict[str, list[ReviewView]]:
    """By name. What was called off is no part of it."""
    found: dict[str, list[ReviewView]] = {}
    for review in view.reviews:
        if review.requested is not None and review.cancelled is None:
            found.setdefault(review.requested.stage, []).append(review)
    return found


def _limit(reviews: Sequence[ReviewView]) -> Limit | None:
    limits = [review.limit for review in reviews if review.limit is not None]
    if not limits:
        return None
    start, budget = min(limit.start for limit in limits), max(limit.budget for limit in limits)
    pauses = sorted({pause for limit in limits for pause in limit.pauses}, key=lambda one: (one.start, str(one.end)))
    return Limit(start, budget, tuple(pauses), max(limit.extension for limit in limits))


def _ended(reviews: Sequence[ReviewView]) -> datetime | None:
    """With the last of them; None while one is open."""
    ends = [review.ended_at for review in reviews]
    return None if None in ends else max(at for at in ends if at is not None)
