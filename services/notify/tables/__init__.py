"""What the messenger stores."""

from services.notify.tables.base import metadata
from services.notify.tables.cases import cases
from services.notify.tables.messages import contacts, gateways, inbox_letters, messages
from services.notify.tables.stream import case_departments, stream, stream_head
from services.notify.tables.webhooks import deliveries, lanes, subscriptions
from services.notify.tables.wording import choices, skipped, templates

__all__ = [
    "case_departments",
    "cases",
    "choices",
    "contacts",
    "deliveries",
    "gateways",
    "inbox_letters",
    "lanes",
    "messages",
    "metadata",
    "skipped",
    "stream",
    "stream_head",
    "subscriptions",
    "templates",
]
