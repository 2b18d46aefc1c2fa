"""What the messenger stores."""

from services.notify.tables.base import metadata
from services.notify.tables.cases import cases
from services.notify.tables.documents import credentials, document_links, documents, password_tries
from services.notify.tables.facts import paper_facts
from services.notify.tables.feed import feed
from services.notify.tables.messages import contacts, gateways, inbox_letters, messages
from services.notify.tables.stream import agency_stations, case_departments, stream, stream_head
from services.notify.tables.webhooks import deliveries, lanes, subscriptions
from services.notify.tables.wording import choices, skipped, templates

__all__ = [
    "agency_stations",
    "case_departments",
    "cases",
    "choices",
    "contacts",
    "credentials",
    "deliveries",
    "document_links",
    "documents",
    "feed",
    "gateways",
    "inbox_letters",
    "lanes",
    "messages",
    "metadata",
    "paper_facts",
    "password_tries",
    "skipped",
    "stream",
    "stream_head",
    "subscriptions",
    "templates",
]
