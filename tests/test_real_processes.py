"""The five services as processes on RabbitMQ and PostgreSQL, told by environment variables only."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.hall import HallProcess, faults_of, play_day, running
from tests.support.postgres import run_sql


@pytest.fixture
def clean_postgres(postgres_url: str) -> Iterator[str]:
    """The server; the databases that the processes make for themselves are gone afterwards."""
    yield postgres_url
    names = (
        "fees",
        "monitor",
        "notify",
        "intake",
        *(f"approval_{w}" for w in ("planning", "environment", "fire", "window")),
    )
    run_sql(postgres_url, *(f'DROP DATABASE IF EXISTS "yimen_{name}" WITH (FORCE)' for name in names))


async def test_the_standard_day_ends_as_it_should_on_real_parts(
    tmp_path: Path, amqp_vhost_url: str, clean_postgres: str
) -> None:
    house = HallProcess(tmp_path, "deploy.real", YIMEN_BUS_URL=amqp_vhost_url, YIMEN_POSTGRES_URL=clean_postgres)
    async with running(house):
        stories = await play_day(house.base)
        assert await faults_of(house.base, stories) == []
