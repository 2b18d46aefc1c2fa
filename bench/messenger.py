"""One messenger (services.notify) on real parts, and a process that speaks to it."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from bench.projection import make_tables
from bench.receiving import Receiver
from bench.rig import Process, Rig
from bench.web import Tokens
from services.notify.app import BINDINGS
from tests.support.driving import until
from tests.support.sandbox import free_port
from yimen.bus import Queue
from yimen.bus.rabbit import RabbitCarrier

NOTIFY = Queue("notify", BINDINGS)


@dataclass
class Messenger:
    """It stands; `spoken` is the database that the speaker commits to."""

    rig: Rig
    base: str
    tokens: Tokens
    process: Process
    amqp_url: str
    spoken: str
    database_url: str

    def speaker(self, *told: str) -> AbstractAsyncContextManager[Process]:
        return self.rig.process("bench.speaking", self.amqp_url, self.spoken, *told)


def gateways(*urls: str) -> str:
    """A setting; without an address nothing can be sent."""
    agreed = {"key": "key-of-bench", "receipt_secret": "whsec_bm8gcmVjZWlwdCBjb21lcyBoZXJl"}
    told = [{"name": f"g{n}", "url": url, **agreed} for n, url in enumerate(urls or ("http://127.0.0.1:9/",))]
    return orjson.dumps(told).decode()


async def heard(speaker: Process, receiver: Receiver, order: str, patience: float) -> list[Any]:
    """What the speaker committed to the order, once as many calls have come: (subject, sequence, instant) each. `patience`:
    seconds."""
    receiver.calls.clear()
    await speaker.tell(order)
    committed: list[Any] = await speaker.said()

    async def arrived() -> bool:
        return len(receiver.calls) >= len(committed)

    await until(arrived, patience)
    return committed


@asynccontextmanager
async def standing(rig: Rig, settings: Mapping[str, str]) -> AsyncIterator[Messenger]:
    """`settings`: of notify, without their prefix."""
    async with AsyncExitStack() as stack:
        amqp_url = stack.enter_context(rig.virtual_host())
        spoken, database_url = (stack.enter_context(rig.database()) for _ in range(2))
        await make_tables(spoken)
        await RabbitCarrier(amqp_url).declare(NOTIFY)
        tokens, port = Tokens(), free_port()
        await stack.enter_async_context(tokens.served())
        environment = {
            "YIMEN_PORT": str(port),
            "YIMEN_BUS_URL": amqp_url,
            "YIMEN_ISSUER": tokens.issuer,
            "YIMEN_LOG_LEVEL": os.environ.get("YIMEN_LOG_LEVEL", "ERROR"),
            "YIMEN_NOTIFY_DATABASE_URL": database_url,
            "YIMEN_NOTIFY_SMS_GATEWAYS": gateways(),
            **{f"YIMEN_NOTIFY_{name}": value for name, value in settings.items()},
        }
        process = await stack.enter_async_context(rig.process("services.notify", **environment))
        base = f"http://127.0.0.1:{port}"
        await process.answers(f"{base}/readyz")
        yield Messenger(rig, base, tokens, process, amqp_url, spoken, database_url)
