"""The bus's Prometheus metrics, one set per service instance."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

HANDLER_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 20, 60)
"""Up to the deadline at which a handler is cut off."""


class BusMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.published = Counter("outbox_published", "Events confirmed by the carrier", registry=registry)
        self.refused = Counter("outbox_refused", "Publishes that the carrier did not confirm", registry=registry)
        self.handled = Counter("inbox_handled", "Events whose effect committed", ["type"], registry=registry)
        self.duplicates = Counter("inbox_duplicates", "Deliveries dropped as already handled", registry=registry)
        self.deferred = Counter("inbox_deferred_events", "Deliveries put aside for later", registry=registry)
        self.parked = Counter("inbox_parked_events", "Events parked", ["kind"], registry=registry)
        self.batch = Histogram(
            "inbox_batch_events", "Deliveries a transaction", registry=registry, buckets=(1, 5, 20, 50, 100, 200)
        )
        self.seconds = Histogram("inbox_batch_seconds", "Seconds a batch took to commit", registry=registry)
        self.handling = Histogram(
            "inbox_handler_seconds",
            "From the start of an event's handlers to their end, whether they succeed or not",
            ["type"],
            registry=registry,
            buckets=HANDLER_SECONDS,
        )
        self.outbox_depth = Gauge("outbox_events", "Events waiting for the carrier", registry=registry)
        self.outbox_oldest = Gauge("outbox_oldest_seconds", "Age of the oldest waiting event", registry=registry)
        self.connected = Gauge("bus_connected", "1 while a consuming session stands", registry=registry)
        self.waiting = Gauge(
            "inbox_deferred", "Events that wait now for their turn or their next try", registry=registry
        )
        self.open = Gauge("inbox_parked", "Parked events that nobody has settled yet", registry=registry)
        self.given_up = Gauge("jobs_given_up", "Side effects that were given up", registry=registry)
        self.unsettled = Gauge("jobs_unsettled", "Side effects whose outcome could not be settled", registry=registry)
        self.timers_parked = Gauge("timers_parked", "Timers whose handler failed to the end", registry=registry)
