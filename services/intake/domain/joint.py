"""What the lead department does beside asking and joining (S06): it calls the departments together, urges them, and
has the last word on their refusals where the item says so.

Guarantees: whoever was convened, had signed for the review and stayed away consents by absence (R45, R41), the lead
department never (R46); a site visit without two officials leaves no record (R34); the lead's word is asked when every
department has answered, so that the order of the answers cannot matter. Does not: take back a consent that was deemed
when an answer arrives after it (decision 0025).
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from services.intake.domain import documents, join, reviewing
from services.intake.domain.case import Case, Change, Rules, Status
from services.intake.domain.duties import LEAST_OFFICIALS
from services.intake.domain.values import LeadDecision, Meeting, Review
from services.intake.domain.words import wrong_state
from yimen.contracts.intake import CaseLeadDecided, CaseMeetingHeld, ReviewMeetingConvened
from yimen.contracts.parts import Kind, Outcome, Staff
from yimen.errors import NotNow, Unfit
from yimen.worktime import local_date

MEETING, SITE_VISIT = "meeting", "site_visit"
OCCASIONS = {MEETING: "联合会审", SITE_VISIT: "联合踏勘"}
FARTHEST = timedelta(days=365)
RECORDED_WHILE = frozenset({Status.ACCEPTED, Status.REVIEWED, Status.DECIDED})


def convene(case: Case, occasion: str, place: str, meets_at: datetime, by: Staff, now: datetime) -> Change:
    """Called together are the departments of the present stage that have not answered yet."""
    _under_review(case)
    if case.kind is not Kind.JOINT:
        raise NotNow("not-joint", "该办件不是联办件", "只有联办件可以召集联合会审或者联合踏勘。")
    if not now < meets_at <= now + FARTHEST:
        raise Unfit("meeting-time-unfit", "时间不合适", "会审、踏勘的时间应在现在之后、一年之内，请重新填写。")
    asked = [review for review in case.current_reviews if review.unanswered]
    if not asked:
        raise NotNow("nobody-to-convene", "没有需要召集的部门", "本环节各部门均已答复，无须再召集会审或者踏勘。")
    assert case.stage is not None
    meeting = Meeting(
        meeting_id=f"{case.case_number}.m{len(case.meetings) + 1}",
        stage=case.stage,
        occasion=occasion,
        place=place,
        departments=tuple(review.department for review in asked),
        convened_at=now,
        meets_at=meets_at,
    )
    return Change(
        case.but(meetings=(*case.meetings, meeting)), tuple(_convened(case, meeting, review, by) for review in asked)
    )


def _under_review(case: Case) -> None:
    if case.status is not Status.ACCEPTED:
        raise wrong_state(case, "该办件不在审查阶段", "受理之后、审查完毕之前才能进行此操作，请刷新后查看。")


def _convened(case: Case, meeting: Meeting, review: Review, by: Staff) -> ReviewMeetingConvened:
    return ReviewMeetingConvened(
        review_id=review.review_id,
        department=review.department,
        case_number=case.case_number,
        place=meeting.place,
        meets_at=meeting.meets_at,
        convened_at=meeting.convened_at,
        meeting_id=meeting.meeting_id,
        occasion=meeting.occasion,
        convened_by=by,
    )


def record_minutes(
    case: Case,
    meeting: Meeting,
    present: Collection[str],
    minutes: str,
    officials: tuple[Staff, ...],
    by: Staff,
    now: datetime,
    rules: Rules,
) -> Change:
    """Held, at the time it was called for. Kept also when the answers are in by now; absence then changes nothing."""
    _recordable(case, meeting, present, officials, now)
    absent = tuple(department for department in meeting.departments if department not in present)
    held = meeting.but(
        held_at=meeting.meets_at,
        present=tuple(sorted(present)),
        absent=absent,
        minutes=minutes,
        officials=officials,
    )
    changed = case.but(meetings=tuple(held if one.meeting_id == held.meeting_id else one for one in case.meetings))
    change = Change(changed, (_held(case, held, by, now),))
    for review in [one for one in case.current_reviews if one.missed(held)]:
        why = f"未参加{OCCASIONS[held.occasion]}，且尚未答复。请立即答复。"
        change = change.then(reviewing.stay_away(change.case, review, why, now, rules))
    return change


def _recordable(
    case: Case, meeting: Meeting, present: Collection[str], officials: tuple[Staff, ...], now: datetime
) -> None:
    if case.status not in RECORDED_WHILE:
        raise wrong_state(case, "该办件已经结束，不能再登记纪要")
    if meeting.held_at is not None:
        raise NotNow("minutes-already-recorded", "该次会审、踏勘的纪要已经登记", "纪要只能登记一次，不得更改。")
    if now < meeting.meets_at:
        raise NotNow("meeting-not-yet-held", "会审、踏勘尚未举行", "请在约定的时间之后登记纪要。")
    if foreign := sorted(set(present) - case.item.flow_departments - {case.department}):
        raise Unfit(
            "department-not-asked", "到场部门不在该事项的审查部门之内", f"请核对到场部门：{'、'.join(foreign)}。"
        )
    if meeting.occasion == SITE_VISIT and len({official.id for official in officials}) < LEAST_OFFICIALS:
        raise Unfit("too-few-officials", "踏勘人员不足两名", "实地核查应指派两名以上工作人员，请写明参加踏勘的人员。")


def _held(case: Case, meeting: Meeting, by: Staff, now: datetime) -> CaseMeetingHeld:
    return CaseMeetingHeld(
        case_number=case.case_number,
        document=documents.unnumbered_paper(documents.MINUTES, local_date(now)),
        meeting_id=meeting.meeting_id,
        occasion=meeting.occasion,
        place=meeting.place,
        held_at=meeting.meets_at,
        present=meeting.present,
        absent=meeting.absent,
        minutes=meeting.minutes,
        recorded_by=by,
        officials=meeting.officials,
    )


def urge(case: Case, review: Review, reason: str, by: Staff, now: datetime) -> Change:
    """督促 by a person, at most once a day. The limit's own consequences stay what they are (R44)."""
    _under_review(case)
    if not review.unanswered:
        raise NotNow("review-answered", "该部门已经答复", "该审查已有意见，无须督促，请刷新后查看。")
    if review.urged_at is not None and local_date(review.urged_at) == local_date(now):
        raise NotNow(
            "urged-today", "今日已经督促过该部门", "同一审查每日只能督促一次，请明日再督促，或者电话联系该部门。"
        )
    return reviewing.urge(case, review, reason, now, by=by)


