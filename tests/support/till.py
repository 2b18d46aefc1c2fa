"""The fee window and the bank as processes of their own, and the lines between them that a test may stall.

The bank calls the window, and the window its database and broker, through proxies; tests ask all of them directly. Both run
on the machine's time. What the bank says to others than its payers comes from its control port.
"""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import aio_pika
import asyncpg
import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sqlalchemy import make_url

from services.fees.tests import samples
from sim.bank import KeyRing
from sim.identity import identity_app, mint, new_key
from sim.people import PEOPLE
from tests.support.driving import until
from tests.support.played import served
from tests.support.proxy import Proxy, proxied
from tests.support.sandbox import PrivateServer, Sandbox, free_port
from tests.support.scribing import at_rest, rows
from yimen.bus import Message, Queue
from yimen.bus.carrier import Publisher
from yimen.bus.rabbit import RabbitCarrier
from yimen.contracts import Event, Meta

ROOT = Path(__file__).parents[2]
WATCH = Queue("watch", ("fees.#",))
WITHIN = 60.0
"""Seconds in which both books have to agree after a crash (money.md §6)."""

QUICK = 0.001
"""Time scale of the bank's ladder: 15 ms instead of 15 s before the first repetition."""

PAID = ("issued", "paid", "receipted", "cleared")
"""All that is said of a notice that was paid in time, in this order."""


class Program(PrivateServer):
    """`python -m module` on that port, told by its environment alone."""

    def __init__(self, sandbox: Sandbox, module: str, port: int, environment: Mapping[str, str]) -> None:
        super().__init__(sandbox, f"{module}-{port}")
        self.url = f"http://127.0.0.1:{port}"
        self._module = module
        own = {name: value for name, value in os.environ.items() if not name.startswith("YIMEN_")}
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


