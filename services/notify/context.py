"""What handlers, senders and requests of the messenger share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx

from services.notify.hub import Hub
from services.notify.settings import NotifySettings
from yimen.db import Database
from yimen.objects import Objects

Resolve = Callable[[str, int], Awaitable[list[str]]]


@dataclass
class Context:
    """`gateway` calls the SMS gateway, `webhooks` departments' systems; `resolve` gives a host's addresses; rendered
    `papers` lie under their hash.

    `hub` tells the live stream's readers. `database` is the service's own, for senders and streams that read outside a unit;
    set once, when the service is built.
    """

    settings: NotifySettings
    gateway: httpx.AsyncClient
    webhooks: httpx.AsyncClient
    resolve: Resolve
    papers: Objects
    hub: Hub
    database: Database = field(init=False)
