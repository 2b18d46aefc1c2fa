"""What a department has to do on the way to its answer, each with a limit of its own: inspect on the spot with two
officials (R33), send the file up (R48).

Guarantees: each limit that passes is urged once, whatever else was urged. Does not: decide for the department.
"""

from collections.abc import Collection
from datetime import datetime

from services.intake.domain import clock
from services.intake.domain.case import Case, Change
from services.intake.domain.values import Review
from yimen.contracts.intake import ReviewUrged

LEAST_OFFICIALS = 2  # R33, R34
_REASONS = {
    clock.INSPECTION_LIMIT: "受理之日起五个工作日已满，尚无两名以上工作人员的核查记录。请立即指派两名以上工作人员核查。",
    clock.FORWARD_LIMIT: "上报期限已满，尚未上报上级机关。请立即上报。",
}


def visit(case: Case, review: Review, officials: Collection[str], at: datetime) -> Change:
    """The first valid visit counts; one by fewer than two officials is no record (R34)."""
    if review.visited_at is not None or len(set(officials)) < LEAST_OFFICIALS:
        return Change(case)
    return Change(case.with_review(review.but(visited_at=at)))


def urge(case: Case, review: Review, limit: str, now: datetime) -> Change:
    """`limit`: the timer that ran out. Called only while it stands."""
    rule = clock.RULE_OF[limit]
    urged = ReviewUrged(
        review_id=review.review_id,
        department=review.department,
        case_number=case.case_number,
        reason=_REASONS[limit],
        urged_at=now,
        rule=rule,
    )
    return Change(case.with_review(review.but(urged_for=(*review.urged_for, rule))), (urged,))
