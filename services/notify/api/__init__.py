"""What the messenger answers, an area a module."""

from services.notify.api import gateways, inbox, messages, receipts, stream, subscriptions

routers = (
    gateways.router,
    inbox.router,
    messages.router,
    receipts.router,
    stream.router,
    subscriptions.router,
)
