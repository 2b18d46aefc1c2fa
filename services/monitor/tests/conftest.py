"""The supervisor's database."""

from collections.abc import AsyncIterator, Callable

import pytest

from services.monitor.tests.harness import supervisor, tell
from services.monitor.tests.samples import accepted, at, decided, due, recorded, submitted
from tests.support.migrated import KINDS
from yimen.testing import Harness


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, migrated: Callable[[str, str], str]) -> str:
    return migrated(request.param, "monitor")


@pytest.fixture
async def blue(database_url: str) -> AsyncIterator[Harness]:
    """One case, whose early alert is raised on Friday 13 March and waits for an answer until Wednesday the 18th. The case
    itself is decided in time."""
    in_time = decided(at(3, 13)).model_copy(update={"case_number": "K1"})
    mine = (submitted(case_number="K1"), accepted(10, due(3, 16), case_number="K1"), in_time)
    told = recorded(("/intake", event, at(3, 2)) for event in mine)
    async with supervisor(database_url) as harness:
        await tell(harness, *told[:-1])
        harness.clock.move_to(at(3, 13, 0))
        await harness.fire_timers()
        await tell(harness, told[-1])
        yield harness
