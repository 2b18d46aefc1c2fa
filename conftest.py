"""Every test of the house, wherever its folder is, can ask for a real broker and database."""

import gc
import os
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from yimen.keys import new_key

pytest_plugins = ["tests.support.fixtures", "tests.support.logged", "tests.support.migrated"]

# What a test starts as a process of its own is told the same keys for personal data.
os.environ.setdefault("YIMEN_DATA_KEYS", new_key())

# Two cores shared with a broker and a database: an example's time says nothing here.
settings.register_profile("yimen", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "yimen"))

# What structlog does unasked, a traceback in colours with every variable, takes half a second for each error logged.
_plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[*structlog.get_config()["processors"][:-1], _plain])


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end: a million objects that the collector need not visit again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.real)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh database of each kind in turn; gone after the test."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    make = request.getfixturevalue("postgres_database")
    return str(make())
