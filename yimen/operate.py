"""The operator's console (运维): what waits for a person in one service's database, and what to do about it.

Works on the database itself, so the service may be down. Each act, and each look at what a message says, asks for --by and
--reason and is recorded with both.
Exit: 0 done, 1 not found or refused, 2 wrong usage.
"""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from cyclopts import App
from sqlalchemy.exc import ArgumentError

from yimen import operations
from yimen.bus.view import Look
from yimen.console import UNSAID, Limit, Signed, Where, cell, write_json
from yimen.console_keys import reseal, sealed
from yimen.errors import NotNow
from yimen.operations import NoReason
from yimen.operations.acts import record
from yimen.operations.looks import record_looks
from yimen.operations.returned import NoSuchQueue, bring_back, returned_count
from yimen.programs import Refused, program, run, say
from yimen.settings import KitSettings

app = program("yimen.operate", __doc__)

SAID = {
    "already-settled": "It was settled before: list again.",
    "subject-waits-for-it": "Its subject waits for it, and would wait for ever: use skip (跳过) to go on without it.",
    "nothing-waits-for-it": "Nothing waits for it, so there is nothing to skip: use discard (丢弃).",
    "not-its-turn": "Numbers before it have not come: see deferred, and settle those first.",
    "not-given-up": "This job was not given up: it is done, or still tried by itself.",
    "not-parked": "This timer is not parked: it rings by itself.",
}
NO_MESSAGE = "No parked message (搁置消息) has this id in this database."


# -- looking ------------------------------------------------------------------------------------------------------------


@app.command
async def parked(
    *, where: Where = UNSAID, kind: str | None = None, subject: str | None = None, limit: Limit = 100
) -> None:
    """Parked messages (搁置消息) that are open, oldest first."""
    async with where.units() as units, units.view() as view:
        rows = await operations.parked(view, kind=kind, subject=subject, limit=limit)
    where.tell(rows, "id", "parked_at", "kind", "consumer", "source", "subject", "sequence", "error")


@app.command
async def show(parked_id: UUID, *, signed: Signed, where: Where = UNSAID) -> None:
    """One parked message whole, with its body, which may hold personal data: the look is recorded before it is shown."""
    async with where.units() as units, units.begin() as unit:
        row = await operations.show(unit, parked_id)
        if row is None:
            raise Refused(NO_MESSAGE)
        behind = await operations.in_front_of(unit, row)
        look = Look(f"parked/{parked_id}", ("body",))
        await record(unit, signed.who, "show", "parked", str(parked_id), {})
        await record_looks(unit, [look], signed.by, signed.by, "yimen.operate show")
    told = {str(name): value for name, value in row._mapping.items()}
    told |= {"body": row.body.decode(errors="replace"), "waiting_behind": behind}
    if where.json:
        write_json(told)
        return
    for name, value in told.items():
        say(f"{name}: {cell(value)}")


@app.command
async def deferred(*, where: Where = UNSAID, limit: Limit = 100) -> None:
    """Subjects of which something waits (等待中的主体), the longest waiting first.

    Not held, and first beyond last_sequence + 1: the numbers between have not come."""
    async with where.units() as units, units.view() as view:
        rows = await operations.deferred_subjects(view, limit=limit)
    columns = ("consumer", "source", "subject", "held", "last_sequence", "first", "waiting", "oldest", "next_try")
    where.tell(rows, *columns, "error")


@app.command
async def jobs(*, where: Where = UNSAID, limit: Limit = 100) -> None:
    """Side effects (外发任务) that were given up or left unsettled, oldest first."""
    async with where.units() as units, units.view() as view:
        rows = await operations.jobs(view, limit=limit)
    where.tell(rows, "kind", "key", "state", "attempt", "created_at", "tried_at", "error")


@app.command
async def timers(*, where: Where = UNSAID, limit: Limit = 100) -> None:
    """Timers (定时任务) whose handler failed to the end, the longest overdue first."""
    async with where.units() as units, units.view() as view:
        rows = await operations.timers(view, limit=limit)
    where.tell(rows, "name", "key", "due_at", "attempt", "error")


