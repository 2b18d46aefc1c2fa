"""Pages of reviews in the order of their due dates: where the last one ended, and what is shown of each."""

from collections.abc import Sequence
from datetime import date, datetime

from services.approval.domain.state import ReviewState
from services.approval.queries.reviews import Place
from services.approval.views import ReviewPage, summarise
from yimen.web import Invalid
from yimen.worktime import Calendar, local_date

PLACE = r"^\d{4}-\d{2}-\d{2}~[A-Za-z0-9._\-]{1,80}$"


def place(after: str | None) -> Place | None:
    if after is None:
        return None
    due_on, _, review_id = after.partition("~")
    try:
        return Place(date.fromisoformat(due_on), review_id)
    except ValueError as wrong:
        raise Invalid("unknown-place", "翻页位置不对", "请使用上一页答复中的 next，或者从第一页重新开始。") from wrong


def page_of(rows: Sequence[tuple[Place, ReviewState]], limit: int, calendar: Calendar, now: datetime) -> ReviewPage:
    """`rows`: one more than `limit`, if there are so many."""
    shown = rows[:limit]
    last = shown[-1][0] if len(rows) > limit else None
    today = local_date(now)
    return ReviewPage(
        items=[summarise(review, calendar, today) for _place, review in shown],
        next=None if last is None else f"{last.due_on}~{last.review_id}",
    )
