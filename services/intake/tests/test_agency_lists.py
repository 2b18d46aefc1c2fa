"""What stations see of what they have in hand, page by page."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from services.intake.domain.agency import AgencyState
from services.intake.queries import agencies as kept
from services.intake.tables import agencies
from services.intake.tests.hall import Hall
from services.intake.tests.samples import MONDAY
from services.intake.tests.stations import Stations, open_stations
from yimen.web import Role


@pytest.fixture
async def stations(hall: Hall) -> Stations:
    return await open_stations(hall)


async def listed(stations: Stations, by: dict[str, str], **query: str | int) -> tuple[list[str], str | None]:
    answer = await stations.hall.client.get("/agencies", headers=by, params=query)
    assert answer.status_code == 200, answer.text
    page = answer.json()
    return [line["agency_id"] for line in page["items"]], page["next"]


async def test_a_station_reads_its_own_and_its_villages_page_by_page(stations: Stations) -> None:
    made = []
    for minute, by in enumerate((stations.agent, stations.clerk, stations.other_agent)):
        stations.move_to(MONDAY + timedelta(minutes=minute))
        made.append(await stations.entrusted(by))
    elsewhere = await stations.entrusted(stations.other_clerk)
    first, following = await listed(stations, stations.clerk, limit=2)
    assert following is not None
    rest, end = await listed(stations, stations.clerk, limit=2, after=following)
    assert (first, rest, end) == (made[:2], made[2:], None)
    assert (await listed(stations, stations.agent))[0] == made[:1]
    assert (await listed(stations, stations.clerk, station="taiping"))[0] == [made[1]]
    assert (await listed(stations, stations.clerk, state="at_village"))[0] == [made[0], made[2]]
    assert (await listed(stations, stations.hall.supervisor))[0] == [*made, elsewhere]


async def test_a_place_that_no_page_named_is_refused(stations: Stations) -> None:
    for after in ("x", "2026-09-28T01:00:00~D2026-000001", "2026-09-28T01:00:00Z~!"):
        answer = await stations.hall.client.get("/agencies", headers=stations.clerk, params={"after": after})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-page")


async def test_a_station_without_a_code_has_nothing(stations: Stations) -> None:
    await stations.entrusted()
    nowhere = stations.hall.harness.as_(Role.VILLAGE_AGENT, Role.STATION_CLERK)
    assert await listed(stations, nowhere) == ([], None)


async def test_what_waits_at_a_station_is_read_by_index_past_all_that_is_finished(stations: Stations) -> None:
    chosen = kept.in_order(kept.of((), ["taiping"]), state=AgencyState.AT_STATION, limit=50)
    sqlite = stations.hall.harness.service.database.is_sqlite
    async with stations.hall.harness.units.begin() as unit:
        await unit.execute(agencies.insert(), [finished(number) for number in range(3000)])
        await unit.execute(text("ANALYZE"))
        statement = chosen.compile(dialect=unit.conn.dialect, compile_kwargs={"literal_binds": True})
        explained = await unit.execute(text(f"EXPLAIN {'QUERY PLAN' if sqlite else ''} {statement}"))
        plan = " ".join(str(row) for row in explained)
    assert "ix_agencies_township" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


def finished(number: int) -> dict[str, object]:
    """A row of the archive, as far as an index sees it."""
    empty = {name: [] for name in ("situations", "materials", "steps")}
    return {
        "agency_id": f"OLD{number}",
        "level": "township",
        "station": "taiping",
        "township": "taiping",
        "state": AgencyState.REVISITED,
        "agent": {},
        "item_code": "X",
        "item_name": "采伐",
        "applicant": {},
        "mandate": "1",
        "receipt_number": f"代字〔2020〕{number}号",
        "entrusted_at": MONDAY - timedelta(days=number),
        "version": 7,
        **empty,
    }
