"""python -m services.monitor.rebuild: what follows from the journal is folded anew, while monitor is stopped.

Cases with their dates, lists and coming rungs, and the counts, are made again from the journal's events; findings that are
missing are raised. Says of each table how many rows were not as the journal has them. --check says so and changes nothing.
The journal itself is judged by GET /journal/verification, month sheets by GET /scores/{month}/verification.

What people wrote to monitor (answers to alerts, orders, complaints, ratings) does not follow from the journal and is left
alone. Exit: 0 all is as the journal has it; 1 something is not (--check), or not possible; 2 wrong usage.
"""

import sys
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Table, delete, or_, select, update

from services.monitor import counting
from services.monitor.context import Context
from services.monitor.recording import take_chain
from services.monitor.settings import MonitorSettings
from services.monitor.tables import case_counts, cases, journal, metadata, rungs, stage_counts
from services.monitor.watching import Moves, keep, look, move_rungs
from yimen.bus import Unit, Units, View
from yimen.clock import Clock
from yimen.db import Database
from yimen.programs import DONE, REFUSED, program, run, say
from yimen.running import clock_of
from yimen.settings import KitSettings

app = program("services.monitor.rebuild", __doc__)
AT_ONCE: Final = 200
FOLDED: Final = (cases, rungs, case_counts, stage_counts)
_TOLD_OF: Final = journal.c.case_number.is_not(None)
_TOLD: Final = or_(journal.c.type.like("intake.%"), journal.c.type.like("approval.%"))

Digests = dict[str, set[int]]


class _OnlyLooking(Exception):
    """Nothing of it is to stay."""


async def rebuild(units: Units[Context], *, check: bool = False) -> dict[str, int]:
    """By table, how many rows were not as the journal has them: there and wrong, or missing. One transaction."""
    found: dict[str, int] = {}
    try:
        async with units.begin() as unit:
            await take_chain(unit)
            before = await _digests(unit)
            await _fold_anew(unit)

            async def judge() -> None:
                after = await _digests(unit)
                found.update({name: len(before[name] ^ after[name]) for name in before if before[name] != after[name]})
                if check:
                    raise _OnlyLooking

            unit.before_commit(judge)  # behind the counts, which are written when the unit ends
    except _OnlyLooking:
        pass
    return found


async def _fold_anew(unit: Unit[Context]) -> None:
    for table in (case_counts, stage_counts):
        await unit.execute(delete(table))
    await unit.execute(update(cases).values(contribution=None))
    await unit.execute(delete(rungs).where(rungs.c.at > unit.now))
    await counting.begin(unit)
    numbers = await _numbers(unit)
    await unit.execute(delete(cases).where(cases.c.number.not_in(select(journal.c.case_number).where(_TOLD_OF))))
    for first in range(0, len(numbers), AT_ONCE):
        followed = await look(unit, dict.fromkeys(numbers[first : first + AT_ONCE]))
        await keep(unit, followed)
        coming = [(one.seen.number, rung) for one in followed for rung in one.standing if rung.at > unit.now]
        await move_rungs(unit, Moves(coming, []))


async def _numbers(view: View[Context]) -> Sequence[str]:
    """Cases that are kept, and those that the journal tells of."""
    told = set((await view.execute(select(journal.c.case_number).where(_TOLD_OF, _TOLD).distinct())).scalars())
    kept = select(cases.c.number).where(cases.c.number.in_(select(journal.c.case_number).where(_TOLD_OF)))
    return sorted(told | set((await view.execute(kept)).scalars()))


async def _digests(view: View[Context]) -> Digests:
    return {table.name: {hash(repr(tuple(row))) for row in await _rows(view, table)} for table in FOLDED}


async def _rows(view: View[Context], table: Table) -> Any:
    rows = await view.execute(select(*(column for column in table.c if column.name not in ("run_at", "waited"))))
    return (_plain(row) for row in rows)


def _plain(row: Any) -> tuple[Any, ...]:
    """JSON objects in one order of keys, whatever the database gives."""
    return tuple(sorted(map(repr, value.items())) if isinstance(value, dict) else value for value in row)


@app.default
async def begin(*, check: bool = False) -> int:
    settings, clock = MonitorSettings(), clock_of(KitSettings())
    found = await _of(settings, clock, check=check)
    for table, count in found.items():
        say(f"{table}: {count} rows are not as the journal has them")
    if check and found:
        return REFUSED
    say("all is as the journal has it")
    return DONE


async def _of(settings: MonitorSettings, clock: Clock, *, check: bool) -> dict[str, int]:
    database = Database(settings.database_url)
    try:
        return await rebuild(Units(database, clock, Context.of(settings), metadata, "/monitor"), check=check)
    finally:
        await database.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code. Says on stderr in one sentence why it was not done."""
    return run(app, arguments)


if __name__ == "__main__":
    sys.exit(main())
