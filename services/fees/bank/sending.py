"""What fees does at the bank: the one register of jobs, its ladder, and what becomes of a job that was given up.

Guarantees: a job whose ladder is used up is taken up again every hour, for as long as it takes; one that the bank refused
waits for a person. Both are shown to operators, who may retry them at once.
"""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import update

from services.fees.context import Context
from services.fees.timers import timers
from yimen.bus import Unit
from yimen.jobs import Job, Senders
from yimen.timers import Timer, set_timer

LADDER: Final = (1, 5, 30, 300, 1800, 3600)
AGAIN: Final = "bank_again"
AGAIN_AFTER: Final = timedelta(hours=1)

senders = Senders()


async def ask_again(unit: Unit[Any], job: Job) -> None:
    """For `settled` of a job that failed: anew in an hour, under the same key, unless the bank refused it."""
    if job.attempt > len(senders.of(job.kind).ladder):
        due_at, which = unit.now + AGAIN_AFTER, {"kind": job.kind, "key": job.key}
        await set_timer(unit, AGAIN, key=f"{job.kind}/{job.key}", due_at=due_at, payload=which)


async def do_again(unit: Unit[Any], kind: str, key: str) -> None:
    """A job that has ended, with or without success, begins anew; one that is still tried goes on."""
    o = unit.table("outgoing")
    ended = (o.c.kind == kind) & (o.c.key == key) & (o.c.state != "waiting")
    unit.work_for.add("outgoing")
    await unit.execute(update(o).where(ended).values(state="waiting", run_at=unit.now, attempt=0))


@timers.on(AGAIN)
async def take_up_again(unit: Unit[Context], timer: Timer) -> None:
    """An operator may have been faster."""
    o = unit.table("outgoing")
    given_up = (o.c.kind == timer.payload["kind"]) & (o.c.key == timer.payload["key"]) & (o.c.state == "given_up")
    unit.work_for.add("outgoing")
    await unit.execute(update(o).where(given_up).values(state="waiting", run_at=unit.now, attempt=0))
