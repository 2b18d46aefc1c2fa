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
    deliveries.router,
    documents.router,
    feed.router,
    gateways.router,
    inbox.router,
    keys.router,
    messages.router,
    receipts.router,
    replays.router,
    rules.router,
    skipped.router,
    stream.router,
    subscriptions.router,
    templates.router,
)
