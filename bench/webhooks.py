"""From a commit in one service to the webhook in a department's own system: steadily, and all at once.

One process publishes (outbox and relay), one is the messenger (services.notify, subscribed to through its API), and the
subscriber is this one. Both ends read the same machine's clock: after the commit returned, and when the request was whole.
"""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from statistics import quantiles

import httpx

from bench.projection import make_tables
from bench.receiving import Receiver
from bench.report import Figure, Wanted
from bench.rig import Process, Rig
from bench.web import Tokens
from tests.support.driving import until
from tests.support.sandbox import free_port
from yimen.bus import Queue
from yimen.bus.rabbit import RabbitCarrier

RATE = 50
BURST = 5000
PATIENCE_SECONDS = 240
WARM_UP = 200
NO_GATEWAY = (
    '[{"name": "none", "url": "http://127.0.0.1:9/", "key": "no message is sent here",'
    ' "receipt_secret": "whsec_bm8gbWVzc2FnZSBpcyBzZW50IGhlcmU="}]'
)
NOTIFY = Queue("notify", ("intake.#", "approval.#", "fees.#", "monitor.#", "notify.#"))


@dataclass
class Way:
    """The two ends."""

    speaker: Process
    receiver: Receiver

    async def delays(self, order: str) -> list[float]:
        """Milliseconds from commit to receipt, of every event of the order."""
        self.receiver.calls.clear()
        await self.speaker.tell(order)
        committed = await self.speaker.said()

        async def arrived() -> bool:
            return len(self.receiver.calls) >= len(committed)

        await until(arrived, PATIENCE_SECONDS)
        arrivals = self.receiver.first_arrivals()
        return [1000 * (arrivals[subject, sequence] - at) for subject, sequence, at in committed]


async def measure(rig: Rig, quick: bool) -> list[Figure]:
    steady = f"steady {RATE * (5 if quick else 20)} {RATE}"
    burst = f"burst {1000 if quick else BURST}"
    found: dict[str, list[list[float]]] = {steady: [], burst: []}
    async with opened(rig) as way:
        await way.delays(f"steady {WARM_UP} {RATE}")
        for _turn in range(min(rig.rounds, 3)):
            for order, rounds in found.items():
                rounds.append(await way.delays(order))
    return [
        *_figures(f"webhook after commit, {RATE} events/s", found[steady], 80),
        *_figures(f"webhook after commit, {burst} at once", found[burst], 1000),
    ]


def _figures(name: str, rounds: list[list[float]], most: float) -> list[Figure]:
    """p50 and p99 of each round."""
    cuts = [quantiles(delays, n=100, method="inclusive") for delays in rounds]
    return [
        Figure(f"{name}: p50", [cut[49] for cut in cuts], None, "ms", Wanted()),
        Figure(f"{name}: p99", [cut[98] for cut in cuts], None, "ms", Wanted(most=most)),
    ]


@asynccontextmanager
async def opened(rig: Rig) -> AsyncIterator[Way]:
    """The messenger stands, the subscription too."""
    async with AsyncExitStack() as stack:
        amqp_url = stack.enter_context(rig.virtual_host())
        spoken, notified = (stack.enter_context(rig.database()) for _ in range(2))
        await make_tables(spoken)
        await RabbitCarrier(amqp_url).declare(NOTIFY)
        tokens = Tokens()
        await stack.enter_async_context(tokens.served())
        receiver = await stack.enter_async_context(Receiver().listening())
        environment = messenger_environment(tokens, amqp_url, notified)
        messenger = await stack.enter_async_context(rig.process("services.notify", **environment))
        base = f"http://127.0.0.1:{environment['YIMEN_PORT']}"
        await messenger.answers(f"{base}/readyz")
        await _subscribe(base, tokens, receiver.url)
        speaker = await stack.enter_async_context(rig.process("bench.speaking", amqp_url, spoken))
        yield Way(speaker, receiver)


def messenger_environment(tokens: Tokens, amqp_url: str, database_url: str) -> dict[str, str]:
    return {
        "YIMEN_PORT": str(free_port()),
        "YIMEN_BUS_URL": amqp_url,
        "YIMEN_ISSUER": tokens.issuer,
        "YIMEN_LOG_LEVEL": os.environ.get("YIMEN_LOG_LEVEL", "WARNING"),
        "YIMEN_NOTIFY_DATABASE_URL": database_url,
        "YIMEN_NOTIFY_SMS_GATEWAYS": NO_GATEWAY,
        "YIMEN_NOTIFY_ALLOW_PRIVATE_WEBHOOKS": "true",
    }


async def _subscribe(base: str, tokens: Tokens, url: str) -> None:
    headers = {"Authorization": tokens.of("system-fire"), "Idempotency-Key": "bench-webhooks"}
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{base}/subscriptions", json={"url": url}, headers=headers)
    answer.raise_for_status()
