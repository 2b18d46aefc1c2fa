"""A release is rolled out while the hall works: yesterday's code and today's, side by side on today's schema and one bus."""

from pathlib import Path

from sqlalchemy import make_url

from tests.support.hall import HallProcess, faults_of, play_day, running
from tests.support.postgres import run_sql
from tests.support.two_releases import ALONE, OLD_ONLY, READY_SECONDS
from tests.support.yesterday import ROOT, yesterday

DATABASES = {"intake": "intake", "fees": "fees", "monitor": "monitor", "notify": "notify"}
DATABASES |= {f"approval_{window}": "approval" for window in (*ALONE, "window")}


def ask(postgres_url: str, name: str, query: str) -> object:
    return run_sql(make_url(postgres_url).set(database=f"yimen_{name}").render_as_string(hide_password=False), query)


async def test_yesterdays_code_and_todays_carry_a_day_together(
    tmp_path: Path, amqp_vhost_url: str, clean_postgres: str
) -> None:
    """Half of the requests, events and timers is yesterday's, on the schema that today's has made."""
    told = {"YIMEN_BUS_URL": amqp_vhost_url, "YIMEN_POSTGRES_URL": clean_postgres}
    old = yesterday(tmp_path / "yesterday")
    house = HallProcess(tmp_path / "home", "tests.support.two_releases", YESTERDAY=str(old), **told)
    house.start_seconds = READY_SECONDS
    async with running(house):
        stories = await play_day(house.base)
        assert await faults_of(house.base, stories) == []
        for name, service in DATABASES.items():
            for table in (
                "inbox_parked",
                "inbox_deferred",
                "timers WHERE error IS NOT NULL",
                "inbox_position WHERE held",
            ):
                assert (name, table, ask(clean_postgres, name, f"SELECT count(*) FROM {table}")) == (name, table, 0)
            versions = (old if name in OLD_ONLY else ROOT) / "services" / service / "migrations" / "versions"
            newest = max(path.name.partition("_")[0] for path in versions.glob("[0-9]*.py"))
            assert ask(clean_postgres, name, "SELECT version_num FROM alembic_version") == newest
