"""Side effects that were given up or left unsettled, and timers whose handler failed to the end; another try for them.

Raises `NotNow` (yimen.errors) for what does not wait for a person: not-given-up, not-parked.
"""

from typing import Any

from sqlalchemy import Row, and_, func, select, update

from yimen.bus import Unit, View
from yimen.errors import NotNow
from yimen.operations.acts import By, record

STUCK = ("given_up", "unsettled")


async def jobs(view: View[Any], *, limit: int = 100) -> list[Row[Any]]:
    """Oldest first, each with the error of its last attempt. Without payloads, which may hold personal data."""
    o, a = view.table("outgoing"), view.table("outgoing_attempts")
    last = (
        select(func.max(a.c.id))
        .where(a.c.kind == o.c.kind, a.c.key == o.c.key)
        .correlate(o)
        .scalar_subquery()
        .label("last")
    )
    query = (
        select(o.c.kind, o.c.key, o.c.state, o.c.attempt, o.c.created_at, a.c.at.label("tried_at"), a.c.error)
        .outerjoin(a, a.c.id == last)
        .where(o.c.state.in_(STUCK))
        .order_by(o.c.created_at, o.c.kind, o.c.key)
        .limit(limit)
    )
    return list(await view.execute(query))


async def retry_job(unit: Unit[Any], kind: str, key: str, by: By) -> bool:
    """Due at once, its whole ladder before it, under the same key. False where there is no such job.

    An unsettled one may have been done: it is done again, and the other side knows it by its key."""
    o = unit.table("outgoing")
    mine = and_(o.c.kind == kind, o.c.key == key)
    row = (await unit.execute(select(o).where(mine).with_for_update())).first()
    if row is None:
        return False
    if row.state not in STUCK:
        raise NotNow("not-given-up", "该外发任务并未放弃", "系统仍会自动重试或已办结，无须处理，请刷新列表。")
    was = {"state": row.state, "attempt": row.attempt, "created_at": row.created_at}
    await record(unit, by, "retry", "job", f"{kind}/{key}", was)
    await unit.execute(update(o).where(mine).values(state="waiting", run_at=unit.now, attempt=0))
    return True


async def timers(view: View[Any], *, limit: int = 100) -> list[Row[Any]]:
    """The parked ones, the longest overdue first. Without payloads."""
    t = view.table("timers")
    query = select(t.c.name, t.c.key, t.c.due_at, t.c.attempt, t.c.error).where(t.c.parked.is_(True))
    return list(await view.execute(query.order_by(t.c.due_at, t.c.name, t.c.key).limit(limit)))


async def retry_timer(unit: Unit[Any], name: str, key: str, by: By) -> bool:
    """Due at once, its whole ladder before it; its legal instant stays. False where there is no such timer."""
    t = unit.table("timers")
    mine = and_(t.c.name == name, t.c.key == key)
    row = (await unit.execute(select(t).where(mine).with_for_update())).first()
    if row is None:
        return False
    if not row.parked:
        raise NotNow("not-parked", "该定时任务并未搁置", "系统会按时自动执行，无须处理，请刷新列表。")
    was = {"due_at": row.due_at, "attempt": row.attempt, "error": row.error}
    await record(unit, by, "retry", "timer", f"{name}/{key}", was)
    await unit.execute(update(t).where(mine).values(parked=False, run_at=unit.now, attempt=0))
    return True
