"""The SMS gateway, played: takes messages, shows them on a page, and sends signed delivery receipts.

Guarantees: a message is taken once however often it is handed in under its id; with a `path` what was taken and which
receipts are owed survive `kill -9`; the same seed gives the same fate to the same message.
Does not: send anything to a real phone.
"""

from __future__ import annotations

import asyncio
import html
import random
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
from fastapi import FastAPI, Header, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from standardwebhooks import Webhook

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    id TEXT PRIMARY KEY, phone TEXT NOT NULL, text TEXT NOT NULL, received_at TEXT NOT NULL,
    status TEXT NOT NULL, receipt_sent INTEGER NOT NULL DEFAULT 0
)
"""


class Handed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=80)
    phone: str = Field(pattern=r"^\+?[0-9\-]{5,20}$")
    text: str = Field(min_length=1, max_length=2000)


@dataclass(slots=True)
class Moods:
    """Switches to misbehave by."""

    fail_next: int = 0  # answers 503 so many times, taking nothing
    lose_next: int = 0  # takes the message, then answers 504 so many times, as if the answer had been lost on the way
    receipt_delay: float = 0.0  # seconds
    keep_receipts: bool = False  # sends none; what became of a message is told to whoever asks
    undelivered_share: float = 0.0  # of messages that end as failed


@dataclass(slots=True)
class Shelf:
    """The messages taken, in one small file (or in memory)."""

    path: Path | None
    connection: sqlite3.Connection = field(init=False)

    def __post_init__(self) -> None:
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        self.connection = sqlite3.connect(self.path or ":memory:", isolation_level=None, check_same_thread=False)
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("PRAGMA synchronous=FULL")
        self.connection.execute(SCHEMA)

    def take(self, handed: Handed, status: str) -> bool:
        """False if it was taken before."""
        row = (handed.id, handed.phone, handed.text, datetime.now(UTC).isoformat(), status)
        insert = "INSERT OR IGNORE INTO messages (id, phone, text, received_at, status) VALUES (?, ?, ?, ?, ?)"
        return self.connection.execute(insert, row).rowcount == 1

    def taken(self, phone: str | None = None) -> list[sqlite3.Row]:
        query = "SELECT * FROM messages WHERE ?1 IS NULL OR phone = ?1 ORDER BY received_at DESC, id LIMIT 500"
        return self.connection.execute(query, (phone,)).fetchall()

    def find(self, message_id: str) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self.connection.execute(
            "SELECT * FROM messages WHERE id = ?", (message_id,)
        ).fetchone()
        return found

    def owed(self) -> list[sqlite3.Row]:
        return self.connection.execute("SELECT * FROM messages WHERE receipt_sent = 0 ORDER BY received_at").fetchall()

    def settled(self, message_id: str) -> None:
        self.connection.execute("UPDATE messages SET receipt_sent = 1 WHERE id = ?", (message_id,))


class SmsGateway:
    """`run()` sends the receipts that are owed, again and again until they are taken."""

    def __init__(
        self,
        *,
        name: str = "sms",
        key: str,
        receipt_url: str,
        receipt_secret: str,
        path: Path | None = None,
        seed: int = 1,
        client: httpx.AsyncClient | None = None,
        retry: float = 1.0,
    ) -> None:
        self.name = name
        self.key = key
        self.moods = Moods()
        self.shelf = Shelf(path)
        self._receipt_url = receipt_url
        self._signer = Webhook(receipt_secret)
        self._seed = seed
        self._client = client
        self._retry = retry
        self._news = asyncio.Event()

    def take(self, handed: Handed) -> None:
        self.shelf.take(handed, self.fate(handed.id))
        self._news.set()

    def fate(self, message_id: str) -> str:
        share = random.Random(f"{self._seed}:{message_id}").random()
        return "failed" if share < self.moods.undelivered_share else "delivered"

    async def run(self) -> None:
        async with self._client or httpx.AsyncClient(timeout=10, trust_env=False) as client:
            while True:
                self._news.clear()
                owed = [] if self.moods.keep_receipts else self.shelf.owed()
                left = [row for row in owed if not await self._send_receipt(client, row)]
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), self._retry if left else None)

    async def _send_receipt(self, client: httpx.AsyncClient, row: sqlite3.Row) -> bool:
        await asyncio.sleep(self.moods.receipt_delay)
        receipt = Receipt(message_id=row["id"], status=row["status"]).model_dump_json()
        now, receipt_id = datetime.now(UTC), f"receipt-{row['id']}"
        headers = {
            "content-type": "application/json",
            "webhook-id": receipt_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(receipt_id, now, receipt),
        }
        try:
            answer = await client.post(self._receipt_url, content=receipt, headers=headers)
        except httpx.HTTPError:
            return False
        if answer.is_success:
            self.shelf.settled(row["id"])
        return answer.is_success


class Receipt(BaseModel):
    message_id: str
    status: str


def sms_app(gateway: SmsGateway) -> FastAPI:
    """The gateway's HTTP side. Its lifespan runs `gateway.run()`; a mounted app's lifespan is for the host to enter."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        receipts = asyncio.create_task(gateway.run())
        yield
        receipts.cancel()
        with suppress(asyncio.CancelledError):
            await receipts

    app = FastAPI(title="短信网关（模拟）", lifespan=lifespan)

    def is_known(authorization: str) -> bool:
        return secrets.compare_digest(authorization.encode(), f"Bearer {gateway.key}".encode())

    @app.post("/messages", status_code=202)
    async def take(handed: Handed, response: Response, authorization: str = Header(default="")) -> dict[str, str]:
        if not is_known(authorization):
            response.status_code = 401
            return {"error": "密钥不正确"}
        if gateway.moods.fail_next > 0:
            gateway.moods.fail_next -= 1
            response.status_code = 503
            return {"error": "网关忙"}
        gateway.take(handed)
        if gateway.moods.lose_next > 0:
            gateway.moods.lose_next -= 1
            response.status_code = 504
            return {"error": "网关超时"}
        return {"id": handed.id}

    @app.get("/messages")
    async def messages(phone: str | None = None) -> JSONResponse:
        rows = gateway.shelf.taken(phone)
        return JSONResponse([{k: row[k] for k in ("id", "phone", "text", "received_at", "status")} for row in rows])

    _add_answers(app, gateway, is_known)
    return app


