"""What complaints, bad ratings and questions ask of whom: providers of the worklist."""

from typing import Any, Final

from sqlalchemy import Select, and_, select

from services.monitor import complaining, consulting, rating
from services.monitor.complaint_rows import OFFICE_OF, not_about
from services.monitor.context import Context
from services.monitor.domain.complaints import TOPICS, ComplaintState
from services.monitor.tables import complaints, consultations, deadlines, ratings
from services.monitor.worklist import Task, waits
from yimen.bus import View
from yimen.web import Principal, Role

_STEPS: Final = {
    ComplaintState.FILED: (complaining.ACCEPTANCE, "accept_complaint", "决定是否受理投诉"),
    ComplaintState.ACCEPTED: (complaining.ANSWER, "answer_complaint", "查办并答复投诉"),
    ComplaintState.ANSWERED: (complaining.REVISIT, "revisit_complaint", "回访投诉人"),
}


@waits
async def complaints_to_handle(view: View[Context], caller: Principal, limit: int) -> list[Task]:
    """Of the caller's office; the one complained of learns nothing of it."""
    offices = [office for role, office in OFFICE_OF.items() if role in caller.roles]
    if not offices:
        return []
    found = []
    for state, (step, kind, title) in _STEPS.items():
        query = _with_day(complaints, complaining.ABOUT, complaints.c.number, step)
        query = query.where(complaints.c.office.in_(offices), complaints.c.state == state, *not_about(caller))
        found += [
            Task(
                kind=kind,
                title=f"{title}：{TOPICS[row.topic]}",
                subject=row.number,
                department=row.department or row.office,
                path=f"/complaints/{row.number}",
                due=row.due,
                case_number=row.case_number,
            )
            for row in await view.execute(query.order_by(deadlines.c.due, complaints.c.number).limit(limit))
        ]
    return found


@waits
async def ratings_to_rectify(view: View[Context], caller: Principal, limit: int) -> list[Task]:
    if Role.CHIEF_REPRESENTATIVE not in caller.roles:
        return []
    r = ratings.c
    query = _with_day(ratings, rating.BAD, r.rating_id, rating.RECTIFICATION)
    query = query.where(r.department.in_(sorted(caller.departments)), r.is_default.is_(False))
    query = query.where(r.rectified_at.is_(None), r.voided_at.is_(None))
    return [
        Task(
            kind="rectify_rating",
            title=f"{'整改' if row.called_at else '回访并整改'}差评（{row.stars}星）",
            subject=row.rating_id,
            department=row.department,
            path=f"/ratings/{row.rating_id}",
            due=row.due,
            case_number=row.case_number,
        )
        for row in await view.execute(query.order_by(deadlines.c.due, r.rating_id).limit(limit))
    ]


@waits
async def consultations_to_answer(view: View[Context], caller: Principal, limit: int) -> list[Task]:
    if caller.roles.isdisjoint((Role.CHIEF_REPRESENTATIVE, Role.WINDOW_CLERK)):
        return []
    c = consultations.c
    query = _with_day(consultations, consulting.ABOUT, c.number, consulting.ANSWER)
    query = query.where(c.department.in_(sorted(caller.departments)), c.state == consulting.ASKED)
    return [
        Task(
            kind="answer_consultation",
            title="答复咨询",
            subject=row.number,
            department=row.department,
            path=f"/consultations/{row.number}",
            due=row.due,
            case_number=row.case_number,
        )
        for row in await view.execute(query.order_by(deadlines.c.due, c.number).limit(limit))
    ]


def _with_day(table: Any, about: str, number: Any, step: str) -> Select[Any]:
    """With the last day of the step that is waited for."""
    v = deadlines.c
    return select(table, v.due).join(deadlines, and_(v.about == about, v.number == number, v.step == step))
