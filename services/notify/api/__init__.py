"""What the messenger answers, an area a module."""

from services.notify.api import checking, collecting, documents, messages, receipts, stream, subscriptions

routers = (
    checking.router,
    collecting.router,
    documents.router,
    messages.router,
    receipts.router,
    stream.router,
    subscriptions.router,
)
