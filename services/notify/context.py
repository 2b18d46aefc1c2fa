"""What handlers, senders and requests of the messenger share."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from services.notify.domain.book import Book
from services.notify.hub import Hub
from services.notify.metrics import Metrics
from services.notify.providers import Gateway, Provider
from services.notify.settings import NotifySettings
from yimen.bus import Units
from yimen.db import Database
from yimen.objects import Objects

Resolve = Callable[[str, int], Awaitable[list[str]]]


@dataclass
class Shelf:
    """The book in force, as it was last read: of how many rows, and how long it holds."""

    book: Book | None = None
    rows: tuple[int, int] = (0, 0)
    until: datetime | None = None


@dataclass
class Context:
    """`gateways` take short messages, `mail` takes mails, where there is a server for them; `webhooks` calls departments'
    systems; `resolve` gives a host's addresses; rendered `papers` lie under their hash; `hub`
    tells the live stream's readers.

    `database` and `units` are the service's own, for senders and streams that read outside a unit, `metrics` what it counts;
    set once, when the service is built.
    """

    settings: NotifySettings
    gateways: Mapping[str, Gateway]
    mail: Provider | None
    webhooks: httpx.AsyncClient
    resolve: Resolve
    papers: Objects
    hub: Hub
    shelf: Shelf = field(default_factory=Shelf)
    database: Database = field(init=False)
    units: "Units[Context]" = field(init=False)
    metrics: Metrics = field(init=False)
