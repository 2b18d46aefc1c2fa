"""From a commit in one service to the webhook in a department's own system: steadily, beside a subscriber that sleeps, and
all at once.

One process publishes (outbox and relay), one is the messenger (services.notify, subscribed to through its API), and the
subscriber is this one. Both ends read the same machine's clock: after the commit returned, and when the request was whole.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from statistics import quantiles

import httpx

from bench.messenger import heard, standing
from bench.receiving import Receiver
from bench.report import Figure, Wanted
from bench.rig import Process, Rig
from tests.support.driving import until

RATE = 50
BURST = 5000
PATIENCE_SECONDS = 240
WARM_UP = 200
SLEEPS = 10.0


@dataclass
class Way:
    """The two ends."""

    speaker: Process
    receiver: Receiver
    hall: httpx.AsyncClient

    @asynccontextmanager
    async def beside_a_sleeper(self) -> AsyncIterator[None]:
        """Another system follows the same events and answers each of them `SLEEPS` seconds later."""
        async with Receiver(SLEEPS).listening() as sleeper:
            address = f"/subscriptions/{await _subscribe(self.hall, sleeper.url)}"
            yield
            (await self.hall.delete(address)).raise_for_status()

            async def is_over() -> bool:
                return "sending" not in (await self.hall.get(address)).json()["deliveries"]

            await until(is_over, PATIENCE_SECONDS)

    async def delays(self, order: str) -> list[float]:
        """Milliseconds from commit to receipt, of every event of the order."""
        committed = await heard(self.speaker, self.receiver, order, PATIENCE_SECONDS)
        arrivals = self.receiver.first_arrivals()
        return [1000 * (arrivals[subject, sequence] - at) for subject, sequence, at in committed]


async def measure(rig: Rig, quick: bool) -> list[Figure]:
    steady = f"steady {RATE * (5 if quick else 20)} {RATE}"
    burst = f"burst {1000 if quick else BURST}"
    alone: list[list[float]] = []
    beside: list[list[float]] = []
    bursts: list[list[float]] = []
    async with opened(rig) as way:
        await way.delays(f"steady {WARM_UP} {RATE}")
        for _turn in range(min(rig.rounds, 3)):
            alone.append(await way.delays(steady))
            async with way.beside_a_sleeper():
                beside.append(await way.delays(steady))
            bursts.append(await way.delays(burst))
    return [
        *_figures(f"webhook after commit, {RATE} events/s", alone, 80),
        *_beside(f"the same beside a subscriber that sleeps {SLEEPS:.0f} s", beside, alone),
        *_figures(f"webhook after commit, {burst} at once", bursts, 1000),
    ]


def _beside(name: str, ours: list[list[float]], alone: list[list[float]]) -> list[Figure]:
    wanted = {49: Wanted(), 98: Wanted(ratio_most=1.5)}
    return [
        Figure(f"{name}: p{cut + 1}", _cuts(ours, cut), _cuts(alone, cut), "ms", asked, "without it")
        for cut, asked in wanted.items()
    ]


def _cuts(rounds: list[list[float]], cut: int) -> list[float]:
    return [quantiles(delays, n=100, method="inclusive")[cut] for delays in rounds]


def _figures(name: str, rounds: list[list[float]], most: float) -> list[Figure]:
    """p50 and p99 of each round."""
    return [
        Figure(f"{name}: p50", _cuts(rounds, 49), None, "ms", Wanted()),
        Figure(f"{name}: p99", _cuts(rounds, 98), None, "ms", Wanted(most=most)),
    ]


@asynccontextmanager
async def opened(rig: Rig) -> AsyncIterator[Way]:
    """The messenger stands, the subscription too."""
    async with AsyncExitStack() as stack:
        messenger = await stack.enter_async_context(standing(rig, {"ALLOW_PRIVATE_WEBHOOKS": "true"}))
        receiver = await stack.enter_async_context(Receiver().listening())
        headers = {"Authorization": messenger.tokens.of("system-fire")}
        hall = httpx.AsyncClient(base_url=messenger.base, headers=headers, trust_env=False, timeout=30)
        await stack.enter_async_context(hall)
        await _subscribe(hall, receiver.url)
        yield Way(await stack.enter_async_context(messenger.speaker()), receiver, hall)


async def _subscribe(hall: httpx.AsyncClient, url: str) -> str:
    answer = await hall.post("/subscriptions", json={"url": url}, headers={"Idempotency-Key": url})
    answer.raise_for_status()
    return str(answer.json()["id"])
