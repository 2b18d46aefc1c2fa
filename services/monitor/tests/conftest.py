"""The supervisor's database."""

from collections.abc import Callable

import pytest

from tests.support.migrated import KINDS


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, migrated: Callable[[str, str], str]) -> str:
    return migrated(request.param, "monitor")
