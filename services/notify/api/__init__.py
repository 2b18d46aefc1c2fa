"""What the messenger answers, an area a module."""

from services.notify.api import (
    checking,
    collecting,
    deliveries,
    documents,
    feed,
    gateways,
    inbox,
    keys,
    messages,
    receipts,
    replays,
    rules,
    skipped,
    stream,
    subscriptions,
    templates,
)

routers = (
    checking.router,
    collecting.router,
    documents.router,
    gateways.router,
    inbox.router,
    messages.router,
    receipts.router,
    rules.router,
    skipped.router,
    stream.router,
    subscriptions.router,
    keys.router,
    deliveries.router,
    replays.router,
    feed.router,
    templates.router,
)