@app.command
async def acts(*, where: Where = UNSAID, before: int | None = None, limit: Limit = 100) -> None:
    """What operators did (操作记录), newest first."""
    async with where.units() as units, units.view() as view:
        rows = await operations.acts(view, before=before, limit=limit)
    where.tell(rows, "id", "at", "who", "why", "act", "target_kind", "target_id", "was")


# -- acting -------------------------------------------------------------------------------------------------------------


@app.command
async def replay(parked_id: UUID, *, signed: Signed, where: Where = UNSAID) -> None:
    """Have the service try it again (重放): within a second, or when it runs again."""
    async with where.units() as units, units.begin() as unit:
        row = await operations.replay(unit, parked_id, signed.who)
    if row is None:
        raise Refused(NO_MESSAGE)
    if row.resolution is None:
        raise Refused(f"It still cannot be read and stays parked: {row.error}")
    where.done("replayed: the service tries it within a second; if it fails again, it is parked again")


@app.command
async def skip(parked_id: UUID, *, signed: Signed, where: Where = UNSAID) -> None:
    """Let its subject go on without it (跳过)."""
    async with where.units() as units, units.begin() as unit:
        if await operations.skip(unit, parked_id, signed.who) is None:
            raise Refused(NO_MESSAGE)
    where.done("skipped: its subject goes on without it")


@app.command
async def discard(parked_id: UUID, *, signed: Signed, where: Where = UNSAID) -> None:
    """Put away for good (丢弃) what nothing waits for."""
    async with where.units() as units, units.begin() as unit:
        if await operations.discard(unit, parked_id, signed.who) is None:
            raise Refused(NO_MESSAGE)
    where.done("discarded")


@app.command
async def retry_job(kind: str, key: str, *, signed: Signed, where: Where = UNSAID) -> None:
    """Try a side effect once more, under the same key."""
    async with where.units() as units, units.begin() as unit:
        if not await operations.retry_job(unit, kind, key, signed.who):
            raise Refused("No job of this kind has this key in this database.")
    where.done("waiting: the service tries it at once, with its whole ladder before it")


@app.command
async def retry_timer(name: str, key: str, *, signed: Signed, where: Where = UNSAID) -> None:
    """Ring a parked timer once more."""
    async with where.units() as units, units.begin() as unit:
        if not await operations.retry_timer(unit, name, key, signed.who):
            raise Refused("No timer of this name has this key in this database.")
    where.done("waiting: the service rings it at once; its legal instant stays what it was")


@app.command
async def returned(consumer: str, *, bus_url: str | None = None) -> None:
    """How many messages the broker set aside for this consumer, in its queue CONSUMER.parked. Touches none."""
    count = await returned_count(bus_url or KitSettings().bus_url, consumer)
    say(f"{count}")


@app.command(name="bring-back")
async def bring_home(consumer: str, *, signed: Signed, where: Where = UNSAID, bus_url: str | None = None) -> None:
    """Move what the broker set aside into this consumer's own parking, where it can be shown, replayed or skipped."""
    async with where.units() as units:
        brought = await bring_back(bus_url or KitSettings().bus_url, consumer, units, signed.who)
    if where.json:
        write_json(asdict(brought))
        return
    where.done(f"{brought.parked} parked, {brought.known} parked already, {brought.handled} handled long ago")


for command_of_keys in (reseal, sealed):
    app.command(command_of_keys)


def main(arguments: Sequence[str] | None = None, console: App = app) -> int:
    """The exit code. Says on stderr in one sentence why something was not done."""
    return run(console, arguments, usage=(NoReason, ArgumentError), refused=(NotNow, NoSuchQueue), said=_said)


def _said(refusal: Exception) -> str:
    return SAID.get(refusal.code, refusal.title) if isinstance(refusal, NotNow) else str(refusal)


if __name__ == "__main__":
    sys.exit(main())
