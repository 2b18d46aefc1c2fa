"""From a commit in one service to the SMS gateway: steadily, and all at once; with both gateways, and with one of them dead.

One process publishes (outbox and relay), one is the messenger, and both gateways are this one, which costs next to nothing.
Beside it stand bare POSTs of the same messages to the same gateway. A recipient's messages keep their order, so that its nth
arrival is its nth event.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import quantiles

import httpx
import orjson
from sqlalchemy import insert

from bench.messenger import gateways, heard, standing
from bench.projection import forwarded
from bench.receiving import Receiver
from bench.report import Figure, Wanted
from bench.rig import Process, Rig
from bench.speaking import SUBJECTS
from services.notify.tables import contacts
from tests.support.sandbox import free_port
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
        committed = await heard(self.speaker, self.receiver, order, PATIENCE_SECONDS)
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
    """The messenger stands, and knows where to reach everybody. The night and the cap would keep back what is measured."""
    async with Receiver().listening() as receiver:
        second = f"http://127.0.0.1:{free_port()}/" if dead else receiver.url
        at_any_hour = {"SMS_DAILY_CAP": "1000000", "QUIET_FROM": "08:00", "QUIET_UNTIL": "08:00"}
        settings = {"SMS_GATEWAYS": gateways(receiver.url, second), **at_any_hour}
        async with standing(rig, settings) as messenger:
            await _make_known(messenger.database_url)
            async with messenger.speaker("forwarded") as speaker:
                yield Way(speaker, receiver)


async def _make_known(database_url: str) -> None:
    database, now = Database(database_url), SystemClock().now()
    rows = [
        {"recipient": f"case/{case}", "name": "赵一", "phone": phone, "recorded_at": now, "written": 0}
        for case, phone in PHONES.items()
    ]
    async with database.write() as conn:
        await conn.execute(insert(contacts), rows)
    await database.close()
