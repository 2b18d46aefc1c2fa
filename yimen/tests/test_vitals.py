"""How full a process is: told while it is so."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from tests.support.driving import until
from tests.support.tiny_running import made, running
from yimen import __version__
from yimen.db import Database
from yimen.settings import Part


async def told(http: Any) -> dict[tuple[str, ...], float]:
    """By name and the values of the labels."""
    answer = (await http.get("/metrics")).text
    families = text_string_to_metric_families(answer)
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


@pytest.mark.parametrize("part", list(Part))
async def test_every_process_says_what_it_is_and_whether_it_can_work(
    part: Part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yimen.service.GAUGES_SECONDS", 0.1)
    async with running(made(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}", None, frozenset({part}))) as http:

        async def right() -> bool:
            seen = await told(http)
            return [seen.get(("service_check", check)) for check in ("database", "bus", "loops")] == [1, 1, 1]

        await until(right)
        seen = await told(http)
        build = next(key for key in seen if key[0] == "yimen_build_info")
        assert set(build[1:]) == {"tiny", __version__}
        assert seen["process_resident_memory_bytes",] > 0
        assert seen["http_requests_in_flight",] == 1, "this one"


async def test_a_check_that_fails_is_told(tmp_path: Path) -> None:
    service = made(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}")

    async def fails() -> tuple[bool, str]:
        return False, "no"

    await service.vitals.look({"bus": fails})
    assert service.registry.get_sample_value("service_check", {"check": "bus"}) == 0
    await service.stop()


async def test_who_has_a_connection_and_who_waits_for_one(database_url: str) -> None:
    database = Database(database_url, pool_size=1)
    async with database.write() as conn:
        await conn.execute(text("SELECT 1"))

        async def another() -> None:
            async with database.write():
                assert database.waiting == 0

        waits = asyncio.create_task(another())

        async def waiting() -> bool:
            return database.waiting == 1

        await until(waiting)
        assert database.in_use == 1
    await waits
    assert (database.in_use, database.waiting) == (0, 0)
    await database.close()


async def test_a_loop_that_was_held_up_says_for_how_long(tmp_path: Path) -> None:
    service = made(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}", None, frozenset({Part.API}))

    def above_a_quarter() -> float:
        bucket = service.registry.get_sample_value("event_loop_lag_seconds_bucket", {"le": "0.25"}) or 0
        return (service.registry.get_sample_value("event_loop_lag_seconds_count") or 0) - bucket

    async def looked() -> bool:
        return (service.registry.get_sample_value("event_loop_lag_seconds_count") or 0) > 0

    async with running(service):
        await until(looked)  # and looks again
        time.sleep(1)  # noqa: ASYNC251 - that is the fault

        async def noticed() -> bool:
            return above_a_quarter() >= 1

        await until(noticed)
