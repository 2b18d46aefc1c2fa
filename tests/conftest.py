"""One standard day for all tests that need one: played once in a run, in an embedded hall, and recorded."""

import asyncio

import pytest

from tests.support.replay import Recording, recorded_day


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return asyncio.run(recorded_day(tmp_path_factory.mktemp("recorded")))
