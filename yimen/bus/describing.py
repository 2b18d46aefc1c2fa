"""What a span says of an event: OpenTelemetry's names for messaging, and nothing of what the event tells."""

from yimen.contracts import Meta
from yimen.tracing import Attributes

EXCHANGE = "yimen.events"


def described(meta: Meta, key: str, operation: str) -> Attributes:
    """`operation`: create, send or process."""
    told: Attributes = {
        "messaging.system": "rabbitmq",
        "messaging.operation.name": operation,
        "messaging.operation.type": operation,
        "messaging.destination.name": EXCHANGE,
        "messaging.rabbitmq.destination.routing_key": key,
        "messaging.message.id": str(meta.id),
        "cloudevents.event_id": str(meta.id),
        "cloudevents.event_source": meta.source,
        "cloudevents.event_type": meta.type,
        "yimen.sequence": meta.sequence,
    }
    if meta.correlation_id is not None:
        told["messaging.message.conversation_id"] = meta.correlation_id  # the case number: opens nothing by itself
    return told
