"""The bank's word: signed messages of payments into services.fees, and its daily file of ten thousand lines.

services.fees is one process with all its loops, on PostgreSQL and RabbitMQ; the bank is this one. Messages at a steady rate,
beside a request that only reads at the same rate (GET /payments/{code}); then as fast as they are answered. A message is
answered once its money stands in the books. Files: read, checked, stored and reconciled in one request, with a hundredth of
their lines wrong in four ways, each found in its class; beside the bare insert of the same rows.
"""

import hashlib
import os
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
import psutil
from sqlalchemy import make_url

from bench.ledger import AMOUNT, Ledger
from bench.report import Figure, Wanted
from bench.rig import Rig
from bench.web import Side, Tokens, http
from sim.bank import KeyRing, wire
from sim.bank.camt import to_camt
from sim.bank.ledger import Line
from sim.bank.statements import Statement, to_csv
from tests.support.driving import until
from tests.support.sandbox import free_port
from yimen.worktime import SHANGHAI, local_date

ACCOUNT: Final = "3607000000001002"
RATE: Final = 100
AT_ONCE: Final = 16
CONNECTIONS: Final = 64
"""Enough that at the steady rate no request waits for a connection, unless an answer takes more than half a second."""
LINES: Final = 10_000
WRONG: Final = 25
"""Lines of each of four kinds: missing, extra, doubled, of another amount; together a hundredth."""
READS: Final = "GET /payments/{code}"
BARE: Final = "bare insert of the rows"
PATIENCE: Final = 120


@dataclass
class Window:
    side: Side
    ring: KeyRing
    connection: asyncpg.Connection
    ledger: Ledger
    tokens: Tokens

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.side.port}"

    def message(self, code: str) -> str:
        """That a notice was paid, signed this moment."""
        now = datetime.now(UTC)
        said = {
            "bank_serial": f"S9{secrets.token_hex(8)}",
            "order_number": None,
            "payment_code": code,
            "amount": AMOUNT,
            "currency": "CNY",
            "account": ACCOUNT,
            "method": "qr",
            "paid_at": now.isoformat(),
        }
        call = wire.call(self.ring, self.ring.serials[secrets.randbelow(2)], now, said)
        lines = [
            "POST /bank/messages HTTP/1.1",
            "Host: localhost",
            *(f"{name}: {value}" for name, value in call.headers.items()),
            f"Content-Length: {len(call.body)}",
        ]
        return "\r\n".join([*lines, "", call.body.decode()])

    def look(self, code: str) -> str:
        return http("GET", f"/payments/{code}")

    async def sound(self) -> None:
        """Raises `RuntimeError` unless all invariants hold and the bank account has what the bank told."""
        async with httpx.AsyncClient(base_url=self.base, trust_env=False, timeout=60) as client:
            answer = await client.get("/invariants", headers={"Authorization": self.tokens.of("treasurer")})
        found = answer.raise_for_status().json()
        if not found["ok"]:
            raise RuntimeError(f"the books are not sound: {[one for one in found['invariants'] if not one['ok']]}")
        held = await self.connection.fetchval("SELECT SUM(debit - credit) FROM ledger_lines WHERE account = '1002'")
        told = await self.connection.fetchval("SELECT SUM(amount) FROM bank_payments")
        if held != told:
            raise RuntimeError(f"1002 holds {held}, the bank told of {told}")


