"""What most rows of the fault table stand on: a ledger in a real PostgreSQL."""

from collections.abc import AsyncIterator, Callable

import pytest

from tests.support.ledger import Ledger, open_ledger


@pytest.fixture
async def ledger(postgres_database: Callable[[], str]) -> AsyncIterator[Ledger]:
    async with open_ledger(postgres_database()) as opened:
        yield opened
