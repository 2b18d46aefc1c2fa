from pathlib import Path

import pytest

from sim.bank import KeyRing
from sim.tests.branch import Branch


@pytest.fixture(scope="session")
def bank_ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    """Making keys takes a while: one ring for all tests that leave it alone."""
    return KeyRing(tmp_path_factory.mktemp("bank-keys"))


@pytest.fixture
def branch(tmp_path: Path, bank_ring: KeyRing) -> Branch:
    return Branch(tmp_path, bank_ring)
