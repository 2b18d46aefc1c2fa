"""What the messenger answers, an area a module."""

from services.notify.api import messages, receipts, stream, subscriptions

routers = (
    messages.router,
    receipts.router,
    stream.router,
    subscriptions.router,
)
