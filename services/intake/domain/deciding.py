"""From the last answer to the licence (决定、发证); `serving` takes it from there.

Guarantees: a grant with fee lists waits until nothing is owed (R54), one with a gap until it is filled (R16); a denial
waits for neither; where the quantity is limited a grant waits for its turn too (R15); a renewal that the law has granted is
not decided otherwise (R32); the decision is made once; a denial carries its reasons, the article and the ways of redress
(Art. 38); a licence is issued in the same transaction as the grant.
"""

from datetime import datetime

from services.intake.domain import clock, join, licensing, queue
from services.intake.domain.case import Case, Change, Rules, Status
from services.intake.domain.documents import JOINT_OPINION, unnumbered, unnumbered_paper
from services.intake.domain.words import wrong_state
from yimen.contracts.intake import CaseDecided, CaseQueued, CaseReviewed
from yimen.contracts.parts import DocumentKind, Kind, Outcome, Staff
from yimen.departments import DEPARTMENTS
from yimen.errors import NotNow, Refusal, Unfit
from yimen.terms import REDRESS
from yimen.worktime import local_date

GRANT_BASIS = "《中华人民共和国行政许可法》第三十八条第一款"
DENIAL_BASIS = "《中华人民共和国行政许可法》第三十八条第二款"
QUANTITY_BASIS = "《中华人民共和国行政许可法》第五十七条"
RENEWAL_BASIS = "《中华人民共和国行政许可法》第五十条第二款"
RENEWED_BY_LAW = "期满未作决定，视为准予延续。"


def finish_review(case: Case, outcome: Outcome, now: datetime, rules: Rules) -> Change:
    """Every department has spoken; dated by the last of their words, whenever it got here. What several said is summed up
    on one paper (联合审查意见书)."""
    reviewed_at = min(join.last_word_at(case), now)
    changed = case.but(status=Status.REVIEWED, outcome=outcome, reviewed_at=reviewed_at)
    joint = case.kind is Kind.JOINT
    counting = sorted(case.live_reviews, key=lambda review: (review.stage, review.department))
    event = CaseReviewed(
        case_number=case.case_number,
        outcome=outcome,
        fee_lists=case.standing_lists,
        reviewed_at=reviewed_at,
        document=unnumbered_paper(JOINT_OPINION, local_date(reviewed_at)) if joint else None,
        reviews=tuple(review.review_id for review in counting),
        deemed=tuple(review.review_id for review in counting if review.deemed_at is not None),
    )
    return Change(changed, (event,)).then(conclude(changed, rules))


def clear_fees(case: Case, at: datetime, rules: Rules) -> Change:
    """Nothing is owed any more. May come before the last answer: then it waits in the case."""
    if case.cleared_at is not None:
        return Change(case)
    return conclude(case.but(cleared_at=at), rules)


def conclude(case: Case, rules: Rules, standing: queue.Standing | None = None) -> Change:
    """Decide by rule, if the review is over and nothing is owed. A grant of limited quantity also needs to be told how it
    stands in the queue; without that it waits."""
    if case.status is not Status.REVIEWED or case.reviewed_at is None or case.outcome is None:
        return Change(case)
    at = moment(case, case.reviewed_at if standing is None else standing.now)
    if (ends := renewed_since(case, at)) is not None:
        return renew_by_law(case, ends, rules)
    if awaits_turn(case):
        return Change(case) if standing is None else _in_turn(case, standing, at, rules)
    return Change(case) if case.owes else _by_rule(case, at, rules)


def awaits_turn(case: Case) -> bool:
    """All departments agree, and others may have a better right (R15)."""
    return case.status is Status.REVIEWED and case.outcome is Outcome.GRANTED and queue.limited(case)


def moment(case: Case, now: datetime) -> datetime:
    """When the decision is made: with the last of what it waits for, by the speakers' own instants; `now` for a case that
    waited for others, or that is decided although it owes."""
    assert case.reviewed_at is not None
    if case.queued_at is not None or case.owes:
        return max(now, case.reviewed_at)
    return max([case.reviewed_at, *_waited_for(case)])


def _in_turn(case: Case, standing: queue.Standing, at: datetime, rules: Rules) -> Change:
    """Used up is used up: nobody who comes first in line and finds nothing left is made to pay before being told."""
    if not standing.ahead and not standing.left:
        said = f"数量已满：该事项每年准予{case.item.quota}件，按受理先后顺序，本年度已经全部准予。"
        return _decided(case.but(outcome=Outcome.DENIED), Outcome.DENIED, said, QUANTITY_BASIS, at, None, rules)
    if case.owes:
        return Change(case)
    if not standing.ahead:
        return _by_rule(case, at, rules)
    if case.queued_at is not None:
        return Change(case)
    event = CaseQueued(case_number=case.case_number, ahead=standing.ahead, queued_at=standing.now)
    return Change(case.but(queued_at=standing.now), (event,))


