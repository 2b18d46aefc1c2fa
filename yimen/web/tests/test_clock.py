"""The demonstration's clock, moved by its keeper."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from yimen.bus import Units
from yimen.clock import MovableClock
from yimen.db import Database
from yimen.schema import new_metadata
from yimen.web import Role, clock, create_app
from yimen.web.testing import TestIssuer
from yimen.web.tests.test_problems import check_shape

START = datetime(2026, 9, 1, 1, tzinfo=UTC)
KEEPER = Role.CLOCK_KEEPER


@pytest.fixture
async def keeper(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    issuer, database = TestIssuer(), Database(f"sqlite+aiosqlite:///{tmp_path / 'clock.db'}")
    units = Units(database, MovableClock(start=START), None, new_metadata(), "/clock")
    app = create_app(title="钟", version="1", routers=[clock.router], units=units, verifier=issuer.verifier)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://clock", headers=issuer.headers(KEEPER)
    ) as client:
        yield client


async def test_the_clock_goes_forward_for_everybody(keeper: httpx.AsyncClient) -> None:
    moved = await keeper.put("/clock", json={"now": "2026-09-08T09:00:00+08:00"})
    assert moved.status_code == 200
    seen = datetime.fromisoformat((await keeper.get("/clock")).json()["now"])
    assert seen >= datetime(2026, 9, 8, 1, tzinfo=UTC)


@pytest.mark.parametrize("now", ["2026-08-31T00:00:00Z", "2000-01-01T00:00:00Z"])
async def test_what_has_happened_has_happened(keeper: httpx.AsyncClient, now: str) -> None:
    check_shape(await keeper.put("/clock", json={"now": now}), 409, "clock-moved-back")


@pytest.mark.parametrize(
    "now", ["2100-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-09-09T00:00:00"]
)
async def test_the_clock_stays_where_limits_can_be_reckoned(keeper: httpx.AsyncClient, now: str) -> None:
    problem = check_shape(await keeper.put("/clock", json={"now": now}), 422, "invalid-request")
    assert problem["errors"][0]["pointer"] == "/now"
    assert datetime.fromisoformat((await keeper.get("/clock")).json()["now"]).year == 2026
