"""What every room of fees is handed."""

from dataclasses import dataclass, field

import httpx
from prometheus_client import CollectorRegistry, Counter

from services.fees.bank.signing import HallKey
from services.fees.bank.wire import BankKeys
from services.fees.settings import FeesSettings
from yimen.clock import Clock
from yimen.plans import Almanac


class BankMetrics:
    """What the bank's words came to; refusals are the security metric."""

    def __init__(self) -> None:
        self.refused = Counter("fees_bank_messages_refused", "Messages not from the bank", ["why"], registry=None)
        self.unsigned = Counter("fees_bank_answers_refused", "Answers not from the bank", ["why"], registry=None)
        self.received = Counter("fees_bank_messages", "Authenticated messages by outcome", ["outcome"], registry=None)

    def register(self, registry: CollectorRegistry) -> None:
        for metric in (self.refused, self.unsigned, self.received):
            registry.register(metric)


@dataclass(frozen=True)
class Context:
    """`bank` is how we reach the bank; `clock` tells senders, who work outside a unit, when they sign."""

    settings: FeesSettings
    clock: Clock
    keys: BankKeys
    hall_key: HallKey
    bank: httpx.AsyncClient
    metrics: BankMetrics = field(default_factory=BankMetrics)
    almanac: Almanac = field(default_factory=Almanac)

    @property
    def message_key(self) -> bytes:
        return bytes.fromhex(self.settings.bank_message_key.get_secret_value())
