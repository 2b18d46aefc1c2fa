"""Intake on a real database, with a sample of each kind added to the catalogue that ships."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from services.intake.app import build
from services.intake.publishing import publish
from services.intake.settings import IntakeSettings
from services.intake.tests.hall import Hall
from services.intake.tests.samples import ITEMS, MONDAY
from tests.support.migrated import KINDS
from yimen.clock import FrozenClock
from yimen.testing import start_service


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, migrated: Callable[[str, str], str]) -> str:
    return migrated(request.param, "intake")


@pytest.fixture
async def hall(database_url: str, tmp_path: Path) -> AsyncIterator[Hall]:
    settings = IntakeSettings(database_url=database_url, materials=(tmp_path / "materials").as_uri())
    async with start_service(build, settings, clock=FrozenClock(MONDAY)) as harness:
        async with harness.units.begin() as unit:
            await publish(unit, ITEMS)
        yield Hall(harness)
