"""What every room of fees is handed."""

from dataclasses import dataclass, field

import httpx
from prometheus_client import CollectorRegistry, Counter

from services.fees.bank.wire import BankKeys
from services.fees.settings import FeesSettings
from yimen.plans import Almanac


class BankMetrics:
    """What the bank's messages came to; refusals are the security metric."""

    def __init__(self) -> None:
        self.refused = Counter("fees_bank_messages_refused", "Messages not from the bank", ["why"], registry=None)
        self.received = Counter("fees_bank_messages", "Authenticated messages by outcome", ["outcome"], registry=None)

    def register(self, registry: CollectorRegistry) -> None:
        for metric in (self.refused, self.received):
            registry.register(metric)


@dataclass(frozen=True)
class Context:
    """`bank`: how orders travel; None is the network."""

    settings: FeesSettings
    keys: BankKeys
    metrics: BankMetrics = field(default_factory=BankMetrics)
    almanac: Almanac = field(default_factory=Almanac)
    bank: httpx.AsyncBaseTransport | None = None

    @property
    def message_key(self) -> bytes:
        return bytes.fromhex(self.settings.bank_message_key.get_secret_value())
