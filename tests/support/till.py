"""The fee window and the bank as processes of their own, and the lines between them that a test may stall.

The bank calls the window, and the window its database and broker, through proxies; tests ask all of them directly. Both run
on the machine's time. What the bank says to others than its payers comes from its control port.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

import aio_pika
import asyncpg
import httpx
from sqlalchemy import make_url

from services.fees.tests import samples
from tests.support.driving import until
from tests.support.office import Lines, Office, Program, Tokens, bank_environment, fees_environment
from tests.support.proxy import proxied
from tests.support.sandbox import free_port
from tests.support.scribing import at_rest, rows
from yimen.bus import Message, Queue
from yimen.bus.carrier import Publisher
from yimen.bus.rabbit import RabbitCarrier
from yimen.contracts import Event, Meta

WATCH = Queue("watch", ("fees.#",))
WITHIN = 60.0
"""Seconds in which both books have to agree after a crash (money.md §6)."""

QUICK = 0.001
"""Time scale of the bank's ladder: 15 ms instead of 15 s before the first repetition."""

PAID = ("issued", "paid", "receipted", "cleared")
"""All that is said of a notice that was paid in time, in this order."""


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
        # A connection that was kept open may be closed at the other end at the very moment in which it is used again.
        self._http = httpx.AsyncClient(trust_env=False, timeout=20, limits=httpx.Limits(max_keepalive_connections=0))
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
        bank = Program(office.sandbox, "sim.bank", free_port(), bank_environment(office, lines, control, time_scale))
        fees = Program(
            office.sandbox, "services.fees", fees_port, fees_environment(office, lines, bank.url, issuer.address)
        )
        till = Till(office, lines, fees, bank, f"http://127.0.0.1:{control}", publisher, issuer)
        stack.push_async_callback(till.close)
        for program in (bank, fees):
            stack.callback(program.kill)
            program.launch()
        for program in (bank, fees):
            await asyncio.to_thread(program.wait_ready)
        yield till
