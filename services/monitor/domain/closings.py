"""What a closed case says for scores: how early it was (R79), and what was left unrecorded of it (R80)."""

from services.monitor.domain.facts import Closing
from services.monitor.domain.months import month_of
from services.monitor.domain.views import CaseView, ReviewView
from yimen.worktime import local_date


def closings_of(seen: CaseView) -> tuple[Closing, ...]:
    """A row for each department on it; none while it is open, and none of a case that left without a decision."""
    lead = seen.department
    if lead is None or seen.stopped_at is None or not (seen.decided or seen.closed):
        return ()
    lacking: dict[str, list[str]] = {lead: _lacking(seen)}
    for review in seen.reviews:
        lacking.setdefault(review.department, []).extend(_unsigned(review))
    day = local_date(seen.stopped_at)
    return tuple(
        Closing(
            case_number=seen.number,
            department=department,
            lead=department == lead,
            month=month_of(day),
            stopped_on=day,
            statutory=seen.statutory if department == lead else None,
            lacking=tuple(lacking[department]),
        )
        for department in sorted(lacking)
    )


def _lacking(seen: CaseView) -> list[str]:
    """What the lead should have recorded of the case and did not, or recorded in contradiction to itself."""
    accepted, decided, submitted = seen.accepted, seen.decided, seen.submitted
    found = []
    if accepted is None:
        found.append("没有受理记录")
    elif submitted and accepted.accepted_on < submitted.received_on:
        found.append("受理日期早于收件日期")
    if decided is None:
        found.append("没有决定记录")
    elif not decided.deemed and decided.decided_on != local_date(decided.decided_at):
        found.append("决定日期与作出时间不符")
    return found


def _unsigned(review: ReviewView) -> list[str]:
    return ["没有签收记录"] if review.decided and not review.received else []
