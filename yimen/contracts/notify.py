"""What the messenger says of its messages. Never a phone number: that stays in notify."""

from typing import ClassVar

from yimen.contracts.envelope import Code, Event, Instant, Text


class MessageEvent(Event):
    id_field: ClassVar[str] = "message_id"

    message_id: Code
    case_number: Code | None = None
    template: Code


class MessageSent(MessageEvent, type="notify.message.sent.v1"):
    """Handed to the gateway."""

    sent_at: Instant


class MessageDelivered(MessageEvent, type="notify.message.delivered.v1"):
    delivered_at: Instant


class MessageFailed(MessageEvent, type="notify.message.failed.v1"):
    reason: Text
    failed_at: Instant
