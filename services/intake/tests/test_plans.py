"""Every list is answered from an index (decision 0027): the plans of what the routes ask, and the rows that they touch.

Among thirty thousand cases, with the statistics that PostgreSQL would have of them; each statement is planned for its
values and once more for any values, as PostgreSQL may do with a statement that it has seen often. Time is not looked at.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import orjson
import pytest
import pytest_asyncio
from sqlalchemy import Engine, event, make_url

from services.intake.app import build
from services.intake.publishing import publish
from services.intake.settings import IntakeSettings
from services.intake.tests.hall import Hall
from services.intake.tests.samples import COMMITTED, FORWARDED, INSTANT, ITEMS, JOINT, MONDAY
from tests.support.multitude import multiply
from yimen.clock import FrozenClock
from yimen.departments import DEPARTMENTS
from yimen.testing import start_service
from yimen.web import Role

pytestmark = pytest.mark.asyncio(loop_scope="module")

CASES = 30_000
LIMIT = 20
ALL = len(DEPARTMENTS)
MIDDLE = "2026-08-10T00:00:00.000000Z"
ONE, TWO, EVERY = ["planning"], ["planning", "fire"], list(DEPARTMENTS)
ANNOUNCEMENTS = """
INSERT INTO announcements (announcement_id, title, body, published_by, published_at, withdrawn_at)
SELECT 'a' || n, '公告', '正文', '{"id": "a", "name": "章有序"}', now() - n * interval '1 hour',
 CASE WHEN n % 3 = 0 THEN now() END FROM generate_series(1, 5000) AS n
