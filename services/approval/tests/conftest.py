"""A window of two departments, on a real database, with a review on its desk."""

from collections.abc import AsyncIterator, Callable

import pytest

from services.approval.app import build
from services.approval.settings import ApprovalSettings
from services.approval.tests import samples
from services.approval.tests.desk import Desk
from tests.support.migrated import KINDS
from yimen.clock import FrozenClock
from yimen.testing import start_service


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, migrated: Callable[[str, str], str]) -> str:
    return migrated(request.param, "approval")


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    settings = ApprovalSettings(database_url=database_url, departments=("fire", "housing"))
    async with start_service(build, settings, clock=FrozenClock(samples.MONDAY)) as harness:
        yield Desk(harness)


@pytest.fixture
async def asked(desk: Desk) -> Desk:
    """The desk after intake has asked for review R1."""
    await desk.intake(samples.requested())
    return desk
