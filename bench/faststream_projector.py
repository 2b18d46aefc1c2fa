"""The consumer that FastStream's documentation leads to, as a process: `python -m bench.faststream_projector AMQP DATABASE`.

A pydantic model, one SQLAlchemy session and transaction per message, a quorum queue, prefetch 10, acknowledged when the
handler succeeds. It keeps no inbox: a doubled message fails at its key, and nothing keeps the order. Its line of log per
message is off, as ours has none.
"""

import asyncio
import sys
from datetime import datetime
from typing import Annotated
from uuid import UUID

from faststream import AckPolicy, Context, FastStream
from faststream.rabbit import Channel, ExchangeType, RabbitBroker, RabbitExchange, RabbitQueue
from faststream.rabbit.schemas.queue import QueueType
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from bench.projection import QUEUE, metadata, received_reviews
from yimen.bus.topology import EXCHANGE


class Signer(BaseModel):
    id: str
    name: str


class ReviewReceived(BaseModel):
    review_id: str
    department: str
    case_number: str
    signed_by: Signer
    received_at: datetime


class Base(DeclarativeBase):
    metadata = metadata


class Received(Base):
    __table__ = received_reviews


def application(amqp_url: str, database_url: str) -> FastStream:
    sessions = async_sessionmaker(create_async_engine(database_url, pool_size=10), expire_on_commit=False)
    broker = RabbitBroker(amqp_url, default_channel=Channel(prefetch_count=10), logger=None)

    @broker.subscriber(
        RabbitQueue(QUEUE.name, queue_type=QueueType.QUORUM, durable=True, declare=False),
        RabbitExchange(EXCHANGE, type=ExchangeType.TOPIC, declare=False),
        ack_policy=AckPolicy.NACK_ON_ERROR,
    )
    async def write_down(event: ReviewReceived, event_id: Annotated[str, Context("message.message_id")]) -> None:
        async with sessions.begin() as session:
            session.add(
                Received(
                    event_id=UUID(event_id),
                    review_id=event.review_id,
                    case_number=event.case_number,
                    signed_by=event.signed_by.name,
                    received_at=event.received_at,
                )
            )

    return FastStream(broker, logger=None)


if __name__ == "__main__":
    asyncio.run(application(*sys.argv[1:]).run())
