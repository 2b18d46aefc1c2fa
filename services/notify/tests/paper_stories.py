"""For each kind of paper the event that it puts into writing, and what was said before."""

from collections.abc import Iterator
from typing import Any

from services.notify.domain.papers import Draft, Fact, Known, content, drafts
from services.notify.tests import paper_answers as answers
from services.notify.tests import paper_events as events
from services.notify.tests.paper_parts import SECOND, THIRD, paper
from yimen.contracts import Event
from yimen.contracts.parts import Opinion, Outcome

OPEN = (events.published(), events.submitted())
TAKEN = (*OPEN, events.REQUESTED, events.SUPPLEMENTED, events.accepted())
ASKED = (
    answers.review_requested(),
    answers.review_requested(SECOND, "health"),
    answers.review_requested(THIRD, "planning"),
)
ANSWERED = (
    answers.LISTED,
    answers.answered(),
    answers.answered(
        SECOND,
        "health",
        opinion=Opinion.REFUSE,
        reasons="排油烟口朝向居民楼。",
        in_place_of=None,
        document=paper("opinion", "卫生健康局函字", 16),
    ),
    answers.SILENT,
    answers.OVERRULED,
)

STORIES: dict[str, tuple[tuple[Event, ...], Event]] = {
    "receipt": ((events.published(),), events.submitted()),
    "one_time_notice": (OPEN, events.REQUESTED),
    "acceptance": (TAKEN[:-1], events.accepted()),
    "refusal": (OPEN, events.refused()),
    "return": (OPEN, events.RETURNED),
    "re_examination": ((*OPEN, events.RETURNED, events.ASKED_AGAIN), events.re_examined()),
    "deferral": ((*OPEN, events.accepted()), events.deferred()),
    "deferral_lapsed": ((*OPEN, events.accepted(), events.deferred()), events.LAPSED),
    "joint_notice": (OPEN, ASKED[0]),
    "special_procedure": ((*TAKEN, *ASKED), events.PAUSED),
    "extension": (TAKEN, events.extended()),
    "hearing_notice": ((*TAKEN, *ASKED, answers.HEARING_ASKED), answers.HEARING),
    "site_visit": ((*TAKEN, *ASKED), answers.site_visited()),
    "opinion": ((*TAKEN, *ASKED, answers.LISTED), answers.answered()),
    "minutes": ((*TAKEN, *ASKED), answers.minutes()),
    "joint_opinion": ((*TAKEN, *ASKED, *ANSWERED), answers.REVIEWED),
    "grant": (TAKEN, events.decided()),
    "denial": (TAKEN, events.decided(Outcome.DENIED)),
    "licence": ((*TAKEN, events.decided()), events.licence()),
    "service": ((*TAKEN, events.decided(), events.licence()), events.served()),
    "fee_notice": ((*OPEN, events.VERIFIED), events.fee_notice()),
    "supervision_order": ((), events.order()),
    "agency_receipt": ((), events.AGENCY),
    "project": ((events.published(),), events.PROJECT),
}
"""Kind -> (what was said before, the event)."""


def facts(said: tuple[Event, ...]) -> Iterator[Fact]:
    """As the services would number them."""
    last: dict[tuple[str, str], int] = {}
    for event in said:
        key = (f"/{event.speaker}", event.subject)
        last[key] = last.get(key, 0) + 1
        yield Fact(key[0], last[key], event)


def told(before: tuple[Event, ...], event: Event) -> tuple[Draft, dict[str, Any]]:
    """The draft and what the paper says."""
    *heard, about = facts((*before, event))
    [draft] = drafts(event)
    return draft, content(event, Known.of(about, heard))
