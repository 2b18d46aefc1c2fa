"""What both consumers write: one row per event, in a table of the same shape, from the same messages of the same queue."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Column, DateTime, MetaData, String, Table, Uuid, func
from sqlalchemy.ext.asyncio import create_async_engine

from yimen.bus import Message, Queue
from yimen.bus.rabbit import RabbitCarrier
from yimen.contracts import Meta
from yimen.contracts.approval import ReviewForwarded, ReviewReceived
from yimen.contracts.parts import Staff
from yimen.schema import new_metadata

QUEUE = Queue("projector", ("approval.review.#",))
SOURCE = "/approval/fire"
ONE_O_CLOCK = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
PUBLISHED_AT_ONCE = 500

metadata: MetaData = new_metadata()
received_reviews = Table(
    "received_reviews",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("review_id", String(80), nullable=False),
    Column("case_number", String(80), nullable=False),
    Column("signed_by", String(200), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("written_at", DateTime(timezone=True), server_default=func.clock_timestamp()),
)


def receipt(number: int) -> ReviewReceived:
    return ReviewReceived(
        review_id=f"r{number}",
        department="fire",
        case_number=f"2026-{number:06}",
        signed_by=Staff(id="fire-clerk", name="赵铁军"),
        received_at=ONE_O_CLOCK,
    )


def forwarded(number: int) -> ReviewForwarded:
    """Which its applicant is told."""
    return ReviewForwarded(
        review_id=f"r{number}",
        department="fire",
        case_number=f"2026-{number:06}",
        superior="市消防救援支队",
        opinion="同意上报",
        forwarded_by=Staff(id="fire-clerk", name="赵铁军"),
        forwarded_at=ONE_O_CLOCK,
    )


def receipts(subjects: int, each: int) -> list[Message]:
    """`each` events of every subject, in rounds: the first of all, the second of all."""
    return [_message(receipt(subject), sequence) for sequence in range(1, each + 1) for subject in range(subjects)]


def _message(event: ReviewReceived, sequence: int) -> Message:
    meta = Meta.of(event, SOURCE, sequence, id=uuid4(), time=ONE_O_CLOCK)
    return Message(event.routing_key, meta.to_headers(), event.to_body())


async def fill_queue(carrier: RabbitCarrier, messages: Sequence[Message], queue: Queue = QUEUE) -> None:
    """All in the queue, confirmed."""
    await carrier.declare(queue)
    async with carrier.publisher() as publisher:
        for start in range(0, len(messages), PUBLISHED_AT_ONCE):
            confirmed = await publisher.publish(messages[start : start + PUBLISHED_AT_ONCE])
            assert all(confirmed), "the broker refused a message"


async def make_tables(database_url: str) -> None:
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await engine.dispose()
