"""The mail server, played: takes mails by SMTP and shows them on a page; nothing leaves the house.

How it behaves is told by the first letters of the mailbox: `grey…` is put off once (451, greylisting), `nobody…` is unknown
(550), `late…` is put off always, `drop…` is taken once, and then the connection ends without an answer.

Guarantees: with a `path` what was taken survives the process. Does not: know a repeated mail again (a mailbox does, by its
Message-ID).

`python -m sim.mail`: as a process of its own, the page at YIMEN_PORT, SMTP at YIMEN_MAIL_PORT; with YIMEN_MAIL_CERT
(PEM: key and certificate) it offers STARTTLS.
"""

from __future__ import annotations

import asyncio
import html
import os
import sqlite3
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse

from yimen.running import run_until_told, server_of

SCHEMA = """
CREATE TABLE IF NOT EXISTS mails (
    id INTEGER PRIMARY KEY, message_id TEXT NOT NULL, sender TEXT NOT NULL, recipient TEXT NOT NULL,
    subject TEXT NOT NULL, text TEXT NOT NULL, headers TEXT NOT NULL, received_at TEXT NOT NULL, encrypted INTEGER NOT NULL
)
"""


@dataclass
class Postbox:
    """The mails taken, in one small file (or in memory), and the SMTP server's manners."""

    path: Path | None = None
    connection: sqlite3.Connection = field(init=False)
    put_off: set[str] = field(default_factory=set)
    dropped: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        self.connection = sqlite3.connect(self.path or ":memory:", isolation_level=None, check_same_thread=False)
        self.connection.row_factory = sqlite3.Row
        self.connection.execute(SCHEMA)

    # -- aiosmtpd's hooks, by its names --------------------------------------------------------------------------------

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return f"550 5.1.1 <{address}>: mailbox unknown"
        if address.startswith("late") or (address.startswith("grey") and address not in self.put_off):
            self.put_off.add(address)
            return f"451 4.7.1 <{address}>: greylisted, try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.original_content or b"", policy=default)
        for address in envelope.rcpt_tos:
            self._keep(mail, str(envelope.mail_from), address, encrypted=session.ssl is not None)
            if address.startswith("drop") and address not in self.dropped:
                self.dropped.add(address)
                assert isinstance(server.transport, asyncio.WriteTransport)
                server.transport.abort()
        return "250 taken"

    def _keep(self, mail: EmailMessage, sender: str, recipient: str, *, encrypted: bool) -> None:
        headers = "".join(f"{name}: {value}\n" for name, value in mail.items())
        told = (mail["Message-ID"], sender, recipient, mail["Subject"], mail.get_content(), headers)
        row = (*map(str, told), datetime.now(UTC).isoformat(), encrypted)
        names = "message_id, sender, recipient, subject, text, headers, received_at, encrypted"
        self.connection.execute(f"INSERT INTO mails ({names}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)  # noqa: S608

    def taken(self, recipient: str | None = None) -> list[dict[str, Any]]:
        """Newest first."""
        query = "SELECT * FROM mails WHERE ?1 IS NULL OR recipient = ?1 ORDER BY id DESC LIMIT 500"
        return [dict(row) for row in self.connection.execute(query, (recipient,))]


@asynccontextmanager
async def listening(postbox: Postbox, port: int, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """SMTP on 127.0.0.1 while the block lasts; the port."""

    def session() -> SMTP:
        return SMTP(postbox, hostname="mail.test", tls_context=tls, enable_SMTPUTF8=True)

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def mail_app(postbox: Postbox, port: int, tls: ssl.SSLContext | None = None) -> FastAPI:
    """The page. Its lifespan listens for SMTP; a mounted app's lifespan is for the host to enter."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with listening(postbox, port, tls):
            yield

    app = FastAPI(title="邮件服务器（模拟）", lifespan=lifespan)

    @app.get("/messages")
    async def messages(recipient: str | None = None) -> JSONResponse:
        return JSONResponse(postbox.taken(recipient))

    @app.get("/")
    async def page() -> HTMLResponse:
        return HTMLResponse(_page(postbox.taken()))

    return app


def _page(mails: list[dict[str, Any]]) -> str:
    items = "".join(
        f"<li><strong>{html.escape(mail['recipient'])}</strong> <time>{html.escape(mail['received_at'][:19])}Z</time>"
        f"<h2>{html.escape(mail['subject'])}</h2><pre>{html.escape(mail['text'])}</pre></li>"
        for mail in mails
    )
    return (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>邮件服务器（模拟）</title>'
        "<h1>已发出的邮件</h1><p>演示用：这里的邮件没有发往真实邮箱。</p>"
        f"<ul>{items or '<li>还没有邮件。</li>'}</ul></html>"
    )


def main() -> None:
    tls = None
    if certificate := os.environ.get("YIMEN_MAIL_CERT"):
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate)
    app = mail_app(Postbox(), int(os.environ["YIMEN_MAIL_PORT"]), tls)

    async def serve() -> bool:
        server = server_of(app, "127.0.0.1", int(os.environ["YIMEN_PORT"]))
        await server.serve()
        return server.started

    run_until_told(serve)


if __name__ == "__main__":
    main()