def _by_rule(case: Case, at: datetime, rules: Rules) -> Change:
    assert case.outcome is not None
    said = join.summary(case, DEPARTMENTS, rules)
    basis = join.legal_basis(case, rules) or DENIAL_BASIS
    return _decided(
        case, case.outcome, said, GRANT_BASIS if case.outcome is Outcome.GRANTED else basis, at, None, rules
    )


def renewed_since(case: Case, at: datetime) -> datetime | None:
    """Since when the law has granted the renewal, if it has by then (R32)."""
    ends = clock.renewal_ends(case)
    return ends if ends is not None and at >= ends else None


def before_renewal_by_law(case: Case, now: datetime) -> None:
    """Raises `Refusal` where the licence expired undecided: only the timer is still to come."""
    if renewed_since(case, now) is not None:
        raise NotNow(
            "renewed-by-law",
            "许可证有效期已经届满，依法视为准予延续",
            f"{case.renewal_due}前没有作出决定，视为准予延续。请刷新办件，按准予延续办理。",
        )


def renew_by_law(case: Case, at: datetime, rules: Rules) -> Change:
    """The licence expired and nothing had been decided (R32): whatever the departments would have said, paid or not."""
    granted = case.but(outcome=Outcome.GRANTED)
    return _decided(granted, Outcome.GRANTED, RENEWED_BY_LAW, RENEWAL_BASIS, at, None, rules, deemed=True)


def _waited_for(case: Case) -> list[datetime]:
    """Instants without which a grant could not come: the fees cleared, the gap filled. A denial waits for neither."""
    if case.outcome is not Outcome.GRANTED:
        return []
    cleared = case.cleared_at if case.standing_lists else None
    filled = case.deferral.met_at if case.deferral else None
    return [instant for instant in (cleared, filled) if instant is not None]


def decide_at_window(
    case: Case, outcome: Outcome, reasons: str, legal_basis: str, by: Staff, now: datetime, rules: Rules
) -> Change:
    """An instant item is decided on the same visit by the window that accepted it."""
    if case.kind is not Kind.INSTANT:
        raise NotNow(
            "decided-by-departments",
            "该事项不能在窗口当场决定",
            "只有即办件由窗口当场决定，其他办件由审查部门答复后决定。",
        )
    if case.status is not Status.ACCEPTED:
        raise wrong_state(case, "该办件不在待决定状态", "受理之后、决定之前才能作出决定。")
    before_renewal_by_law(case, now)
    if outcome is Outcome.DENIED and not (reasons.strip() and legal_basis.strip()):
        raise Unfit("denial-without-reasons", "不予许可必须说明理由和依据", "请填写不予许可的理由和所依据的条款。")
    if outcome is Outcome.GRANTED and case.awaits_deferred:
        raise _deferred_material_missing(case)
    basis = legal_basis.strip() or GRANT_BASIS
    return _decided(
        case.but(outcome=outcome), outcome, reasons.strip() or "符合法定条件、标准。", basis, now, by, rules
    )


def _deferred_material_missing(case: Case) -> Refusal:
    """What was let follow has to be in the file before anything is granted (R16)."""
    names = "、".join(material.name for material in case.outstanding_deferred)
    return NotNow(
        "deferred-material-missing",
        "容缺材料尚未补齐，不能准予许可",
        f"还缺少：{names}。容缺材料补齐之前不得作出准予许可的决定，请先通知申请人补交。",
    )


def _decided(
    case: Case,
    outcome: Outcome,
    reasons: str,
    basis: str,
    at: datetime,
    by: Staff | None,
    rules: Rules,
    *,
    deemed: bool = False,
) -> Change:
    granted = outcome is Outcome.GRANTED
    if not granted:
        reasons = reasons[: join.MOST_TEXT - len(REDRESS) - 1].rstrip("。") + "。" + REDRESS
    on = local_date(at)
    changed = case.but(status=Status.DECIDED, reasons=reasons, legal_basis=basis, decided_at=at, decided_on=on)
    event = CaseDecided(
        case_number=case.case_number,
        document=unnumbered(DocumentKind.GRANT if granted else DocumentKind.DENIAL, on),
        outcome=outcome,
        reasons=reasons,
        legal_basis=basis,
        decided_by=by,
        decided_on=on,
        decided_at=at,
        deemed=deemed,
    )
    decided = Change(changed, (event,))
    return decided.then(licensing.issue(changed, on, at, rules)) if granted else decided
