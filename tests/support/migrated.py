"""Databases at their newest revision, to copy: migrating anew takes longer than what most tests do afterwards.

Each service is migrated once in a run on each kind of database. A test whose subject is migrating asks for `database_url`
of the house, or for none.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.postgres import blocking
from yimen.db import Database
from yimen.migrating import upgrade

KINDS = ("sqlite", pytest.param("postgres", marks=pytest.mark.real))
SERVICES = Path(__file__).parents[2] / "services"


def _migrate(url: str, service: str) -> None:
    async def work() -> None:
        database = Database(url)
        await upgrade(database, SERVICES / service / "migrations")
        await database.close()

    blocking(work())


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`migrated_sqlite("intake")`: an SQLite file that nobody else opens."""
    made: dict[str, Path] = {}

    def prepare(service: str) -> Path:
        if service not in made:
            made[service] = tmp_path_factory.mktemp("migrated") / f"{service}.db"
            _migrate(f"sqlite+aiosqlite:///{made[service]}", service)
        return made[service]

    return prepare


@pytest.fixture
def migrated(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str, str], str]:
    """`migrated("sqlite", "intake")`: the address of a copy for this test alone; gone after it."""

    def copy(kind: str, service: str) -> str:
        if kind == "sqlite":
            made = shutil.copy(request.getfixturevalue("migrated_sqlite")(service), tmp_path / "test.db")
            return f"sqlite+aiosqlite:///{made}"
        template = request.getfixturevalue("postgres_template")(service, lambda url: _migrate(url, service))
        return str(request.getfixturevalue("postgres_database")(template=template))

    return copy
