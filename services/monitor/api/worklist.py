"""What waits for whoever asks (待办)."""

import datetime as dt

from pydantic import BaseModel

from services.monitor.api.parts import Limit, Reading
from services.monitor.remaining import Today, today_of
from services.monitor.worklist import Task, worklist
from yimen.departments import department_name
from yimen.web import Principal, Role, allow, new_router

router = new_router(tags=["worklist"])

WORKERS = (
    *(Role.SUPERVISOR, Role.LEADER, Role.CENTRE_ADMIN, Role.DISCIPLINE_OFFICER),
    *(Role.CHIEF_REPRESENTATIVE, Role.ORGAN_HEAD, Role.SECTION_OFFICER, Role.WINDOW_CLERK, Role.STATION_CLERK),
)


class TaskShape(BaseModel):
    """`left`: working days until the limit, today not counted; negative when late. `path`: where it stands here."""

    kind: str
    title: str
    subject: str
    department: str
    department_name: str
    case_number: str | None
    path: str
    due: dt.date | None
    left: int | None
    overdue: bool


class Worklist(BaseModel):
    """`more`: there is more than is shown."""

    items: list[TaskShape]
    more: bool


@router.get("/worklist")
async def read_worklist(view: Reading, caller: Principal = allow(*WORKERS), limit: Limit = 50) -> Worklist:
    """The earliest limit first."""
    found = await worklist(view, caller, limit + 1)
    today = await today_of(view)
    items = [_shape(task, today) for task in found[:limit]]
    return Worklist(items=items, more=len(found) > limit)


def _shape(task: Task, today: Today) -> TaskShape:
    return TaskShape(
        kind=task.kind,
        title=task.title,
        subject=task.subject,
        department=task.department,
        department_name=department_name(task.department),
        case_number=task.case_number,
        path=task.path,
        due=task.due,
        left=today.left(task.due),
        overdue=task.due is not None and today.past(task.due),
    )
