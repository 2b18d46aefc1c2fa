"""The five services as processes on RabbitMQ and PostgreSQL, told by environment variables only.

In the middle of the day every service is stopped and backed up, its database and its objects are lost, and it is restored:
what was begun before goes on.
"""

import asyncio
import hashlib
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from unittest import mock

import pytest
from sqlalchemy import make_url

from deploy import backup
from deploy.real import ALONE
from sim.demo.acting import Story
from sim.demo.day import Day
from sim.demo.hall import Hall
from sim.demo.playing import play
from tests.support.hall import HallProcess, faults_of, running
from tests.support.postgres import run_sql

SERVICES = {name: name for name in ("intake", "fees", "monitor", "notify")}
SERVICES |= {f"approval_{window}": "approval" for window in (*ALONE, "window")}
OBJECTS = ("materials", "documents")
START_SECONDS = 400


class InterruptedDay(Day):
    """After the first morning, with cases under way in every department, something happens."""

    def __init__(self, hall: Hall, happens: Callable[[], Awaitable[None]]) -> None:
        super().__init__(hall)
        self._happens = happens

    async def first_morning(self) -> None:
        await super().first_morning()
        await self._happens()


def lose_and_restore(postgres_url: str, home: Path, kept: Path) -> None:
    for name, service in SERVICES.items():
        url = make_url(postgres_url).set(database=f"yimen_{name}").render_as_string(hide_password=False)
        told = {f"YIMEN_{service.upper()}_DATABASE_URL": url}
        told |= {"YIMEN_INTAKE_MATERIALS": (home / "materials").absolute().as_uri()}
        told |= {"YIMEN_NOTIFY_DOCUMENTS": (home / "documents").absolute().as_uri()}
        with mock.patch.dict(os.environ, told):
            assert backup.main(["take", str(kept / name), "--service", service]) == 0
            run_sql(postgres_url, f'DROP DATABASE "yimen_{name}"', f'CREATE DATABASE "yimen_{name}"')
            for folder in OBJECTS:
                if backup.STORES.get(service) == folder and (home / folder).exists():
                    (home / folder).rename(home / f"lost-{folder}")
            assert backup.main(["restore", str(kept / name), "--service", service]) == 0


def papers_that_differ(postgres_url: str, home: Path) -> list[str]:
    url = make_url(postgres_url).set(database="yimen_notify").render_as_string(hide_password=False)
    digests = run_sql(url, "SELECT coalesce(array_agg(sha256), '{}') FROM documents WHERE state = 'rendered'")
    assert digests
    files = {digest: home / "documents" / digest[:2] / digest[2:4] / digest for digest in digests}
    return [name for name, path in files.items() if hashlib.sha256(path.read_bytes()).hexdigest() != name]


@pytest.mark.slow
async def test_the_standard_day_ends_as_it_should_though_every_service_was_restored_in_the_middle_of_it(
    tmp_path: Path, amqp_vhost_url: str, clean_postgres: str
) -> None:
    home = tmp_path / "home"
    house = HallProcess(home, "deploy.real", YIMEN_BUS_URL=amqp_vhost_url, YIMEN_POSTGRES_URL=clean_postgres)
    house.start_seconds = START_SECONDS
    restored: list[str] = []

    async def lose_everything() -> None:
        await house.stop()
        await asyncio.to_thread(lose_and_restore, clean_postgres, home, tmp_path / "backup")
        await house.start()
        restored.extend(SERVICES)

    async with running(house):
        async with Hall(house.base) as hall:
            stories: dict[str, Story] = await play(hall, InterruptedDay(hall, lose_everything))
        assert restored
        assert await faults_of(house.base, stories) == []
    assert papers_that_differ(clean_postgres, home) == []
