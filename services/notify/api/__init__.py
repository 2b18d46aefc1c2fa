"""What the messenger answers, an area a module."""

from services.notify.api import messages, receipts, rules, skipped, stream, subscriptions, templates

routers = (
    messages.router,
    receipts.router,
    rules.router,
    skipped.router,
    stream.router,
    subscriptions.router,
    templates.router,
)
