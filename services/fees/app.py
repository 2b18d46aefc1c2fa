"""Wires the rooms of fees together."""

from pathlib import Path

import httpx
import structlog

from services.fees.api import routers
from services.fees.bank import receiver
from services.fees.bank.orders import senders
from services.fees.bank.wire import BankKeys
from services.fees.context import Context
from services.fees.handlers import handlers, timers
from services.fees.settings import FeesSettings
from services.fees.settling import receipt_waiting
from services.fees.tables import metadata
from services.fees.tickets import add_block
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
    """`bank`: how orders travel to the bank; None is the network."""
    context = Context(settings=settings, keys=BankKeys(settings.bank_keys_file), bank=bank)
    service = Service(blueprint, parts, settings, context=context, on_start=get_ready)
    context.metrics.register(service.registry)
    return service


async def get_ready(unit: Unit[Context]) -> None:
    """The block of ticket numbers that is set; receipts that waited for numbers are given out."""
    settings = unit.context.settings
    if not unit.context.message_key:
        log.warning("bank_message_key_missing", effect="every message of the bank is refused")
    await add_block(unit, settings.ticket_code, settings.ticket_first, settings.ticket_last)
    await receipt_waiting(unit)
