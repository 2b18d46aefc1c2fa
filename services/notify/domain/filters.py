"""What of all that is open to departments one reader wants: a subscription, or whoever reads the feed.

Guarantees: a filter looks only at what never changes within a subject: its department, its entity, its case, its
item. So whoever filters gets a subject's whole story or nothing of it, and its numbers stay without a gap. For the same
reason nobody may choose events.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from services.notify.domain.webhooks import open_to_departments
from yimen.contracts.envelope import EVERYONE, Event


@dataclass(frozen=True, slots=True)
class Filters:
    """None: every one. What belongs to no case, or to no item, is told to nobody who asks for some."""

    departments: Collection[str]
    entities: Collection[str] | None = None
    items: Collection[str] | None = None
    cases: Collection[str] | None = None

    @classmethod
    def of(cls, row: Any) -> Filters:
        """Those of a subscription."""
        return cls(row.departments, row.entities, row.items, row.cases)

    def may_take(self, event: Event) -> bool:
        """But for the item, which is not always known."""
        return (
            is_offered(event)
            and event.scope in self.departments
            and _wanted(event.entity, self.entities)
            and _wanted(event.correlation_id, self.cases)
        )

    def take(self, event: Event, item: str | None) -> bool:
        return self.may_take(event) and _wanted(item, self.items)


def is_offered(event: Event) -> bool:
    """Whether any department may hear of it."""
    return open_to_departments(type(event)) and event.scope != EVERYONE


def own_item(event: Event) -> str | None:
    """The item that the event itself names."""
    item: str | None = getattr(event, "item_code", None)
    return item


OF_KNOWN_CASES = ("review", "list")
"""Entities of a case that the hall has, so that its submission has been heard here or is on its way."""


def is_of_known_case(event: Event) -> bool:
    return event.entity in OF_KNOWN_CASES


def _wanted(value: str | None, chosen: Collection[str] | None) -> bool:
    return chosen is None or value in chosen
