"""Lists of cases: the same rows in the same order as sorting all of them would give, read by index alone."""

import secrets
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from services.monitor import listing
from services.monitor.domain.clocks import SEVERITY
from services.monitor.listing import NO_DUE, Asked
from services.monitor.tables import case_counts, cases
from services.monitor.tests.harness import supervisor
from services.monitor.tests.samples import at
from yimen.bus import View
from yimen.contracts.monitor import Light
from yimen.contracts.parts import Kind

NOW = at(3, 16, 12)
DEPARTMENTS = ("planning", "fire", "health")
LEVELS = {3: "red_at", 2: "yellow_at", 1: "blue_at"}
days = st.integers(-6, 6).map(lambda n: date(2026, 3, 16) + timedelta(days=n))
instants = st.one_of(st.none(), days.map(lambda day: datetime(day.year, day.month, day.day, 16, tzinfo=UTC)))
lives = st.fixed_dictionaries(
    {
        "department": st.sampled_from(DEPARTMENTS),
        "kind": st.sampled_from(["instant", "joint"]),
        "item_code": st.sampled_from(["J01", "J02"]),
        "accepted_on": st.one_of(st.none(), days),
        "promised_due": st.one_of(st.none(), days),
        "ended": st.booleans(),
        "closed_on": st.one_of(st.none(), days),
        "late_days": st.sampled_from([None, 0, 3]),
        **dict.fromkeys(LEVELS.values(), instants),
    }
)
asks = st.builds(
    Asked,
    departments=st.one_of(st.none(), st.just(("planning", "fire")), st.just(("health",)), st.just(("nobody",))),
    light=st.one_of(st.none(), st.sampled_from(list(Light))),
    ended=st.sampled_from([None, False, True]),
)
counted = st.builds(
    Asked,
    departments=st.one_of(st.none(), st.just(("planning", "fire"))),
    item=st.sampled_from([None, "J01"]),
    kind=st.sampled_from([None, Kind.JOINT]),
    late=st.sampled_from([None, True, False]),
    ended=st.sampled_from([None, False, True]),
    accepted=st.one_of(st.none(), st.just((date(2026, 3, 12), date(2026, 3, 18)))),
    closed=st.one_of(st.none(), st.just((date(2026, 3, 14), date.max))),
    light=st.sampled_from([None, Light.RED]),
)


def row_of(number: int, life: dict) -> dict:
    """As `watching` would keep it: a clock that has stopped reaches nothing later."""
    life = dict(life)
    ended = life.pop("ended")
    stopped = NOW - timedelta(hours=1) if ended else None
    for name in LEVELS.values():
        if ended and life[name] is not None and life[name] > stopped:
            life[name] = None
    frozen = next((rank for rank, name in LEVELS.items() if life[name]), 0)
    fixed = {
        "provisional": False,
        "paused": False,
        "rungs": {},
        "state": "accepted",
        "item_name": "甲",
        "applicant": "乙",
    }
    ends = {"stopped_at": stopped, "ended_light": frozen if ended else None}
    if not ended:
        life |= {"closed_on": None, "late_days": None}
    return life | fixed | ends | {"number": f"K{number:03}"}


def rank_of(row: dict) -> int:
    return next((rank for rank, name in LEVELS.items() if row[name] and row[name] <= NOW), 0)


def sorted_by_hand(kept: list[dict], asked: Asked) -> list[str]:
    mine = [row for row in kept if asked.departments is None or row["department"] in asked.departments]
    if asked.light is not None:
        mine = [row for row in mine if rank_of(row) == SEVERITY[asked.light]]
    if not asked.by_day:
        mine = [row for row in mine if (row["stopped_at"] is not None) == bool(asked.ended)]
        return [
            r["number"] for r in sorted(mine, key=lambda r: (-rank_of(r), r["promised_due"] or NO_DUE, r["number"]))
        ]
    mine = [row for row in mine if row[asked.day] is not None]
    for name, value in (("item_code", asked.item), ("kind", asked.kind)):
        mine = [row for row in mine if value is None or row[name] == value]
    for name, stretch in (("accepted_on", asked.accepted), ("closed_on", asked.closed)):
        mine = [row for row in mine if stretch is None or (row[name] and stretch[0] <= row[name] <= stretch[1])]
    if asked.late is not None:
        mine = [row for row in mine if ((row["late_days"] or 0) > 0) == asked.late]
    if asked.ended is not None:
        mine = [row for row in mine if (row["stopped_at"] is not None) == asked.ended]
    return [row["number"] for row in sorted(mine, key=lambda r: (r[asked.day], r["number"]), reverse=True)]


