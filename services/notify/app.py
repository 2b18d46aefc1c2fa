"""Wires the messenger's rooms together."""

from pathlib import Path

import httpx

from services.notify import calls, sms
from services.notify.api import routers
from services.notify.context import Context
from services.notify.desks.writing import keep_duty_phones
from services.notify.domain.webhooks import LADDER
from services.notify.handlers import handlers
from services.notify.settings import NotifySettings
from services.notify.streaming import Tail
from services.notify.tables import metadata
from yimen.sender import Senders
from yimen.service import Blueprint, Loop, Parts, Service

EACH_SUBSCRIPTION = 8
WEBHOOKS_AT_ONCE = 25 * EACH_SUBSCRIPTION
"""Webhooks under way side by side: two dozen subscribers may sleep, and the next one still finds its places free."""

BINDINGS = (
    *("intake.item.#", "intake.case.#", "intake.review.#", "intake.calendar.#", "intake.contact.#"),
    *("intake.agency.#", "intake.project.#", "intake.ban.#", "intake.announcement.#"),
    *("approval.#", "fees.#", "monitor.#"),
)
"""Everything but credentials, which are for the supervisor."""

senders = Senders()
senders.add("sms", act=sms.send_sms, settled=sms.record_sms, ladder=sms.LADDER)
senders.add(
    "webhook",
    act=calls.call_webhook,
    settled=calls.record_call,
    ladder=LADDER,
    at_once=WEBHOOKS_AT_ONCE,
    each=EACH_SUBSCRIPTION,
)

blueprint = Blueprint(
    name="notify",
    title="一门 · 通知",
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    routers=routers,
    handlers=handlers,
    senders=senders,
    bindings=BINDINGS,
)


def build(parts: Parts, settings: NotifySettings) -> Service[Context]:
    tail = Tail(settings.stream_poll)
    context = Context(
        settings=settings,
        gateway=_client(timeout=10),
        webhooks=_client(timeout=settings.webhook_timeout),
        resolve=calls.resolve,
        tail=tail,
    )
    service = Service(
        blueprint,
        parts,
        settings,
        context=context,
        on_start=keep_duty_phones,
        loops=(Loop(tail.until_closed, tail.close),),
    )
    context.database = service.database
    return service


def _client(timeout: float) -> httpx.AsyncClient:
    """No connection is kept: one made for a host must not serve another host at the same address."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)  # senders count their places themselves
    return httpx.AsyncClient(timeout=timeout, limits=limits, trust_env=False, follow_redirects=False)
