"""What the messenger stores."""

from services.notify.tables.base import metadata
from services.notify.tables.cases import cases
from services.notify.tables.documents import credentials, document_links, documents, password_tries
from services.notify.tables.facts import paper_facts
from services.notify.tables.messages import contacts, messages
from services.notify.tables.stream import case_departments, stream, stream_head
from services.notify.tables.webhooks import deliveries, lanes, subscriptions

__all__ = [
    "case_departments",
    "cases",
    "contacts",
    "credentials",
    "deliveries",
    "document_links",
    "documents",
    "lanes",
    "messages",
    "metadata",
    "paper_facts",
    "password_tries",
    "stream",
    "stream_head",
    "subscriptions",
]
