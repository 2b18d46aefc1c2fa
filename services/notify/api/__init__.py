"""What the messenger answers, an area a module."""

from services.notify.api import gateways, inbox, messages, receipts, rules, skipped, stream, subscriptions, templates

routers = (
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
