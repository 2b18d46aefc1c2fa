"""Wires the rooms of fees together."""

from pathlib import Path

import httpx
import structlog

from services.fees.api import routers
from services.fees.api.statements import BODY_LIMITS
from services.fees.bank import (  # noqa: F401 - they add their jobs and timers
    giving_back,
    inquiring,
    placing,
    receiver,
    remittances,
)
from services.fees.bank.sending import senders
from services.fees.bank.signing import HallKey
from services.fees.bank.wire import BankKeys
from services.fees.context import Context
from services.fees.fetching import begin_fetching
from services.fees.handlers import handlers
from services.fees.settings import FeesSettings
from services.fees.settling import receipt_waiting
from services.fees.tables import metadata
from services.fees.tickets import add_block
from services.fees.timers import timers
from yimen.bus import Unit
from yimen.service import Blueprint, Parts, Service

log = structlog.get_logger()

blueprint = Blueprint(
    name="fees",
    title="收费服务",
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    routers=(*routers, receiver.router),
    handlers=handlers,
    timers=timers,
    senders=senders,
    bindings=("intake.item.#", "intake.case.#", "intake.calendar.#", "approval.review.#", "monitor.tally.#"),
)


def build(parts: Parts, settings: FeesSettings, bank: httpx.AsyncBaseTransport | None = None) -> Service[Context]:
    """`bank`: how we reach the bank; None is the network."""
    context = Context(
        settings=settings,
        clock=parts.clock,
        keys=BankKeys(settings.bank_keys_file),
        hall_key=HallKey(settings.bank_signing_key_file, settings.bank_signing_serial),
        bank=_client(bank),
    )
    service = Service(blueprint, parts, settings, context=context, on_start=get_ready, body_limits=BODY_LIMITS)
    context.metrics.register(service.registry)
    return service


def _client(transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    """One for all calls, since making one reads all certificates anew; calls are few, and none leaves a connection open."""
    limits = httpx.Limits(max_connections=50, max_keepalive_connections=0)
    return httpx.AsyncClient(transport=transport, limits=limits, trust_env=False, follow_redirects=False)


async def get_ready(unit: Unit[Context]) -> None:
    """The block of ticket numbers that is set; receipts that waited for numbers are given out."""
    settings = unit.context.settings
    if not unit.context.message_key:
        log.warning("bank_message_key_missing", effect="every message of the bank is refused")
    if settings.bank_signing_key_file is None:
        log.warning("bank_signing_key_missing", effect="what we ask of the bank is not signed")
    await add_block(unit, settings.ticket_code, settings.ticket_first, settings.ticket_last)
    await receipt_waiting(unit)
    await begin_fetching(unit)
