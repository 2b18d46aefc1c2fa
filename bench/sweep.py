"""The supervisor's hour: fifty thousand rungs due in one minute among a million open cases, and a calendar that changed.

Two sweepers, each a process of its own, beside the bare insert of the same alerts and of what is said of them, from memory
over one connection. Each alert is checked to be there once, and said once. Then a year's plan changes under a hundred
thousand open cases: one process counts them again, beside one UPDATE of the same rows and one of their rungs.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import asyncpg
import orjson
from sqlalchemy import make_url

from bench.report import Figure, Wanted
from bench.rig import Rig
from bench.sweeping import units_on
from services.monitor import rulebooks
from services.monitor.app import blueprint
from services.monitor.domain.clocks import reached
from services.monitor.domain.limits import Watch
from services.monitor.domain.views import CaseView, State
from services.monitor.recomputing import begin_recomputation
from services.monitor.tables import plans
from services.monitor.watching import dates_of, row_of
from yimen.db import Database
from yimen.migrating import upgrade
from yimen.worktime import Calendar, Limit, end_of_day

PROMISED, STATUTORY = 50, 60
DAYS: Final = 80
"""Working days over which the cases were accepted: on each day four rungs are reached, by a share of them each."""

LAST: Final = date(2026, 9, 1)
"""The last day of those whose promise ends now."""

NOW: Final = end_of_day(LAST) + timedelta(minutes=1)
PATIENCE: Final = 900
ROUNDS: Final = 3
"""At most: each of them takes a while, and differs little."""


@dataclass(frozen=True)
class Prototype:
    """A case as its row keeps it, and the rungs that it has still to reach."""

    row: dict[str, Any]
    rungs: list[tuple[str, str, datetime]]


def prototypes() -> list[Prototype]:
    calendar = Calendar.seeded()
    days = [day for back in range(DAYS * 2) if calendar.is_working_day(day := LAST - timedelta(days=back))]
    return [_prototype(day, calendar) for day in days[:DAYS]]


def _prototype(day: date, calendar: Calendar) -> Prototype:
    book = rulebooks.read_book(1, rulebooks.first_book())
    promised, statutory = Limit(day, PROMISED), Limit(day, STATUTORY)
    watched = (
        Watch("promised", "promised", "planning", promised, nearly=True),
        Watch("statutory", "statutory", "planning", statutory),
    )
    standing = reached(watched, calendar, book)
    seen = CaseView("K", State.ACCEPTED, promised=promised, statutory=statutory)
    told = {"department": "planning", "kind": "promised", "item_name": "食品经营许可", "applicant": "某商店"}
    row = row_of(seen, watched, calendar) | dates_of(watched, standing, calendar) | told | {"accepted_on": day}
    later = [(rung.step.rung, rung.department, rung.at) for rung in standing if rung.at >= end_of_day(LAST)]
    return Prototype(row, later)


@asynccontextmanager
async def loaded(rig: Rig, cases: int) -> AsyncIterator[tuple[str, asyncpg.Connection]]:
    """A database of the supervisor's with so many open cases, and a connection to it."""
    with rig.database() as database_url:
        database = Database(database_url)
        await upgrade(database, blueprint.migrations)
        await database.close()
        connection = await asyncpg.connect(
            make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
        )
        try:
            await connection.set_type_codec("jsonb", encoder=_text, decoder=orjson.loads, schema="pg_catalog")
            for number, prototype in enumerate(prototypes()):
                await _load(connection, number, prototype, cases // DAYS)
            await connection.execute("CREATE TABLE standing AS SELECT * FROM rungs WHERE run_at <= $1", NOW)
            await connection.execute("ANALYZE")
            yield database_url, connection
        finally:
            await connection.close()


def _text(value: Any) -> str:
    return orjson.dumps(value).decode()


async def _load(connection: asyncpg.Connection, number: int, prototype: Prototype, cases: int) -> None:
    names = [name for name in prototype.row if name != "number"]
    places = ", ".join(f"${at}" for at in range(3, len(names) + 3))
    await connection.execute(
        f"INSERT INTO cases (number, {', '.join(names)}) "  # noqa: S608 - our own names
        f"SELECT $1 || lpad(g::text, 8, '0'), {places} FROM generate_series(1, $2) AS g",
        f"K{number:03}",
        cases,
        *(prototype.row[name] for name in names),
    )
    for rung, department, at in prototype.rungs:
        await connection.execute(
            "INSERT INTO rungs (case_number, rung, code, department, at, run_at, waited) "
            "SELECT $1 || lpad(g::text, 8, '0'), $3, $3, $4, $5, $5, false FROM generate_series(1, $2) AS g",
            f"K{number:03}",
            cases,
            rung,
            department,
            at,
        )


async def measure(rig: Rig, quick: bool) -> list[Figure]:
    cases, moved = (80_000, 8_000) if quick else (1_000_000, 100_000)
    return [await _sweeps(rig, cases), await _recomputations(rig, moved)]


async def _sweeps(rig: Rig, cases: int) -> Figure:
    due = cases // DAYS * 4
    ours: list[float] = []
    beside: list[float] = []
    async with loaded(rig, cases) as (database_url, connection):
        for _ in range(min(rig.rounds, ROUNDS)):
            ours.append(due / await _swept(rig, database_url))
            await _check(connection, due)
            beside.append(due / await _inserted(connection))
            await connection.execute("TRUNCATE alerts, outbox, outbox_sequence")
            await connection.execute("INSERT INTO rungs SELECT * FROM standing")
            await connection.execute("VACUUM ANALYZE rungs")
    what = f"sweep: {due:,} rungs due in one minute among {cases:,} open cases, two sweepers"
    least = due / 30
    return Figure(
        what, ours, beside, "alerts/s", Wanted(least=round(least)), "bare insert of the alerts and their events"
    )


async def _swept(rig: Rig, database_url: str) -> float:
    """Seconds from the start of both until the later one has nothing more to do."""
    arguments = ("bench.sweeping", "sweep", database_url, NOW.isoformat())
    async with rig.process(*arguments) as one, rig.process(*arguments) as other:
        for process in (one, other):
            await process.said()
        started = time.perf_counter()
        await asyncio.gather(one.tell("go"), other.tell("go"))
        await asyncio.gather(one.said(PATIENCE), other.said(PATIENCE))
        return time.perf_counter() - started


async def _check(connection: asyncpg.Connection, due: int) -> None:
    found = await connection.fetchrow(
        "SELECT (SELECT count(DISTINCT (case_number, rung)) FROM alerts) AS alerts, "
        "(SELECT count(*) FROM outbox) AS said, (SELECT count(DISTINCT subject) FROM outbox) AS subjects, "
        "(SELECT count(*) FROM rungs WHERE run_at <= $1) AS waiting",
        NOW,
    )
    if tuple(found) != (due, due, due, 0):
        raise RuntimeError(f"of {due} rungs: {dict(found)}")


async def _inserted(connection: asyncpg.Connection) -> float:
    """The same rows once more, a thousand a transaction."""
    names = ("alerts", "outbox_sequence", "outbox")
    tables = {name: await connection.fetch(f"SELECT * FROM {name}") for name in names}  # noqa: S608
    await connection.execute("TRUNCATE alerts, outbox, outbox_sequence")
    started = time.perf_counter()
    for first in range(0, len(tables["alerts"]), 1000):
        async with connection.transaction():
            for name, rows in tables.items():
                await _insert(connection, name, rows[first : first + 1000])
    return time.perf_counter() - started


async def _insert(connection: asyncpg.Connection, name: str, rows: Sequence[asyncpg.Record]) -> None:
    names = list(rows[0].keys())
    places = ", ".join(f"${at}" for at in range(1, len(names) + 1))
    statement = f"INSERT INTO {name} ({', '.join(names)}) VALUES ({places})"  # noqa: S608
    await connection.executemany(statement, [tuple(row.values()) for row in rows])


async def _recomputations(rig: Rig, cases: int) -> Figure:
    """A working day of the coming month becomes a day off: every limit that runs over it is a day longer."""
    ours: list[float] = []
    beside: list[float] = []
    async with loaded(rig, cases) as (database_url, connection):
        total = await connection.fetchval("SELECT count(*) FROM cases")
        for turn in range(min(rig.rounds, ROUNDS)):
            ours.append(total / await _recomputed(rig, database_url, turn))
            await _check_moved(connection, total, turn)
            beside.append(total / await _updated(connection))
    what = f"recomputation of {total:,} open cases after a calendar change"
    return Figure(what, ours, beside, "cases/s", Wanted(ratio=0.1), "one UPDATE of the rows and one of their rungs")


async def _recomputed(rig: Rig, database_url: str, turn: int) -> float:
    units = units_on(database_url, NOW.isoformat())
    known = Calendar.seeded().plans[2026]
    more = [LAST + timedelta(days=1 + number) for number in range(turn + 1)]
    async with units.begin() as unit:
        plan = {
            "year": 2026,
            "version": turn + 2,
            "days_off": sorted(day.isoformat() for day in known.days_off | set(more)),
            "worked_weekends": sorted(day.isoformat() for day in known.worked_weekends),
            "revised_at": NOW + timedelta(seconds=turn),
        }
        await unit.execute(plans.insert(), plan)
        await begin_recomputation(unit, f"2026-{turn + 2}", 2026, turn + 2)
    await units.database.close()
    async with rig.process("bench.sweeping", "recompute", database_url, NOW.isoformat()) as process:
        await process.said()
        await process.tell("go")
        return float((await process.said(PATIENCE))["seconds"])


async def _check_moved(connection: asyncpg.Connection, cases: int, turn: int) -> None:
    body = await connection.fetchval("SELECT body FROM outbox ORDER BY seq DESC LIMIT 1")
    said = orjson.loads(body)
    kept = await connection.fetchval("SELECT count(*) FROM recomputations WHERE version = $1", turn + 2)
    if (said["version"], said["cases"], said["moved"]) != (turn + 2, cases, kept):
        raise RuntimeError(f"of {cases} cases {kept} are kept as moved, and it says {said}")


async def _updated(connection: asyncpg.Connection) -> float:
    started = time.perf_counter()
    await connection.execute(
        "UPDATE cases SET promised_due = promised_due + 0, statutory_due = statutory_due + 0, rungs = rungs || '{}', "
        "blue_at = blue_at, yellow_at = yellow_at, red_at = red_at"
    )
    await connection.execute("UPDATE rungs SET at = at, run_at = run_at, waited = false")
    return time.perf_counter() - started