class Till:
    """In a test's hands."""

    def __init__(
        self,
        office: Office,
        lines: Lines,
        fees: Program,
        bank: Program,
        control: str,
        publisher: Publisher,
        tokens: Tokens,
    ) -> None:
        self.lines, self.fees, self.bank = lines, fees, bank
        self.database, self._broker = office.database, office.broker
        self._control, self._publisher, self._tokens = control, publisher, tokens
        self._http = httpx.AsyncClient(trust_env=False, timeout=20)
        self._sequences: Counter[tuple[str, str]] = Counter()
        self._numbers = count(1)
        self._heard: dict[str, tuple[str, str]] = {}

    async def close(self) -> None:
        await self._http.aclose()

    # -- the window -----------------------------------------------------------------------------------------------------

    async def kill(self) -> None:
        """-9."""
        await asyncio.to_thread(self.fees.kill)

    async def start(self) -> None:
        await asyncio.to_thread(self.fees.start)

    async def revive(self) -> None:
        """Whatever a test did: all of it works again."""
        self.lines.heal()
        await self.lines.broker.accept()
        await self.start()

    async def ask(self, person: str, method: str, path: str, **headers: str) -> httpx.Response:
        """Again and again while nobody is there."""
        headers["Authorization"] = self._tokens.of(person)
        while True:
            try:
                return await self._http.request(method, f"{self.fees.url}{path}", headers=headers)
            except httpx.TransportError:
                await asyncio.sleep(0.05)

    async def get(self, person: str, path: str) -> Any:
        answer = await self.ask(person, "GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def notice(self) -> dict[str, Any]:
        """Of a new case whose only list was verified: issued, and ordered from the bank."""
        number = next(self._numbers)
        case, list_id = f"{samples.CASE}-{number}", f"L{number}"
        if number == 1:
            await self.say("/intake", samples.item())
        await self.say("/intake", samples.submitted(case))
        await self.say("/approval/fire", samples.listed(list_id, case_number=case))
        await self._verify(list_id)
        await self.say("/intake", samples.reviewed(list_id, case_number=case))
        found: list[dict[str, Any]] = []

        async def ordered() -> bool:
            found[:] = (await self.get("fee-officer", f"/cases/{case}/notices"))["notices"]
            return bool(found and found[0]["ordered_at"])

        await self._patiently(ordered)
        return found[0]

    async def _verify(self, list_id: str) -> None:
        """Whoever got no answer looks first whether it was done."""

        async def verified() -> bool:
            answer = await self.ask("fee-officer", "GET", f"/lists/{list_id}")
            if answer.status_code == 200 and answer.json()["state"] == "open":
                seen = answer.headers["ETag"]
                answer = await self.ask("fee-officer", "POST", f"/lists/{list_id}/verification", **{"If-Match": seen})
            return answer.status_code == 200 and answer.json()["state"] == "verified"

        await self._patiently(verified)

    async def _patiently(self, done: Callable[[], Awaitable[bool]]) -> None:
        """As long as the window is killed again and again, and then some. Raises with what waits there."""
        try:
            await until(done, 5 * WITHIN)
        except TimeoutError:
            raise AssertionError(f"still waiting: {await self.waits()}") from None

    async def waits(self) -> dict[str, Any]:
        """Whatever is not at rest in the window's database."""
        tables = ("outbox", "inbox_deferred", "inbox_parked", "outgoing WHERE state <> 'done'", "timers")
        return {table: await rows(self.database, f"SELECT * FROM {table} LIMIT 5") for table in tables}

    async def say(self, source: str, event: Event) -> None:
        """On the bus, as the service of that source would."""
        self._sequences[source, event.subject] += 1
        sequence, at = self._sequences[source, event.subject], datetime.now(UTC)
        meta = Meta(uuid4(), event.type, source, event.subject, sequence, event.scope, at, event.correlation_id)
        message = Message(event.routing_key, meta.to_headers(), event.to_body())
        assert await self._publisher.publish([message]) == [True]

    async def heard(self, subject: str) -> list[str]:
        """What was said of it on the bus so far, each event once, in the order in which it was first heard."""
        async with await aio_pika.connect(self._broker) as connection:
            queue = await (await connection.channel()).get_queue(WATCH.name)
            while message := await queue.get(no_ack=True, fail=False):
                meta = Meta.from_headers({name: str(value) for name, value in message.headers.items()})
                self._heard.setdefault(str(meta.id), (meta.subject, meta.type.split(".")[2]))
        return [what for of, what in self._heard.values() if of == subject]

    # -- its database ---------------------------------------------------------------------------------------------------

    async def count(self, what: str) -> int:
        """`what`: FROM and WHERE."""
        return int((await rows(self.database, f"SELECT count(*) FROM {what}"))[0][0])

    @asynccontextmanager
    async def holding(self, statement: str) -> AsyncIterator[None]:
        """Inside the block our own transaction keeps what the statement locks."""
        plain = make_url(self.database).set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(plain)
        try:
            async with connection.transaction():
                await connection.execute(statement)
                yield
        finally:
            await connection.close()

    async def waiting(self, sessions: int = 1) -> None:
        """Until so many transactions of the window's wait for what somebody else holds."""
        held = "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

        async def wait() -> bool:
            return await self.count(held) == sessions

        await until(wait, WITHIN)

    async def forgotten(self) -> None:
        """Until the database has noticed that the window is gone, and ended whatever it was about."""
        others = "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

        async def alone() -> bool:
            return await self.count(others) == 0

        await until(alone, WITHIN)

    async def booked(self, code: str) -> int:
        """Payments for that code that we know of."""
        return await self.count(f"bank_payments WHERE payment_code = '{code}'")

    # -- the bank -------------------------------------------------------------------------------------------------------

    async def pay(self, code: str) -> None:
        """As a payer does. Raises `HTTPStatusError` where the bank refuses it."""
        answer = await self._http.post(f"{self.bank.url}/pay", json={"payment_code": code, "method": "qr"})
        answer.raise_for_status()

    async def take(self, code: str, amount: int) -> None:
        """Money over the counter, whatever for."""
        await self.control("POST", "/payments", {"payment_code": code, "amount": amount})

    async def hasten(self) -> None:
        """From now on the bank repeats itself quickly."""
        scale = self.bank.environment["YIMEN_BANK_TIME_SCALE"]
        if float(scale) > QUICK:
            self.bank.environment["YIMEN_BANK_TIME_SCALE"] = str(QUICK)
            await asyncio.to_thread(self.bank.restart)

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self._http.request(method, f"{self._control}{path}", json=body)
        return answer.raise_for_status().json()

    async def journal(self, what: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while page := (await self.control("GET", f"/journal?what={what}&after={_last(found)}"))["entries"]:
            found += page
        return found

    async def told(self, code: str) -> list[int | None]:
        """What became of the bank's calls about the payments for that code: statuses, None where no answer came in time."""
        serials = {one["serial"] for one in await self.journal("money_taken") if one["payment_code"] == code}
        return [one["answer"] for one in await self.journal("told") if one["serial"] in serials]

    # -- both -----------------------------------------------------------------------------------------------------------

    async def disagreements(self) -> list[str]:
        """Between our books and the bank's, and within ours."""
        found = (await self.get("treasurer", "/invariants"))["invariants"]
        wrong = [f"{one['id']} {one['title']}: {one['figures']}" for one in found if not one["ok"]]
        theirs = {one["serial"]: one["amount"] for one in await self.journal("money_taken")}
        ours = dict(await rows(self.database, "SELECT serial, amount FROM bank_payments"))
        if ours != theirs:
            wrong.append(f"the bank took {theirs.items() - ours.items()}, we {ours.items() - theirs.items()}")
        balance = (await self.control("GET", "/balance"))["balance"]
        booked = next(one["figures"]["bank"] for one in found if one["id"] == "I2")
        return wrong if booked == balance else [*wrong, f"the bank keeps {balance}, we have {booked} there"]

    async def agree(self) -> None:
        """Until both books agree, which a minute must do."""
        wrong = ["never asked"]

        async def agreed() -> bool:
            wrong[:] = await self.disagreements()
            return not wrong

        try:
            await until(agreed, WITHIN)
        except TimeoutError:
            raise AssertionError(f"after {WITHIN} s: {wrong}") from None

    async def rest(self) -> None:
        """Until nothing waits to be published or handled."""
        await until(lambda: at_rest(self.database), WITHIN)

    async def paid_once(self, notice: Mapping[str, Any]) -> None:
        """The books agree; the notice is paid and receipted, and the bus has heard of each change once, in order."""
        await self.agree()
        await self.rest()
        number = notice["notice_number"]
        assert (await self.get("fee-officer", f"/notices/{number}"))["state"] == "receipted"
        assert await self.booked(notice["payment_code"]) == 1
        assert tuple(await self.heard(f"notice/{number}")) == PAID


def _last(entries: list[dict[str, Any]]) -> int:
    return entries[-1]["seq"] if entries else 0


@asynccontextmanager
async def open_till(office: Office, time_scale: float) -> AsyncIterator[Till]:
    """Everything started. `time_scale`: of the bank's ladder, 1.0 is a real bank's."""
    issuer, fees_port, control = Tokens(), free_port(), free_port()
    carrier = RabbitCarrier(office.broker)
    await carrier.declare(WATCH)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(issuer.served())
        publisher = await stack.enter_async_context(carrier.publisher())
        addresses = (f"http://127.0.0.1:{fees_port}", office.database, office.broker)
        lines = Lines(*[await stack.enter_async_context(proxied(address)) for address in addresses])
        bank = Program(office.sandbox, "sim.bank", free_port(), _of_bank(office, lines, control, time_scale))
        fees = Program(office.sandbox, "services.fees", fees_port, _of_fees(office, lines, bank.url, issuer.address))
        till = Till(office, lines, fees, bank, f"http://127.0.0.1:{control}", publisher, issuer)
        stack.push_async_callback(till.close)
        for program in (bank, fees):
            stack.callback(program.kill)
            program.launch()
        for program in (bank, fees):
            await asyncio.to_thread(program.wait_ready)
        yield till


def _of_bank(office: Office, lines: Lines, control: int, time_scale: float) -> dict[str, str]:
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


def _of_fees(office: Office, lines: Lines, bank: str, issuer: str) -> dict[str, str]:
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
