"""The played outside world of a hall that runs on one machine: bank, SMS gateway, identity provider, and a clock to move.

What the services and the players have agreed upon (keys, secrets) is made at the first start and kept in `home`; nothing of
it is a constant that a real hall could start with by mistake.
"""

import json
import os
import secrets
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from sim.bank.app import bank_app
from sim.bank.teller import Bank
from sim.identity import identity_app
from sim.sms import SmsGateway, sms_app
from yimen.clock import MovableClock

BANK_TIME_SCALE = 0.05  # the bank's first repetition after 15 s would be long to wait for in a demonstration


@dataclass(frozen=True)
class Agreed:
    """Between the messenger and the SMS gateway."""

    sms_key: str
    sms_receipt_secret: str


def agreed_in(home: Path) -> Agreed:
    path = home / "agreed.json"
    if not path.exists():
        new = {"sms_key": secrets.token_urlsafe(24)}
        new["sms_receipt_secret"] = "whsec_" + b64encode(secrets.token_bytes(24)).decode()
        draft = path.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(new))
        os.replace(draft, path)
    return Agreed(**json.loads(path.read_text()))


class Outside:
    """`base` is where the hall will answer, e.g. http://127.0.0.1:8080."""

    def __init__(self, home: Path, base: str) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.issuer = f"{base}/identity"
        self.clock = MovableClock(home / "clock")
        self.agreed = agreed_in(home)
        self.bank = Bank(home / "bank", self.clock, f"{base}/fees/bank/messages", time_scale=BANK_TIME_SCALE)
        self.identity = identity_app(self.issuer, home / "identity.key")
        gateway = SmsGateway(
            key=self.agreed.sms_key,
            receipt_url=f"{base}/notify/sms/receipts",
            receipt_secret=self.agreed.sms_receipt_secret,
            path=home / "sms.sqlite3",
        )
        self._living = {"bank": bank_app(self.bank), "sms": sms_app(gateway)}

    def routes(self) -> list[BaseRoute]:
        players: dict[str, Starlette] = {"identity": self.identity, **self._living}
        return [Mount(f"/{name}", app=app) for name, app in players.items()]

    @asynccontextmanager
    async def alive(self) -> AsyncIterator[None]:
        """The bank calls back and the gateway sends its receipts while this lasts."""
        async with AsyncExitStack() as stack:
            for app in self._living.values():
                await stack.enter_async_context(app.router.lifespan_context(app))
            yield

    async def keys(self) -> dict[str, Any]:
        """The issuer's public keys, for services in the same process: no request to a hall that is not up yet."""
        return {"keys": [self.identity.state.provider.key.as_dict(private=False)]}
