"""What the messenger says of its messages and of the papers that it renders. Never a phone number: that stays in notify."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from yimen.contracts.envelope import Code, Event, Instant, Name, Text


class MessageEvent(Event):
    id_field: ClassVar[str] = "message_id"

    message_id: Code
    case_number: Code | None = None
    template: Code
    channel: Code | None = Field(default=None, description="sms or mail")


class MessageSent(MessageEvent, type="notify.message.sent.v1"):
    """Handed to a gateway, or to a mail server."""

    sent_at: Instant


class MessageDelivered(MessageEvent, type="notify.message.delivered.v1"):
    delivered_at: Instant


class MessageFailed(MessageEvent, type="notify.message.failed.v1"):
    reason: Text
    failed_at: Instant


class DocumentEvent(Event):
    """A statutory paper (文书). Its number was taken by whoever decided, in the transaction that decided."""

    id_field: ClassVar[str] = "document_id"

    document_id: Code
    case_number: Code | None = None
    kind: Code
    number: Name


class DocumentRendered(DocumentEvent, type="notify.document.rendered.v1"):
    """It lies in the store, PDF/A, under its hash; `event_id` is the event that it puts into writing."""

    event_id: Code
    title: Name
    department: Code | None = None
    dated: date
    template_version: Annotated[int, Field(ge=1)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    size: Annotated[int, Field(ge=1, description="bytes")]
    rendered_at: Instant


class DocumentFailed(DocumentEvent, type="notify.document.failed.v1"):
    """It cannot be rendered: a glyph that no font has, a field that is missing. Somebody has to look."""

    reason: Text
    failed_at: Instant


class DocumentCollected(DocumentEvent, type="notify.document.collected.v1"):
    """Whoever holds the case's number and query password fetched it (电子送达): the first time only."""

    collected_at: Instant
