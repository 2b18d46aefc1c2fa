"""What appeals ask of whom, and their part in an alert's story."""

from sqlalchemy import or_, select

from services.monitor.context import Context
from services.monitor.stories import Chapter, tells
from services.monitor.tables import appeals
from services.monitor.worklist import Task, waits
from yimen.bus import View
from yimen.contracts.monitor import AppealTarget
from yimen.terms import SUPERVISION
from yimen.web import Principal, Role

DECIDERS = frozenset({Role.SUPERVISOR, Role.LEADER})


@waits
async def appeals_to_decide(view: View[Context], caller: Principal, limit: int) -> list[Task]:
    """Of those that the caller may decide: not what they found or filed themselves."""
    if caller.roles.isdisjoint(DECIDERS):
        return []
    a = appeals.c
    others = or_(a.found_by.is_(None), a.found_by != caller.id)
    query = select(appeals).where(a.upheld.is_(None), a.filed_by != caller.id, others)
    return [
        Task(
            kind="decide_appeal",
            title=f"决定{SUPERVISION[AppealTarget(row.target)]}的申诉：{row.grounds}",
            subject=row.appeal_number,
            department=row.department,
            path=f"/appeals/{row.appeal_number}",
            due=row.decide_by,
            case_number=row.case_number,
        )
        for row in await view.execute(query.order_by(a.decide_by, a.appeal_number).limit(limit))
    ]


@tells
async def appeal_against(view: View[Context], alert_id: str) -> list[Chapter]:
    a = appeals.c
    query = select(appeals).where(a.target == AppealTarget.ALERT, a.target_id == alert_id)
    row = (await view.execute(query)).first()
    if row is None:
        return []
    told = [Chapter(at=row.filed_at, step="appealed", text=f"申诉：{row.grounds}", by=row.filed_by_name)]
    if row.decided_at is not None:
        text = f"申诉{'成立' if row.upheld else '不成立'}：{row.reasons}"
        told.append(Chapter(at=row.decided_at, step="appeal_decided", text=text, by=row.decided_by_name))
    return told
