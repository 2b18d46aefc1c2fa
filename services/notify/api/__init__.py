"""What the messenger answers, an area a module."""

from services.notify.api import (
    checking,
    collecting,
    deliveries,
    documents,
    feed,
    keys,
    messages,
    receipts,
    replays,
    stream,
    subscriptions,
)

routers = (
    checking.router,
    collecting.router,
    documents.router,
    messages.router,
    receipts.router,
    stream.router,
    subscriptions.router,
    keys.router,
    deliveries.router,
    replays.router,
    feed.router,
)
