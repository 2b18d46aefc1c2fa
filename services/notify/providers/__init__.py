"""Who carries messages to people, behind one interface.

Guarantees: `hand_over` never raises for what the other side does or fails to do; it says whether the message was taken, was
refused for good, surely was not taken, or may have been. The id goes out with every repetition. Does not: repeat, choose, or
remember anything.
"""

from typing import Protocol

from services.notify.domain.gateways import Answer, Outgoing


class Provider(Protocol):
    @property
    def name(self) -> str: ...

    async def hand_over(self, message: Outgoing) -> Answer: ...


class Gateway(Provider, Protocol):
    """One that can also be asked what became of a message."""

    async def fate_of(self, message_id: str) -> str | None:
        """`delivered`, `failed`, `pending`; `unknown` where it has no such message; None where it cannot tell now."""
        ...
