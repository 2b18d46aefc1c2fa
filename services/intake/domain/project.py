"""Key projects on the fast track (重大投资项目快速审批, S07): the centre leads, one official does every errand
(全程代办), the departments have fewer days.

Guarantees: only the project's own items, and only for its investor, run on its track; each department is urged when
the last working day of its limit begins. Does not: shorten what the law or the item leaves to the applicant.
"""

from collections.abc import Sequence
from datetime import datetime

from services.intake.domain import clock
from services.intake.domain.case import Case, Change, Rules, Status
from services.intake.domain.documents import PROJECT, UNNUMBERED, unnumbered_paper
from services.intake.domain.reviewing import pass_limit, urge
from services.intake.domain.values import Person, Review, Value
from yimen.contracts.intake import CaseFastTracked, ProjectRegistered
from yimen.contracts.parts import Staff
from yimen.errors import Unfit
from yimen.worktime import end_of_day, local_date

FAST_TRACK = "S07"
REVIEW_DAYS = 3
MOST_REVIEW_DAYS = 7


class Project(Value):
    """`mandate` is the investor's document (sha256 or number) by which `agent`, an official, acts for them."""

    project_number: str
    name: str
    investor: Person
    agent: Staff
    mandate: str
    item_codes: tuple[str, ...]
    review_days: int
    paper_number: str = UNNUMBERED
    registered_by: Staff
    registered_at: datetime


def register(project: Project, in_force: Sequence[str]) -> ProjectRegistered:
    """`in_force`: codes of the catalogue's items."""
    if unknown := [code for code in project.item_codes if code not in in_force]:
        raise Unfit(
            "items-unknown",
            "事项不在目录内",
            f"目录中没有以下事项，或者尚未生效：{'、'.join(unknown)}。请在事项目录中重新选择。",
        )
    return ProjectRegistered(
        project_number=project.project_number,
        name=project.name,
        investor=project.investor.masked,
        agent=project.agent,
        item_codes=project.item_codes,
        review_days=project.review_days,
        document=unnumbered_paper(PROJECT, local_date(project.registered_at)),
        registered_at=project.registered_at,
    )


def on_fast_track(case: Case, project: Project | None) -> Case:
    """The application on its project's track. Who is not the investor learns no more of a project than of none."""
    if project is None or project.investor.id_number != case.applicant.id_number:
        raise Unfit(
            "not-the-investor",
            "没有登记该申请人的这一重大项目",
            "只有登记的投资主体才能以重大项目名义申请。请核对项目编号和申请人证件号码，或者作为普通申请提交。",
        )
    if case.item.code not in project.item_codes:
        raise Unfit(
            "item-not-in-project",
            "该事项不在重大项目的事项清单内",
            f"项目{project.project_number}登记的事项清单不含“{case.item.name}”。请由中心重新登记，或者作为普通申请提交。",
        )
    return case.but(project=project.project_number, fast_track_days=project.review_days)


def fast_tracked(case: Case) -> tuple[CaseFastTracked, ...]:
    """What is said of a case that came in on a track; nothing of any other."""
    if case.project is None or case.fast_track_days is None:
        return ()
    said = CaseFastTracked(
        case_number=case.case_number,
        project=case.project,
        review_days=case.fast_track_days,
        fast_tracked_at=case.submitted_at,
    )
    return (said,)


def urge_nearly_late(case: Case, review: Review, now: datetime, rules: Rules) -> Change:
    """The last working day of its limit has begun. Where it is over as well, that alone is said."""
    due = clock.review_due(review, rules.calendar)
    if due is None or case.status is not Status.ACCEPTED or not review.unanswered:
        return Change(case)
    if now >= end_of_day(due.date):
        return pass_limit(case, review, due, now, rules)
    reason = f"重大项目快速审批，审查期限{due.date}届满，只剩最后一个工作日。请在当日内答复。"
    return urge(case, review, reason, now, rule=FAST_TRACK)


def owing(case: Case) -> tuple[Review, ...]:
    """The reviews that the case now waits for."""
    if case.status is not Status.ACCEPTED:
        return ()
    return tuple(review for review in case.current_reviews if review.open)
