"""What the messenger answers, an area a module."""

from services.notify.api import (
    checking,
    collecting,
    documents,
    gateways,
    inbox,
    messages,
    receipts,
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
    templates.router,
)
