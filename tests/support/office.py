"""What a window and a bank in processes of their own are made of: programs, the lines between them, keys and settings."""

import os
import sys
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from sim.bank import KeyRing
from sim.identity import identity_app, mint, new_key
from sim.people import PEOPLE
from tests.support.played import served
from tests.support.proxy import Proxy
from tests.support.sandbox import PrivateServer, Sandbox, free_port

KEYS = "YIMEN_DATA_KEYS"
ROOT = Path(__file__).parents[2]


class Program(PrivateServer):
    """`python -m module` on that port, told by its environment alone."""

    def __init__(self, sandbox: Sandbox, module: str, port: int, environment: Mapping[str, str]) -> None:
        super().__init__(sandbox, f"{module}-{port}")
        self.url = f"http://127.0.0.1:{port}"
        self._module = module
        own = {name: value for name, value in os.environ.items() if not name.startswith("YIMEN_") or name == KEYS}
        where = {"PYTHONPATH": str(ROOT), "YIMEN_PORT": str(port), "YIMEN_BANK_PORT": str(port)}
        self.environment = own | where | dict(environment)

    def _command(self) -> tuple[list[str], dict[str, str]]:
        return [sys.executable, "-m", self._module], self.environment

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", trust_env=False, timeout=5).is_success
        except httpx.TransportError:
            return False


@dataclass(frozen=True)
class Lines:
    """From the bank to the window, and from the window to its database and its broker."""

    notify: Proxy
    database: Proxy
    broker: Proxy

    def heal(self) -> None:
        """Nothing is held back any more, and what was held back is lost."""
        for line in (self.notify, self.database, self.broker):
            line.cut()
            line.resume()


@dataclass(frozen=True)
class Office:
    """What the processes stand on: addresses without any line, and a folder for keys and the bank's books."""

    sandbox: Sandbox
    database: str
    broker: str
    folder: Path


class Tokens:
    """The played identity provider, served by this process."""

    def __init__(self) -> None:
        self._port, self._key = free_port(), new_key()
        self.address = f"http://127.0.0.1:{self._port}"

    def of(self, person: str) -> str:
        return f"Bearer {mint(self._key, PEOPLE[person], self.address)}"

    def served(self) -> AbstractAsyncContextManager[str]:
        return served(identity_app(self.address, self._key), self._port)


def bank_environment(office: Office, lines: Lines, control: int, time_scale: float) -> dict[str, str]:
    """Its keys are made here, since the window has to know them when it starts."""
    KeyRing(office.folder)
    key = generate_private_key(public_exponent=65537, key_size=2048)
    (office.folder / "hall.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (office.folder / "hall.public").write_bytes(public)
    return {
        "YIMEN_BANK_FOLDER": str(office.folder),
        "YIMEN_BANK_CONTROL_PORT": str(control),
        "YIMEN_BANK_NOTIFY_URL": f"http://127.0.0.1:{lines.notify.port}/bank/messages",
        "YIMEN_BANK_TIME_SCALE": str(time_scale),
        "YIMEN_BANK_HALL_KEY_FILE": str(office.folder / "hall.public"),
    }


def fees_environment(office: Office, lines: Lines, bank: str, issuer: str) -> dict[str, str]:
    return {
        "YIMEN_FEES_DATABASE_URL": lines.database.address(office.database),
        "YIMEN_BUS_URL": lines.broker.address(office.broker),
        "YIMEN_ISSUER": issuer,
        "YIMEN_LOG_LEVEL": "ERROR",
        "YIMEN_FEES_BANK_URL": bank,
        "YIMEN_FEES_BANK_KEYS_FILE": str(office.folder / "keys.json"),
        "YIMEN_FEES_BANK_MESSAGE_KEY": (office.folder / "message.key").read_text(),
        "YIMEN_FEES_BANK_SIGNING_KEY_FILE": str(office.folder / "hall.key"),
    }
