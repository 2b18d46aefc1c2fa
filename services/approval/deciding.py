"""Who may sign an answer for the department: the chief representative, or the B who stands in on that day (S08)."""

from services.approval.queries import stand_ins
from services.approval.tasks import Task
from yimen.contracts.parts import Staff
from yimen.web import Forbidden, Role


async def decides_in_place_of(task: Task) -> Staff | None:
    """None for the chief representative; the chief for whom the caller stands in. Everybody else gets 403."""
    if Role.CHIEF_REPRESENTATIVE in task.caller.roles:
        return None
    named = [
        one for one in await stand_ins.of_department(task.unit.conn, task.department) if one.in_force(task.unit.now)
    ]
    for one in named:
        if one.staff_id == task.caller.id:
            return one.named_by
    may = "、".join(f"{one.name}（{one.from_on}至{one.until_on}）" for one in named) or "目前没有指定"
    detail = f"审查意见限由首席代表，或者其指定、在代理期内的B角作出；代理期内的B角：{may}。请交其办理。"
    raise Forbidden("不能代为作出审查意见", detail)
