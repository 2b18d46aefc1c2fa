"""Which function handles which event. Handlers are named for their effect: `open_review`, not `on_review_requested`."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from yimen.bus.unit import Unit
from yimen.contracts import Event, Meta

E = TypeVar("E", bound=Event)
Handler = Callable[[Unit[Any], E, Meta], Awaitable[None]]


class Handlers:
    """A service's handlers; an event without one advances its subject's position and has no other effect."""

    def __init__(self) -> None:
        self._by_type: dict[str, list[Handler[Any]]] = {}
        self._every: list[Handler[Any]] = []

    def on(self, *events: type[Event]) -> Callable[[Handler[Any]], Handler[Any]]:
        def register(handler: Handler[Any]) -> Handler[Any]:
            for event in events:
                self._by_type.setdefault(event.type, []).append(handler)
            return handler

        return register

    def every(self, handler: Handler[Any]) -> Handler[Any]:
        """Called for each event of a known type, before the handlers of its type."""
        self._every.append(handler)
        return handler

    def of(self, event_type: str) -> list[Handler[Any]]:
        return [*self._every, *self._by_type.get(event_type, ())]