def _add_answers(app: FastAPI, gateway: SmsGateway, is_known: Callable[[str], bool]) -> None:
    """What became of a message, for who has the key; and what was taken, for whoever watches."""

    @app.get("/messages/{message_id}")
    async def fate(message_id: str, response: Response, authorization: str = Header(default="")) -> dict[str, str]:
        """What became of it: its final status, as in the receipt."""
        if not is_known(authorization):
            response.status_code = 401
            return {"error": "密钥不正确"}
        row = gateway.shelf.find(message_id)
        if row is None:
            response.status_code = 404
            return {"error": "没有这条短信"}
        return {"id": message_id, "status": str(row["status"])}

    @app.get("/")
    async def page() -> HTMLResponse:
        return HTMLResponse(_page(gateway.name, gateway.shelf.taken()))


def _page(name: str, rows: list[sqlite3.Row]) -> str:
    items = "".join(
        f"<li><strong>{html.escape(row['phone'])}</strong> <time>{html.escape(row['received_at'][:19])}Z</time>"
        f"<p>{html.escape(row['text'])}</p></li>"
        for row in rows
    )
    return (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>短信网关（模拟）</title>'
        f"<h1>已由短信网关 {html.escape(name)} 发出的短信</h1><p>演示用：这里的短信没有发往真实手机。</p>"
        f"<ul>{items or '<li>还没有短信。</li>'}</ul></html>"
    )
