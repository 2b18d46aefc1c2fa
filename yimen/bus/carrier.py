"""What carries messages from relays to workers. Two implementations, one conformance suite: rabbit.py and local.py."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

DELIVERY_LIMIT = 20  # on RabbitMQ 3.10 "no limit" (-1) drops the message after one delivery


@dataclass(frozen=True, slots=True)
class Message:
    """One event on the wire: routing key, CloudEvents headers, JSON body."""

    key: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Queue:
    """One consumer's queue, and what it follows. A binding may choose service, entity and scope, never the event."""

    name: str
    bindings: tuple[str, ...]

    @property
    def parked(self) -> str:
        return f"{self.name}.parked"


@dataclass(slots=True, eq=False)
class Incoming:
    """A delivery that waits to be settled. `deliveries` counts the ones before this."""

    message: Message
    deliveries: int = 0
    tag: int = field(default=0)


class Publisher(Protocol):
    async def publish(self, messages: Sequence[Message]) -> list[bool]:
        """Which messages are safe with the carrier. False is not a failed publish: it may still arrive.

        Raises `CarrierDown` when the session is over."""
        ...

    def check(self) -> None:
        """Raises `CarrierDown` when the session is over."""
        ...


class Subscriber(Protocol):
    async def batch(self, limit: int, within: float) -> list[Incoming]:
        """At least one delivery, and what else comes `within` seconds of the first. Raises `CarrierDown`."""
        ...

    async def settle(self, batch: Sequence[Incoming]) -> None:
        """The effects are committed: the carrier may forget these."""
        ...


class Carrier(Protocol):
    async def declare(self, queue: Queue) -> None:
        """The queue exists from now on, and collects what its bindings choose."""
        ...

    def publisher(self) -> AbstractAsyncContextManager[Publisher]:
        """A session for publishing. It never shares a connection with consumers."""
        ...

    def subscriber(self, queue: Queue) -> AbstractAsyncContextManager[Subscriber]:
        """A session for consuming. Whatever it did not settle is delivered again after it ends."""
        ...
