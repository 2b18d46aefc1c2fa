"""The desks that every event goes past, one module each; `handlers.py` names their order.

A desk is `async def (unit, told) -> None`. It writes rows; nothing is sent here: senders do that after the commit.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from services.notify.context import Context
from services.notify.domain.webhooks import structured
from yimen.bus import Unit
from yimen.contracts import Event, Meta


@dataclass(frozen=True)
class Told:
    """An event, its attributes, and its place among all that the messenger was told: the order of commits."""

    event: Event
    meta: Meta
    number: int

    @cached_property
    def body(self) -> dict[str, Any]:
        """CloudEvents JSON, structured mode."""
        return structured(self.meta, self.event)

    @cached_property
    def text(self) -> str:
        return orjson.dumps(self.body).decode()


Desk = Callable[[Unit[Context], Told], Awaitable[None]]