def decide_as_lead(
    case: Case, outcome: Outcome, reasons: str, legal_basis: str, by: Staff, now: datetime, rules: Rules
) -> Change:
    """The lead's word on the refusals of the present stage; its reasons are told, whichever way it decides (S06)."""
    _under_review(case)
    against = join.disputed(case, rules)
    if not against:
        raise NotNow(
            "no-decision-awaited",
            "没有待牵头部门决定的不同意见",
            "各部门均已答复、且其他部门不同意而牵头部门没有不同意的，才能由牵头部门决定；事项须允许牵头部门决定。",
        )
    if not reasons.strip():
        raise Unfit("reasons-missing", "缺少理由", "无论采纳与否，请写明牵头部门研究后的理由。")
    assert case.stage is not None
    word = LeadDecision(
        stage=case.stage,
        outcome=outcome,
        against=against,
        reasons=reasons,
        legal_basis=legal_basis,
        decided_by=by.name,
        decided_at=now,
        earlier=case.lead_decision,
    )
    event = CaseLeadDecided(
        case_number=case.case_number,
        outcome=outcome,
        against=against,
        reasons=reasons,
        legal_basis=legal_basis,
        decided_by=by,
        decided_at=now,
    )
    change = Change(case.but(lead_decision=word), (event,))
    return change.then(reviewing.join_answers(change.case, now, rules))