async def keep(harness, kept: list[dict]) -> None:
    async with harness.units.begin() as unit:
        for row in kept:
            await unit.execute(cases.insert(), row)
        for department in sorted({row["department"] for row in kept}):
            await unit.execute(
                case_counts.insert(),
                {"grain": "year", "first": date(2026, 1, 1), "department": department, "item_code": ""},
            )


async def walk(view: View, asked: Asked, limit: int) -> list[str]:
    """Page by page, each from the place of the last row before."""
    found, after = [], None
    while True:
        page = await listing.page(view, asked, after, limit)
        found += [row.number for row in page]
        if len(page) < limit:
            return found
        rank, day, number = listing.placed(page[-1], asked).split("~")
        after = int(rank), date.fromisoformat(day), number


async def check(url: str, told: list[dict], asked: list[Asked], limit: int) -> None:
    kept = [row_of(number, life) for number, life in enumerate(told)]
    async with supervisor(url, NOW) as harness:
        await keep(harness, kept)
        async with harness.units.view() as view:
            for one in asked:
                assert await walk(view, one, limit) == sorted_by_hand(kept, one), one


@settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
@given(
    told=st.lists(lives, max_size=25),
    asked=st.lists(st.one_of(asks, counted), min_size=4, max_size=12),
    limit=st.integers(1, 9),
)
async def test_any_page_is_what_sorting_all_of_them_would_show(tmp_path, told, asked, limit):
    await check(f"sqlite+aiosqlite:///{tmp_path / secrets.token_hex(8)}.db", told, asked, limit)


async def test_the_same_pages_on_both_databases(database_url):
    told = [
        {
            "department": DEPARTMENTS[n % 3],
            "kind": ("instant", "joint")[n % 2],
            "item_code": ("J01", "J02")[n % 5 == 0],
            "accepted_on": date(2026, 3, 10 + n % 9) if n % 7 else None,
            "promised_due": date(2026, 3, 10 + n % 11) if n % 4 else None,
            "ended": n % 3 == 1,
            "closed_on": date(2026, 3, 12 + n % 6) if n % 5 else None,
            "late_days": (None, 0, 3)[n % 3],
            "red_at": at(3, 10 + n % 12) if n % 6 == 0 else None,
            "yellow_at": at(3, 9 + n % 12) if n % 5 == 0 else None,
            "blue_at": at(3, 8 + n % 12) if n % 2 == 0 else None,
        }
        for n in range(60)
    ]
    lights = [Asked(light=light, ended=ended) for light in (None, *Light) for ended in (False, True)]
    some = [Asked(("fire",)), Asked(("fire", "health")), Asked(("fire", "health"), ended=True), Asked(item="J01")]
    spans = [Asked(accepted=(date(2026, 3, 12), date(2026, 3, 15))), Asked(closed=(date(2026, 3, 12), date.max))]
    more = [Asked(late=True), Asked(("fire",), late=False, kind=Kind.JOINT), Asked(item="J02", late=True)]
    await check(database_url, told, [*lights, *some, *spans, *more], 3)


@pytest.mark.parametrize(
    "asked",
    [
        Asked(),
        Asked(ended=True),
        Asked(("fire",)),
        Asked(("fire", "health"), ended=True),
        Asked(("fire",), accepted=(date(2026, 3, 1), date(2026, 3, 31))),
        Asked(closed=(date(2026, 3, 1), date(2026, 3, 31))),
        Asked(late=True),
        Asked(item="J01", closed=(date(2026, 3, 1), date(2026, 3, 31))),
    ],
)
async def test_no_list_looks_at_every_case(tmp_path, asked):
    nothing = dict.fromkeys([*LEVELS.values(), "promised_due", "late_days", "closed_on", "accepted_on"])
    life = nothing | {"kind": "joint", "item_code": "J01", "ended": False}
    asked_of_it = []
    async with supervisor(f"sqlite+aiosqlite:///{tmp_path / 'plans.db'}", NOW) as harness:
        await keep(harness, [row_of(n, life | {"department": DEPARTMENTS[n]}) for n in range(3)])
        async with harness.units.view() as view:

            @event.listens_for(view.conn.sync_connection, "before_cursor_execute")
            def remember(_connection, _cursor, statement, parameters, _context, _many):
                asked_of_it.append((statement, parameters))

            await listing.page(view, asked, None, 50)
            plans = [
                row.detail
                for statement, values in list(asked_of_it)
                for row in await view.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            ]
    assert [plan for plan in plans if plan.startswith("SCAN cases")] == []
    assert [plan for plan in plans if "ix_cases_" in plan]
