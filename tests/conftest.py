"""For tests of the whole house: one standard day, played once in a run and recorded; a database for any service."""

import asyncio
from collections.abc import Callable, Iterator

import pytest

from tests.support.migrated import KINDS
from tests.support.postgres import run_sql
from tests.support.replay import Recording, recorded_day


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return asyncio.run(recorded_day(tmp_path_factory.mktemp("recorded")))


@pytest.fixture(params=KINDS)
def database_of(request: pytest.FixtureRequest, migrated: Callable[[str, str], str]) -> Callable[[str], str]:
    """`database_of("intake")`: migrated, empty, and this test's own; of each kind in turn."""
    return lambda service: migrated(request.param, service)


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