"""


@dataclass(frozen=True)
class Asked:
    """A list as somebody asks for it, and of how many branches its page is merged."""

    path: str
    role: Role | None
    departments: list[str]
    branches: int
    full: bool = True


STAFF = [
    Asked("/cases", Role.WINDOW_CLERK, ONE, 1),
    Asked("/cases", Role.WINDOW_CLERK, TWO, 2),
    Asked("/cases", Role.WINDOW_CLERK, EVERY, ALL),
    Asked("/cases?department=fire", Role.WINDOW_CLERK, EVERY, 1),
    Asked("/cases?state=open", Role.WINDOW_CLERK, ONE, 1),
    Asked("/cases?state=open", Role.WINDOW_CLERK, EVERY, ALL),
    Asked("/cases?state=closed", Role.WINDOW_CLERK, ONE, 4),
    Asked("/cases?state=decided", Role.WINDOW_CLERK, TWO, 8),
    Asked("/cases?state=accepted", Role.WINDOW_CLERK, EVERY, 4 * ALL),
    Asked("/cases?state=returned", Role.WINDOW_CLERK, EVERY, 4 * ALL, full=False),
    Asked("/cases?kind=instant", Role.WINDOW_CLERK, ONE, 9),
    Asked("/cases?state=open&kind=joint", Role.WINDOW_CLERK, ONE, 5, full=False),
    Asked("/cases?state=closed&kind=joint", Role.WINDOW_CLERK, TWO, 2),
    Asked("/cases", Role.SUPERVISOR, [], ALL),
    Asked("/cases?department=health", Role.SUPERVISOR, [], 1),
    Asked("/cases?state=open", Role.SUPERVISOR, [], ALL),
    Asked("/cases?state=closed", Role.SUPERVISOR, [], 4 * ALL),
]
LEDGERS = [
    Asked("/ledgers/acceptance", Role.WINDOW_CLERK, ONE, 1),
    Asked("/ledgers/acceptance?from=2026-07-01&to=2026-08-31", Role.CHIEF_REPRESENTATIVE, ONE, 1),
    Asked("/ledgers/acceptance?kind=forwarded", Role.WINDOW_CLERK, ONE, 9),
    Asked("/ledgers/acceptance?kind=joint&state=withdrawn", Role.WINDOW_CLERK, TWO, 2, full=False),
    Asked("/ledgers/acceptance", Role.LEADER, [], ALL),
    Asked("/ledgers/acceptance?kind=joint", Role.CENTRE_ADMIN, [], 9 * ALL),
    Asked("/ledgers/service", Role.WINDOW_CLERK, ONE, 1),
    Asked("/ledgers/service?from=2026-07-01&to=2026-08-31", Role.SUPERVISOR, [], ALL),
    Asked("/ledgers/service?kind=joint", Role.WINDOW_CLERK, ONE, 2),
    Asked("/ledgers/service?state=decided", Role.WINDOW_CLERK, ONE, 4, full=False),
    Asked("/ledgers/service?kind=instant&state=closed", Role.SUPERVISOR, [], ALL),
]
EVERYBODY = [
    Asked("/my/cases", Role.CITIZEN, [], 9),
    Asked("/my/cases?state=open", Role.CITIZEN, [], 5),
    Asked("/my/cases?state=closed", Role.CITIZEN, [], 1),
    Asked("/results", None, [], ALL),
    Asked("/results?department=forestry", None, [], 1),
    Asked("/results?from=2026-07-01&to=2026-08-31", None, [], ALL),
    Asked(f"/results?item_code={JOINT.code}", None, [], ALL),
    Asked(f"/results?item_code={JOINT.code}&department=fire", None, [], 1),
    Asked("/results?department=nowhere", None, [], 1, full=False),
    Asked("/announcements", None, [], 1),
]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def crowd(
    postgres_url: str, postgres_template: Callable[[str, Callable[[str], None]], str]
) -> AsyncIterator[tuple[Hall, asyncpg.Connection]]:
    name = postgres_template("a crowd of cases", lambda _url: None)
    url = make_url(postgres_url).set(database=name)
    settings = IntakeSettings(database_url=url.render_as_string(hide_password=False))
    async with start_service(build, settings, clock=FrozenClock(MONDAY)) as harness:
        async with harness.units.begin() as unit:
            await publish(unit, ITEMS)
        hall = Hall(harness)
        for item in (INSTANT, COMMITTED, JOINT, FORWARDED):
            await hall.accepted(item)
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(plain)
        await connection.execute(ANNOUNCEMENTS)
        await multiply(connection, CASES)
        await connection.execute("VACUUM ANALYZE")
        yield hall, connection
        await connection.close()


@contextmanager
def overheard() -> Iterator[list[tuple[str, Any]]]:
    """Every statement that goes to a database meanwhile."""
    said: list[tuple[str, Any]] = []

    def hear(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        said.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


async def planned(connection: asyncpg.Connection, statement: str, parameters: Any, mode: str) -> dict[str, Any]:
    await connection.execute(f"SET plan_cache_mode = {mode}")
    await connection.execute(f"PREPARE asked AS {statement}")
    values = f"({', '.join(map(_literal, parameters))})" if parameters else ""
    told = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE asked{values}")
    await connection.execute("DEALLOCATE asked")
    plan: dict[str, Any] = orjson.loads(told)[0]["Plan"]
    return plan


def _literal(value: Any) -> str:
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def touched(plan: dict[str, Any], tables: tuple[str, ...]) -> int:
    """Rows that were read of these tables, those thrown away included."""
    counts = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
    found = (node for node in nodes(plan) if node.get("Relation Name") in tables)
    return sum(int(sum(node.get(count, 0) for count in counts) * node["Actual Loops"]) for node in found)


def faults(plan: dict[str, Any]) -> list[str]:
    """A scan of a whole table that grows, or a sort of more than a page."""
    small = ("items", "calendar_plans")
    scans = (node for node in nodes(plan) if node["Node Type"] == "Seq Scan" and node["Relation Name"] not in small)
    sorts = (
        node for node in nodes(plan) if "Sort" in node["Node Type"] and node["Plans"][0]["Actual Rows"] > LIMIT + 1
    )
    return [f"{node['Node Type']} {node.get('Relation Name', '')}" for node in (*scans, *sorts)]


async def ask(hall: Hall, asked: Asked, **more: str) -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    who = hall.harness.as_(asked.role, departments=asked.departments, id="citizen-1") if asked.role else {}
    joined = "&" if "?" in asked.path else "?"
    query = "&".join(f"{name}={value}" for name, value in ({"limit": str(LIMIT)} | more).items())
    with overheard() as said:
        answer = await hall.client.get(f"{asked.path}{joined}{query}", headers=who)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown, said


def _deep(asked: Asked) -> str:
    return f"{MIDDLE}~0" if asked.path.startswith(("/results", "/announcements")) else f"{MIDDLE}~8"


@pytest.mark.parametrize(
    "asked", [*STAFF, *LEDGERS, *EVERYBODY], ids=lambda a: f"{a.path}-{a.role}-{len(a.departments)}"
)
@pytest.mark.parametrize("deep", [False, True], ids=["first page", "deep page"])
async def test_a_page_reads_no_more_rows_than_it_shows_and_one_for_each_branch(
    crowd: tuple[Hall, asyncpg.Connection], asked: Asked, deep: bool
) -> None:
    hall, connection = crowd
    shown, said = await ask(hall, asked, **({"after": _deep(asked)} if deep else {}))
    assert len(shown["items"]) == LIMIT or not asked.full
    for mode in ("force_custom_plan", "force_generic_plan"):
        read = 0
        for statement, parameters in said:
            plan = await planned(connection, statement, parameters, mode)
            assert faults(plan) == [], (mode, statement)
            lists_departments = "WITH RECURSIVE" in statement
            read += 0 if lists_departments else touched(plan, ("cases", "announcements"))
            assert not lists_departments or touched(plan, ("cases",)) <= ALL + 1
        assert read <= LIMIT + 1 + asked.branches, mode


async def test_a_list_of_many_branches_is_planned_once_and_not_for_each_reader(
    crowd: tuple[Hall, asyncpg.Connection],
) -> None:
    hall, connection = crowd
    _shown, said = await ask(hall, Asked("/cases?state=closed", Role.SUPERVISOR, [], 4 * ALL))
    statement, parameters = next(one for one in said if "AS merged" in one[0])
    await connection.execute(f"SET plan_cache_mode = auto; PREPARE asked AS {statement}")
    for _ in range(8):
        await connection.execute(f"EXECUTE asked ({', '.join(map(_literal, parameters))})")
    query = "SELECT generic_plans FROM pg_prepared_statements WHERE name = 'asked'"
    assert await connection.fetchval(query) == 3, "after five plans for their values PostgreSQL keeps the one for any"
    await connection.execute("DEALLOCATE asked")


async def test_a_ledgers_page_reads_the_papers_and_reviews_of_its_own_lines_only(
    crowd: tuple[Hall, asyncpg.Connection],
) -> None:
    hall, connection = crowd
    shown, said = await ask(hall, LEDGERS[0])
    papers = sum(len(line["documents"]) for line in shown["items"])
    for statement, parameters in said:
        plan = await planned(connection, statement, parameters, "force_custom_plan")
        assert touched(plan, ("documents",)) <= papers + 10, "of one line more than is shown"
        assert touched(plan, ("reviews",)) <= 3 * (LIMIT + 1)


async def test_the_crowd_is_as_varied_as_the_lists_need_it(crowd: tuple[Hall, asyncpg.Connection]) -> None:
    _hall, connection = crowd
    found = await connection.fetch("SELECT department, kind, status, count(*) AS n FROM cases GROUP BY 1, 2, 3")
    varied = {(row["department"], row["kind"], row["status"]) for row in found}
    assert len(varied) == ALL * 4 * 5
    first, last = await connection.fetchrow("SELECT min(submitted_at), max(submitted_at) FROM cases")
    assert first < datetime(2026, 6, 30, tzinfo=UTC) < last
    assert first.date() > date(2026, 6, 1)
