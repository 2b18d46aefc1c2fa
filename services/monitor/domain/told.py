"""Picking events by their type out of what was told."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from yimen.contracts import Event

E = TypeVar("E", bound=Event)


def all_of(events: Iterable[Event], kind: type[E]) -> Iterator[E]:
    return (event for event in events if isinstance(event, kind))


def first_of(events: Iterable[Event], kind: type[E]) -> E | None:
    return next(all_of(events, kind), None)
