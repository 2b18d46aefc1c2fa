"""The played outside world of a hall that runs on one machine: bank, two SMS gateways, a mail server, identity
provider, and a clock to move.

What the services and the players have agreed upon (keys, secrets) is made at the first start and kept in `home`; nothing of
it is a constant that a real hall could start with by mistake.
"""

import json
import os
import secrets
import socket
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from sim.bank import Bank, KeyRing, bank_app, control_app
from sim.identity import identity_app
from sim.mail import Postbox, mail_app
from sim.sms import SmsGateway, sms_app
from yimen.clock import MovableClock
from yimen.keys import new_key

BANK_TIME_SCALE = 0.05  # the bank's first repetition after 15 s would be long to wait for in a demonstration
BANK_LATE_SECONDS = 6.0  # the hall waits 5 s


GATEWAYS = {"sms": 3.0, "sms2": 1.0}
"""The SMS gateways, by their names, which are their paths too, and their shares."""

MAIL_FROM = "hall@yimen.example"


@dataclass(frozen=True)
class Agreed:
    """Between the messenger and an SMS gateway."""

    name: str
    weight: float
    key: str
    receipt_secret: str

    def as_setting(self, base: str) -> dict[str, Any]:
        """As the messenger is told of it."""
        return {
            "name": self.name,
            "url": f"{base}/{self.name}/messages",
            "key": self.key,
            "receipt_secret": self.receipt_secret,
            "weight": self.weight,
        }


def agreed_in(home: Path) -> tuple[Agreed, ...]:
    """What an older hall had not agreed upon yet is added."""
    path = home / "agreed.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    told = {name: secret for gateway in GATEWAYS for name, secret in _new_secrets(gateway).items()}
    if missing := told.keys() - known.keys():
        known |= {name: told[name] for name in missing}
        _write(path, json.dumps(known).encode())
    return tuple(
        Agreed(name, weight, known[f"{name}_key"], known[f"{name}_receipt_secret"]) for name, weight in GATEWAYS.items()
    )


def _new_secrets(gateway: str) -> dict[str, str]:
    return {
        f"{gateway}_key": secrets.token_urlsafe(24),
        f"{gateway}_receipt_secret": "whsec_" + b64encode(secrets.token_bytes(24)).decode(),
    }


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class HallKey:
    """What the hall signs its requests to the bank with (RSA, PEM), and what the bank verifies them with."""

    private_file: Path
    public_file: Path


def hall_key_in(home: Path) -> HallKey:
    key = HallKey(home / "hall-signing.pem", home / "hall-signing.pub.pem")
    if not key.private_file.exists():
        new = generate_private_key(public_exponent=65537, key_size=2048)
        _write(key.private_file, new.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    if not key.public_file.exists():
        public = load_pem_private_key(key.private_file.read_bytes(), None).public_key()
        _write(key.public_file, public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return key


def journal_key_in(home: Path) -> Path:
    """What the supervisor signs the journal's roots with (Ed25519, PEM)."""
    path = home / "journal-signing.pem"
    if not path.exists():
        _write(path, Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def data_keys_in(home: Path) -> str:
    """Keys under which personal data lies in the databases of this home, as YIMEN_DATA_KEYS names them."""
    path = home / "data-keys"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        _write(path, new_key().encode())
    return path.read_text()


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, for our eyes only."""
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    os.replace(draft, path)


def _gateway(home: Path, base: str, agreed: Agreed) -> SmsGateway:
    return SmsGateway(
        name=agreed.name,
        key=agreed.key,
        receipt_url=f"{base}/notify/sms/receipts/{agreed.name}",
        receipt_secret=agreed.receipt_secret,
        path=home / f"{agreed.name}.sqlite3",
    )


class Outside:
    """`base` is where the hall will answer, e.g. http://127.0.0.1:8080.

    `bank_elsewhere`: the bank is a process of its own; only what was agreed with it is here (`ring`, `hall_key`)."""

    def __init__(self, home: Path, base: str, *, bank_elsewhere: bool = False) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.issuer = f"{base}/identity"
        self.clock = MovableClock(home / "clock")
        self.agreed = agreed_in(home)
        self.notify_url = f"{base}/fees/bank/messages"
        self.ring = KeyRing(home / "bank")
        self.hall_key = hall_key_in(home)
        self.journal_key = journal_key_in(home)
        self._bank = None if bank_elsewhere else self._open_bank(home)
        self.identity = identity_app(self.issuer, home / "identity.key")
        self.smtp_port = free_port()
        self._living = {agreed.name: sms_app(_gateway(home, base, agreed)) for agreed in self.agreed}
        self._living["mail"] = mail_app(Postbox(home / "mail.sqlite3"), self.smtp_port)
        if self._bank is not None:
            self._living["bank"] = bank_app(self._bank)

    def _open_bank(self, home: Path) -> Bank:
        return Bank(
            home / "bank",
            self.clock,
            self.notify_url,
            ring=self.ring,
            time_scale=BANK_TIME_SCALE,
            hall_key=self.hall_key.public_file.read_bytes(),
            late_seconds=BANK_LATE_SECONDS,
        )

    @property
    def bank(self) -> Bank:
        assert self._bank is not None, "the bank is a process of its own"
        return self._bank

    def routes(self) -> list[BaseRoute]:
        players: dict[str, Starlette] = {"identity": self.identity, **self._living}
        if self._bank is not None:
            players["bank-control"] = control_app(self._bank)
        return [Mount(f"/{name}", app=app) for name, app in players.items()]

    @asynccontextmanager
    async def alive(self) -> AsyncIterator[None]:
        """The bank calls back, the gateways send their receipts and mails are taken while this lasts."""
        async with AsyncExitStack() as stack:
            for app in self._living.values():
                await stack.enter_async_context(app.router.lifespan_context(app))
            yield

    async def keys(self) -> dict[str, Any]:
        """The issuer's public keys, for services in the same process: no request to a hall that is not up yet."""
        return {"keys": [self.identity.state.provider.key.as_dict(private=False)]}
