"""From a commit in one service to every screen of the hall that listens to the live stream.

One process publishes (outbox and relay), one is the messenger (services.notify), one plays the screens (bench.listening),
all of them supervisors: each hears every event, the most that there is to tell. Ten screens are measured in the same run,
before the others come.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

import psutil

from bench.messenger import standing
from bench.report import Figure, Wanted
from bench.rig import Process, Rig

FEW = 10
MANY = 1000
QUICK = 200
RATE = 20
BURST = 500
MISSED = 200


@dataclass
class Hall:
    """Who speaks, the messenger, and the screens."""

    speaker: Process
    messenger: psutil.Process
    screens: Process

    async def order(self, words: str) -> Any:
        await self.screens.tell(words)
        return await self.screens.said()

    async def speak(self, words: str) -> list[Any]:
        await self.speaker.tell(words)
        committed: list[Any] = await self.speaker.said()
        return committed

    async def delays(self, words: str) -> list[float]:
        """Milliseconds from the commit, of every event to every screen."""
        committed = {(subject, sequence): at for subject, sequence, at in await self.speak(words)}
        told = await self.order(f"hear {len(committed)}")
        instants = {str(number): committed[subject, sequence] for subject, sequence, number in told["events"]}
        return [1000 * (at - instants[number]) for number, heard in told["heard"].items() for at in heard]

    async def steady(self, seconds: int) -> tuple[list[float], float]:
        """The delays, and the share of a processor that the messenger took."""
        begun, spent = time.perf_counter(), _processor_seconds(self.messenger)
        delays = await self.delays(f"steady {RATE * seconds} {RATE}")
        return delays, (_processor_seconds(self.messenger) - spent) / (time.perf_counter() - begun)

    def memory(self) -> float:
        return float(self.messenger.memory_info().rss) / 1024


def _processor_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def measure(rig: Rig, quick: bool) -> list[Figure]:
    many, seconds, rounds = (QUICK, 5, 1) if quick else (MANY, 15, min(rig.rounds, 3))
    async with opened(rig) as hall:
        await hall.order(f"open {FEW}")
        await hall.steady(3)
        few = [await hall.steady(seconds) for _ in range(rounds)]
        before = hall.memory()
        await hall.order(f"open {many}")
        each = (hall.memory() - before) / (many - FEW)
        crowd = [await hall.steady(seconds) for _ in range(rounds)]
        bursts = [await hall.delays(f"burst {BURST}") for _ in range(rounds)]
        back = [await _return(hall) for _ in range(rounds)]
    name = f"live stream, {many:,} screens"
    return [
        *_compared(f"{name}, {RATE} events/s", crowd, few),
        Figure(f"{name}: memory each", [each], None, "kB", Wanted()),
        Figure(f"{name}, burst of {BURST}: p50", [_cut(one, 50) for one in bursts], None, "ms", Wanted()),
        Figure(f"{name}, burst of {BURST}: p99", [_cut(one, 99) for one in bursts], None, "ms", Wanted()),
        Figure(f"{name} come back, {MISSED} missed", back, None, "s", Wanted()),
    ]


async def _return(hall: Hall) -> float:
    """Seconds until all that were cut off have what they missed."""
    await hall.order("cut")
    await hall.speak(f"burst {MISSED}")
    begun = time.perf_counter()
    await hall.order("back")
    await hall.order(f"hear {MISSED}")
    return time.perf_counter() - begun


def _cut(delays: list[float], percent: int) -> float:
    return quantiles(delays, n=100, method="inclusive")[percent - 1]


def _compared(name: str, many: list[tuple[list[float], float]], few: list[tuple[list[float], float]]) -> list[Figure]:
    beside = f"{FEW} screens"
    figures = [
        Figure(
            f"{name}: p{percent}",
            [_cut(delays, percent) for delays, _ in many],
            [_cut(delays, percent) for delays, _ in few],
            "ms",
            Wanted(),
            beside,
        )
        for percent in (50, 99)
    ]
    shares = [[100 * share for _, share in side] for side in (many, few)]
    return [*figures, Figure(f"{name}: of one processor", shares[0], shares[1], "%", Wanted(), beside)]


@asynccontextmanager
async def opened(rig: Rig) -> AsyncIterator[Hall]:
    async with standing(rig, {}) as messenger, messenger.speaker() as speaker:
        address, token = messenger.base.removeprefix("http://"), messenger.tokens.of("supervisor")
        async with rig.process("bench.listening", address, token) as screens:
            yield Hall(speaker, psutil.Process(messenger.process.pid), screens)
