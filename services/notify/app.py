"""Wires the messenger's rooms together."""

from pathlib import Path

import httpx
from prometheus_client import Gauge

from services.notify import calls, handing, printing, settling, stuck
from services.notify.api import routers
from services.notify.api.checking import FILE_LIMIT
from services.notify.context import Context
from services.notify.desks.posting import keep_duty_phones
from services.notify.domain.hours import MAIL, SMS
from services.notify.domain.webhooks import LADDER
from services.notify.handlers import handlers
from services.notify.hub import Hub
from services.notify.metrics import Metrics
from services.notify.providers.sms import HttpGateway, new_client
from services.notify.providers.smtp import SmtpServer
from services.notify.settings import NotifySettings
from services.notify.tables import metadata
from services.notify.wordbook import keep_first_words
from yimen.bus import Unit, Units
from yimen.jobs import Senders
from yimen.objects import Objects
from yimen.service import Blueprint, Loop, Parts, Service

MESSAGES_AT_ONCE = 20
"""Fewer than the connections that a gateway's client keeps."""

EACH_SUBSCRIPTION = 8
WEBHOOKS_AT_ONCE = 25 * EACH_SUBSCRIPTION
"""Webhooks under way side by side: two dozen subscribers may sleep, and the next one still finds its places free."""

PAPERS_AT_ONCE = 4
"""Papers composed, rendered or on their way to the store side by side."""

BINDINGS = (
    *("intake.item.#", "intake.case.#", "intake.review.#", "intake.calendar.#", "intake.contact.#"),
    "intake.credential.#",
    *("intake.agency.#", "intake.project.#", "intake.ban.#", "intake.announcement.#"),
    *("approval.#", "fees.#", "monitor.#", "notify.#"),
)
"""Everything, contacts and the hashes of query passwords too. Its own words come back for the live stream."""

senders = Senders()
senders.add(SMS, act=handing.send_sms, settled=settling.record, ladder=handing.SMS_LADDER, at_once=MESSAGES_AT_ONCE)
senders.add(MAIL, act=handing.send_mail, settled=settling.record, ladder=handing.MAIL_LADDER)
senders.add(stuck.ASK, act=stuck.ask_fate, settled=stuck.record_fate, ladder=stuck.ASK_LADDER)
senders.add(
    "webhook",
    act=calls.call_webhook,
    settled=calls.record_call,
    ladder=LADDER,
    at_once=WEBHOOKS_AT_ONCE,
    each=EACH_SUBSCRIPTION,
)

senders.add(
    "document",
    act=printing.print_document,
    settled=printing.record_document,
    ladder=printing.LADDER,
    at_once=PAPERS_AT_ONCE,
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
    hub = Hub(settings.stream_poll, settings.stream_heartbeat, settings.stream_life)
    sms, webhooks = new_client(), _client(timeout=settings.webhook_timeout)
    context = Context(
        settings=settings,
        gateways={one.name: HttpGateway(one, sms) for one in settings.sms_gateways},
        mail=SmtpServer(settings) if settings.smtp_host else None,
        webhooks=webhooks,
        resolve=calls.resolve,
        hub=hub,
        papers=Objects.at(settings.documents_url),
    )
    service = Service(
        blueprint,
        parts,
        settings,
        context=context,
        on_start=begin,
        on_stop=(sms.aclose, webhooks.aclose),
        body_limits={"/check": FILE_LIMIT},
        loops=(Loop(hub.run, hub.stop),),
        workers=(sweep_stuck,),
    )
    context.database = hub.database = service.database
    Gauge("stream_readers", "Readers of the live stream", registry=service.registry).set_function(hub.count)
    context.units = service.units
    context.metrics = Metrics(service.registry)
    return service


def sweep_stuck(units: Units[Context]) -> Loop:
    sweeper = stuck.Sweeper(units)
    return Loop(sweeper.run, sweeper.stop, sweeper.run_due)


async def begin(unit: Unit[Context]) -> None:
    """At start: whom to call in each department, and the words that the program came with."""
    await keep_duty_phones(unit)
    await keep_first_words(unit)


def _client(timeout: float) -> httpx.AsyncClient:
    """No connection is kept: one made for a host must not serve another host at the same address."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)  # senders count their places themselves
    return httpx.AsyncClient(timeout=timeout, limits=limits, trust_env=False, follow_redirects=False)
