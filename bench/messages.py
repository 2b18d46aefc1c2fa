"""From a commit in one service to the SMS gateway: steadily, and all at once; with both gateways, and with one of them dead.

One process publishes (outbox and relay), one is the messenger, and both gateways are this one, which costs next to nothing.
Beside it stand bare POSTs of the same messages to the same gateway. A recipient's messages keep their order, so that its nth
arrival is its nth event.
"""

import asyncio
import os
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from statistics import quantiles

import httpx
import orjson
from sqlalchemy import insert

from bench.projection import forwarded, make_tables
from bench.receiving import Receiver
from bench.report import Figure, Wanted
from bench.rig import Process, Rig
from bench.speaking import SUBJECTS
from bench.web import Tokens
from bench.webhooks import NOTIFY
from services.notify.tables import contacts
from tests.support.driving import until
from tests.support.sandbox import free_port
from yimen.bus.rabbit import RabbitCarrier
from yimen.clock import SystemClock
from yimen.db import Database

RATE = 50
BURST = 2000
IN_TIME_SECONDS = 10
PATIENCE_SECONDS = 300
WARM_UP = 100
AT_ONCE = 20
PHONES = {forwarded(n).case_number: f"138{n:08}" for n in range(SUBJECTS)}
SUBJECT_PHONES = {forwarded(n).subject: f"138{n:08}" for n in range(SUBJECTS)}


@dataclass
class Way:
    """The two ends."""

    speaker: Process
    receiver: Receiver

    async def delays(self, order: str) -> list[float]:
        """Seconds from commit to the gateway, of every event of the order."""
        self.receiver.calls.clear()
        await self.speaker.tell(order)
        committed = await self.speaker.said()

        async def arrived() -> bool:
            return len(self.receiver.calls) >= len(committed)

        await until(arrived, PATIENCE_SECONDS)
        arrivals: dict[str, list[float]] = defaultdict(list)
        for at, body in self.receiver.calls:
            arrivals[orjson.loads(body)["phone"]].append(at)
        turns = {phone: iter(instants) for phone, instants in arrivals.items()}
        return [next(turns[SUBJECT_PHONES[subject]]) - at for subject, _sequence, at in committed]


async def measure(rig: Rig, quick: bool) -> list[Figure]:
    steady, burst = f"steady {RATE * (5 if quick else 20)} {RATE}", 200 if quick else BURST
    figures = []
    for case, dead in (("both gateways", False), ("one gateway dead", True)):
        slow, fast, bare = [], [], []
        async with opened(rig, dead) as way:
            await way.delays(f"steady {WARM_UP} {RATE}")
            for _turn in range(min(rig.rounds, 3)):
                slow.append(await way.delays(steady))
                fast.append(max(await way.delays(f"burst {burst}")))
                bare.append(await bare_posts(way.receiver, burst))
        figures += _figures(case, slow, burst, fast, bare)
    return figures


def _figures(case: str, slow: list[list[float]], burst: int, fast: list[float], bare: list[float]) -> list[Figure]:
    name = f"message after commit, {case}"
    cuts = [quantiles(delays, n=100, method="inclusive") for delays in slow]
    in_time = [100 * sum(delay <= IN_TIME_SECONDS for delay in delays) / len(delays) for delays in slow]
    return [
        Figure(f"{name}, {RATE} events/s: handed over in 10 s", in_time, None, "%", Wanted(least=95)),
        Figure(f"{name}, {RATE} events/s: p50", [1000 * cut[49] for cut in cuts], None, "ms", Wanted()),
        Figure(f"{name}, {RATE} events/s: p99", [1000 * cut[98] for cut in cuts], None, "ms", Wanted()),
        Figure(
            f"{name}, {burst} at once",
            [burst / seconds for seconds in fast],
            [burst / seconds for seconds in bare],
            "messages/s",
            Wanted(),
            "bare POSTs to the gateway",
        ),
    ]


async def bare_posts(receiver: Receiver, count: int) -> float:
    """Seconds for so many, as many side by side as the messenger has."""
    body = {"id": "0" * 36, "phone": "13800000000", "text": "办" * 60}
    limits = httpx.Limits(max_keepalive_connections=AT_ONCE)
    begun = time.perf_counter()
    async with httpx.AsyncClient(trust_env=False, limits=limits) as client:

        async def post(times: int) -> None:
            for _ in range(times):
                (await client.post(receiver.url, json=body)).raise_for_status()

        await asyncio.gather(*(post(count // AT_ONCE) for _ in range(AT_ONCE)))
    return time.perf_counter() - begun


@asynccontextmanager
async def opened(rig: Rig, dead: bool) -> AsyncIterator[Way]:
    """The messenger stands, and knows where to reach everybody."""
    async with AsyncExitStack() as stack:
        amqp_url = stack.enter_context(rig.virtual_host())
        spoken, notified = (stack.enter_context(rig.database()) for _ in range(2))
        await make_tables(spoken)
        await RabbitCarrier(amqp_url).declare(NOTIFY)
        tokens = Tokens()
        await stack.enter_async_context(tokens.served())
        receiver = await stack.enter_async_context(Receiver().listening())
        urls = (receiver.url, f"http://127.0.0.1:{free_port()}/" if dead else receiver.url)
        environment = _environment(tokens, amqp_url, notified, urls)
        messenger = await stack.enter_async_context(rig.process("services.notify", **environment))
        await messenger.answers(f"http://127.0.0.1:{environment['YIMEN_PORT']}/readyz")
        await _make_known(notified)
        speaker = await stack.enter_async_context(rig.process("bench.speaking", amqp_url, spoken, "forwarded"))
        yield Way(speaker, receiver)


def _environment(tokens: Tokens, amqp_url: str, database_url: str, urls: tuple[str, str]) -> dict[str, str]:
    """The night and the cap would keep back what is measured."""
    agreed = {"key": "key-of-bench", "receipt_secret": "whsec_bm8gcmVjZWlwdCBjb21lcyBoZXJl"}
    gateways = [{"name": name, "url": url, **agreed} for name, url in zip(("first", "second"), urls, strict=True)]
    return {
        "YIMEN_PORT": str(free_port()),
        "YIMEN_BUS_URL": amqp_url,
        "YIMEN_ISSUER": tokens.issuer,
        "YIMEN_LOG_LEVEL": os.environ.get("YIMEN_LOG_LEVEL", "ERROR"),
        "YIMEN_NOTIFY_DATABASE_URL": database_url,
        "YIMEN_NOTIFY_SMS_GATEWAYS": orjson.dumps(gateways).decode(),
        "YIMEN_NOTIFY_SMS_DAILY_CAP": "1000000",
        "YIMEN_NOTIFY_QUIET_FROM": "08:00",
        "YIMEN_NOTIFY_QUIET_UNTIL": "08:00",
    }


async def _make_known(database_url: str) -> None:
    database, now = Database(database_url), SystemClock().now()
    rows = [
        {"recipient": f"case/{case}", "name": "赵一", "phone": phone, "recorded_at": now, "written": 0}
        for case, phone in PHONES.items()
    ]
    async with database.write() as conn:
        await conn.execute(insert(contacts), rows)
    await database.close()
