"""The five services as processes on RabbitMQ and PostgreSQL, told by environment variables only."""

from pathlib import Path

from tests.support.hall import HallProcess, faults_of, play_day, running


async def test_the_standard_day_ends_as_it_should_on_real_parts(
    tmp_path: Path, amqp_vhost_url: str, clean_postgres: str
) -> None:
    house = HallProcess(tmp_path, "deploy.real", YIMEN_BUS_URL=amqp_vhost_url, YIMEN_POSTGRES_URL=clean_postgres)
    async with running(house):
        stories = await play_day(house.base)
        assert await faults_of(house.base, stories) == []
