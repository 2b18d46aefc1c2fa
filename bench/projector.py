"""Our consumer, as a process: worker, inbox and a handler that adds one row. `python -m bench.projector AMQP DATABASE`."""

import asyncio
import sys

from prometheus_client import CollectorRegistry

from bench.projection import QUEUE, metadata, received_reviews
from yimen.bus import Handlers, Unit, Units
from yimen.bus.inbox import Inbox
from yimen.bus.metrics import BusMetrics
from yimen.bus.rabbit import RabbitCarrier
from yimen.bus.worker import Worker
from yimen.clock import SystemClock
from yimen.contracts import Meta
from yimen.contracts.approval import ReviewReceived
from yimen.db import Database

handlers = Handlers()


@handlers.on(ReviewReceived)
async def write_down(unit: Unit[None], event: ReviewReceived, meta: Meta) -> None:
    row = {
        "event_id": meta.id,
        "review_id": event.review_id,
        "case_number": event.case_number,
        "signed_by": event.signed_by.name,
        "received_at": event.received_at,
    }
    unit.add(received_reviews, row)


async def work(amqp_url: str, database_url: str) -> None:
    units: Units[None] = Units(Database(database_url), SystemClock(), None, metadata, "/projector")
    metrics = BusMetrics(CollectorRegistry())
    inbox = Inbox(units, handlers, QUEUE.name, metrics)
    await Worker(RabbitCarrier(amqp_url), QUEUE, inbox, metrics).run()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
