"""A consumer as processes of their own, to be killed: `python -m tests.support.consumer <broker> <database> <fate>`.

`mute`: it commits and never acknowledges, and says so. `mortal`: the n-th event of the case `poison-n` kills it
(-9) in the handler, and it is started anew each time, by a fork of what is already loaded.
"""

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.consuming import QUEUE
from tests.support.ledger import Ledger, Script, write_down
from tests.support.sandbox import PrivateServer, Sandbox, wait_until
from yimen.bus import Handlers, Queue, Unit
from yimen.bus.carrier import Incoming, Subscriber
from yimen.bus.inbox import Inbox
from yimen.bus.rabbit import RabbitCarrier
from yimen.bus.worker import Worker
from yimen.contracts import Meta, intake
from yimen.db import Database


class ConsumerProcess(PrivateServer):
    """Ends with the test run at the latest, and with all that it started."""

    def __init__(self, sandbox: Sandbox, *arguments: str) -> None:
        super().__init__(sandbox, f"consumer-{secrets.token_hex(3)}")
        self._arguments = arguments

    def _command(self) -> tuple[list[str], dict[str, str]]:
        path = {"PYTHONPATH": str(Path(__file__).parents[2])}
        return [sys.executable, "-m", "tests.support.consumer", *self._arguments], os.environ | path

    def _answers(self) -> bool:
        return self.said("started") > 0

    def said(self, word: str) -> int:
        """How often."""
        return self._log.read_text().splitlines().count(word)

    def wait_said(self, word: str, timeout: float = 30) -> None:
        wait_until(lambda: self.said(word) > 0, timeout, lambda: self._last_words(f"did not say {word}"))


def say(word: str) -> None:
    print(word, flush=True)


class _MuteSubscriber:
    def __init__(self, subscriber: Subscriber) -> None:
        self.batch = subscriber.batch

    async def settle(self, batch: Sequence[Incoming]) -> None:
        say("committed")
        await asyncio.Event().wait()


class MuteCarrier(RabbitCarrier):
    """Between commit and acknowledgement it stops."""

    @asynccontextmanager
    async def subscriber(self, queue: Queue) -> AsyncIterator[Subscriber]:  # type: ignore[override]  # the protocol's
        async with super().subscriber(queue) as subscriber:
            yield _MuteSubscriber(subscriber)


MORTAL = Handlers()


@MORTAL.on(intake.CaseWithdrawn)
async def die_of_poison(unit: Unit[Script], event: intake.CaseWithdrawn, meta: Meta) -> None:
    await write_down(unit, event, meta)
    if event.case_number == f"poison-{meta.sequence}":
        os.kill(os.getpid(), signal.SIGKILL)


async def consume(broker: str, database: str, fate: str) -> None:
    ledger = Ledger(Database(database))
    carrier = MuteCarrier(broker) if fate == "mute" else RabbitCarrier(broker)
    inbox = ledger.inbox if fate == "mute" else Inbox(ledger.units, MORTAL, ledger.inbox.store.consumer, ledger.metrics)
    await Worker(carrier, QUEUE, inbox, ledger.metrics).run()


def main(broker: str, database: str, fate: str) -> None:
    while True:
        child = os.fork()
        if child == 0:
            say("started")
            asyncio.run(consume(broker, database, fate))
        os.waitpid(child, 0)
        say("died")


if __name__ == "__main__":
    main(*sys.argv[1:])
