"""The bus's Prometheus metrics, one set per service instance."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


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
        self.outbox_depth = Gauge("outbox_events", "Events waiting for the carrier", registry=registry)
        self.outbox_oldest = Gauge("outbox_oldest_seconds", "Age of the oldest waiting event", registry=registry)
        self.connected = Gauge("bus_connected", "1 while a consuming session stands", registry=registry)
