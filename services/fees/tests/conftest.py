"""A fee window on a real database, wired to a played bank with keys of its own."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from services.fees.app import blueprint, build
from services.fees.settings import FeesSettings
from services.fees.tests import samples
from services.fees.tests.window import Late, Window
from sim.bank import Bank, KeyRing, Manners, bank_app
from tests.support.postgres import blocking
from yimen.clock import FrozenClock
from yimen.db import Database
from yimen.migrating import upgrade
from yimen.service import Parts, Service
from yimen.testing import start_service


@cache
def hall_key() -> tuple[bytes, bytes]:
    """Private and public, PEM. Making keys takes a while: one for all tests."""
    key = generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), public


def _kept(content: bytes, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@asynccontextmanager
async def open_window(
    database_url: str, folder: Path, ring: KeyRing, manners: Manners | None = None, seed: int = 0, **settings: object
) -> AsyncIterator[Window]:
    """The bank refuses what the hall did not sign."""
    clock, wire = FrozenClock(samples.MONDAY), Late()
    bank = Bank(
        folder,
        clock,
        "http://hall.test/bank/messages",
        transport=wire,
        ring=ring,
        seed=seed,
        manners=manners or Manners(),
        hall_key=hall_key()[1],
    )
    orders = httpx.ASGITransport(app=bank_app(bank))

    def assemble(parts: Parts, chosen: FeesSettings) -> Service[object]:
        return build(parts, chosen, bank=orders)  # type: ignore[return-value]

    agreed = {"bank_keys_file": ring.public_file, "bank_message_key": ring.message_key.hex()}
    agreed |= {"bank_signing_key_file": _kept(hall_key()[0], folder / "hall.pem")}
    chosen = FeesSettings(database_url=database_url, bank_url="http://bank.test", **(agreed | settings))
    async with start_service(assemble, chosen, clock=clock) as harness:
        wire.far_end = httpx.ASGITransport(app=harness.service.app)
        try:
            yield Window(harness, bank, wire)
        finally:
            await bank.close()


def migrate(url: str) -> None:
    async def work() -> None:
        database = Database(url)
        await upgrade(database, blueprint.migrations)
        await database.close()

    blocking(work())


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "fees.db"
    migrate(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.real)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A copy of a migrated database: migrating once for each test would take most of the time."""
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "fees.db")
        return f"sqlite+aiosqlite:///{path}"
    template = request.getfixturevalue("postgres_template")("fees", migrate)
    return str(request.getfixturevalue("postgres_database")(template=template))


@pytest.fixture(scope="session")
def ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    """Making keys takes a while: one ring for all tests that leave it alone."""
    return KeyRing(tmp_path_factory.mktemp("bank"))


@pytest.fixture
async def window(database_url: str, tmp_path: Path, ring: KeyRing) -> AsyncIterator[Window]:
    async with open_window(database_url, tmp_path / "bank", ring) as opened:
        yield opened