@asynccontextmanager
async def _opened(rig: Rig) -> AsyncIterator[Window]:
    tokens = Tokens()
    async with AsyncExitStack() as stack:
        loader = await stack.enter_async_context(rig.process("bench.load"))
        await stack.enter_async_context(tokens.served())
        database, broker = stack.enter_context(rig.database()), stack.enter_context(rig.virtual_host())
        ring = KeyRing(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        port = free_port()
        environment = {
            "YIMEN_PORT": str(port),
            "YIMEN_BUS_URL": broker,
            "YIMEN_ISSUER": tokens.issuer,
            "YIMEN_LOG_LEVEL": os.environ.get("YIMEN_LOG_LEVEL", "ERROR"),
            "YIMEN_FEES_DATABASE_URL": database,
            "YIMEN_FEES_BANK_KEYS_FILE": str(ring.public_file),
            "YIMEN_FEES_BANK_MESSAGE_KEY": ring.message_key.hex(),
        }
        server = await stack.enter_async_context(rig.process("services.fees", **environment))
        await server.answers(f"http://127.0.0.1:{port}/readyz")
        dsn = make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(dsn)
        stack.push_async_callback(connection.close)
        ledger = Ledger(connection)
        await ledger.open()
        yield Window(Side(port, psutil.Process(server.pid), loader), ring, connection, ledger, tokens)


# -- messages -------------------------------------------------------------------------------------------------------------


async def _messages(rig: Rig, window: Window, rounds: int, seconds: int, at_once: int) -> list[Figure]:
    told, looked = window.message, window.look
    steady = RATE * seconds
    await _turn(window, told, RATE, None)
    figures = await _compare(window, f"bank's messages, {RATE}/s for {seconds} s", told, looked, rounds, steady, RATE)
    await window.sound()
    rates: list[list[float]] = [[], []]
    for _round in range(rig.rounds):
        for found, prepare in zip(rates, (told, looked), strict=True):
            found.append(await _turn(window, prepare, at_once, None))
    await window.sound()
    figures.append(Figure(f"bank's messages, {AT_ONCE} at once", rates[0], rates[1], "/s", Wanted(), READS))
    return figures


async def _compare(
    window: Window,
    name: str,
    ours: Callable[[str], str],
    beside: Callable[[str], str],
    rounds: int,
    count: int,
    rate: float,
) -> list[Figure]:
    samples: list[list[Any]] = [[], []]
    for turn in range(rounds):
        for side in (0, 1) if turn % 2 == 0 else (1, 0):
            await _turn(window, (ours, beside)[side], count, rate)
            samples[side].append(window.side.samples[-1])
    figures = []
    for title, value, wanted in (("p50", "median", Wanted()), ("p99", "slowest", Wanted(most=200))):
        values = [[float(getattr(one, value)) for one in side] for side in samples]
        figures.append(Figure(f"{name}, {title}", values[0], values[1], "ms", wanted, READS))
    spent = [[one.processor for one in side] for side in samples]
    figures.append(Figure(f"{name}, processor time each", spent[0], spent[1], "ms", Wanted(), READS))
    return figures


async def _turn(window: Window, prepare: Callable[[str], str], count: int, rate: float | None) -> float:
    """Messages are signed right before they go: after five minutes none would be taken."""
    codes = await window.ledger.issue(count, datetime.now(UTC))
    requests = [prepare(code) for code in codes]
    return await window.side.run(requests, AT_ONCE if rate is None else CONNECTIONS, rate)


# -- files ----------------------------------------------------------------------------------------------------------------


async def _files(rig: Rig, window: Window) -> list[Figure]:
    found: dict[str, tuple[list[float], list[float]]] = {"CSV": ([], []), "camt.053": ([], [])}
    day, opening = local_date(datetime.now(UTC)) - timedelta(days=30), 0
    for turn in range(rig.rounds):
        formats = list(found) if turn % 2 == 0 else list(reversed(found))
        for form in formats:
            lines = await _booked(window, day)
            told, expected = _spoiled(lines)
            statement = _statement(day, opening, told)
            body = (to_csv if form == "CSV" else to_camt)(statement).encode()
            found[form][0].append(await _bring(window, body))
            found[form][1].append(await _insert(window, told))
            await _check(window, day, expected)
            opening += (LINES + WRONG) * AMOUNT
            day += timedelta(days=1)
    await window.sound()
    name = f"daily file of {LINES:,} lines imported and reconciled"
    return [Figure(f"{name}, {form}", *times, "s", Wanted(most=5), BARE) for form, times in found.items()]


async def _booked(window: Window, day: date) -> list[Line]:
    at = datetime.combine(day, time_of_day(11), SHANGHAI)
    paid = await window.ledger.day(LINES, at)
    return [Line(serial, "payment", code, "in", AMOUNT, "qr", at) for serial, code in paid]


def _spoiled(lines: Sequence[Line]) -> tuple[list[Line], set[tuple[str, str]]]:
    """The lines as the file will have them, and what has to be found: class and serial. What is extra the bank did take, and
    never told of."""
    missing, changed, doubled = (lines[start * WRONG : (start + 1) * WRONG] for start in range(3))
    extra = [replace(line, serial=f"X{line.serial}") for line in lines[3 * WRONG : 4 * WRONG]]
    extra = [replace(line, reference="NOBODY", at=line.at + timedelta(minutes=1)) for line in extra]
    told = [
        *(replace(line, amount=line.amount + 1) for line in changed),
        *doubled,
        *doubled,
        *lines[3 * WRONG :],
        *extra,
    ]
    kinds = (("ours_only", missing), ("amount", changed), ("doubled", doubled), ("bank_only", extra))
    return told, {(kind, line.serial) for kind, some in kinds for line in some}


def _statement(day: date, opening: int, lines: Sequence[Line]) -> Statement:
    end = datetime.combine(day, time_of_day(17), SHANGHAI)
    return Statement("代收银行", ACCOUNT, day, 1, opening, tuple(lines), end, (end - timedelta(days=1), end))


async def _bring(window: Window, body: bytes) -> float:
    signed = wire.signature(window.ring, window.ring.serials[0], datetime.now(UTC), secrets.token_hex(16), body)
    headers = {"Authorization": window.tokens.of("treasurer"), "Content-Type": "text/csv", **signed}
    async with httpx.AsyncClient(base_url=window.base, trust_env=False, timeout=PATIENCE) as client:
        began = time.perf_counter()
        answer = await client.post("/statements", content=body, headers=headers)
        seconds = time.perf_counter() - began
    if answer.status_code != 201:
        raise RuntimeError(
            f"the file {hashlib.sha256(body).hexdigest()} was answered {answer.status_code}: {answer.text}"
        )
    return seconds


async def _insert(window: Window, lines: Sequence[Line]) -> float:
    """Into a table with a key and nothing else, in one transaction, by the same driver."""
    rows = [
        (number, line.serial, line.kind, line.reference, True, line.amount, line.method, line.at)
        for number, line in enumerate(lines)
    ]
    connection = window.connection
    await connection.execute("DROP TABLE IF EXISTS bare")
    await connection.execute(
        """CREATE TABLE bare (line integer PRIMARY KEY, serial text NOT NULL, kind text NOT NULL, reference text NOT NULL,
        incoming boolean NOT NULL, amount bigint NOT NULL, method text, occurred_at timestamptz NOT NULL)"""
    )
    began = time.perf_counter()
    async with connection.transaction():
        await connection.executemany("INSERT INTO bare VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", rows)
    return time.perf_counter() - began


async def _check(window: Window, day: date, expected: set[tuple[str, str]]) -> None:
    """Every wrong line was found in its class, and nothing else; what only the bank had is in the books. Raises
    `RuntimeError`."""
    rows = await window.connection.fetch("SELECT kind, bank_serial FROM differences WHERE day = $1", day)
    found = {(row["kind"], row["bank_serial"]) for row in rows}
    if found != expected:
        counts = [dict(Counter(kind for kind, _serial in some)) for some in (found - expected, expected - found)]
        raise RuntimeError(f"differences of {day}: {counts[0]} too many, {counts[1]} missing")
    waiting = "SELECT COUNT(*) FROM differences WHERE day = $1 AND kind = 'bank_only' AND state <> 'healed'"

    async def healed() -> bool:
        return not await window.connection.fetchval(waiting, day)

    await until(healed, PATIENCE)


async def measure(rig: Rig, quick: bool) -> list[Figure]:
    rounds, seconds, at_once = (2, 10, 500) if quick else (3, 60, 3000)
    async with _opened(rig) as window:
        figures = await _files(rig, window)
        return [*await _messages(rig, window, rounds, seconds, at_once), *figures]
