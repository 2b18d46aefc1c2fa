"""What handlers, senders and requests of the messenger share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from services.notify.domain.book import Book
from services.notify.settings import NotifySettings
from services.notify.streaming import Tail
from yimen.db import Database

Resolve = Callable[[str, int], Awaitable[list[str]]]


@dataclass
class Shelf:
    """The book in force, as it was last read: of how many rows, and how long it holds."""

    book: Book | None = None
    rows: tuple[int, int] = (0, 0)
    until: datetime | None = None


@dataclass
class Context:
    """`gateway` calls the SMS gateway, `webhooks` departments' systems; `resolve` gives a host's addresses.

    `database` is the service's own, for senders and streams that read outside a unit; set once, when the service is built.
    """

    settings: NotifySettings
    gateway: httpx.AsyncClient
    webhooks: httpx.AsyncClient
    resolve: Resolve
    tail: Tail
    shelf: Shelf = field(default_factory=Shelf)
    database: Database = field(init=False)
