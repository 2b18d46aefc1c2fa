"""What the messenger counts, beside what every service does."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class Metrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.handed_over = Counter(
            "yimen_notify_handed_over",
            "messages handed to a gateway or mail server, by what came of it",
            ("gateway", "outcome"),
            registry=registry,
        )
        self.weight = Gauge(
            "yimen_notify_gateway_weight",
            "share of new messages that an SMS gateway gets now; 0 while it is shunned",
            ("gateway",),
            registry=registry,
        )
