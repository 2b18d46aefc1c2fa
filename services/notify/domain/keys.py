"""Signing keys of a subscription: the newest, and for an overlap the one before it.

Guarantees: while both are valid a delivery carries both signatures (Standard Webhooks separates them by a space), so that
a receiver may change its key at any moment of the overlap and refuses nothing. Read by the world's clock, as receivers
and whoever stole a key do.
"""

import base64
import secrets
from datetime import datetime
from typing import Any

from standardwebhooks import Webhook

LONGEST_OVERLAP = 7 * 24
"""Hours."""


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def valid_secrets(row: Any, at: datetime) -> list[str]:
    """The newest first. The former one is valid up to its hour and not at it."""
    until = row.former_secret_until
    former = [row.former_secret] if until is not None and at < until else []
    return [row.secret, *former]


def sign(secrets_now: list[str], event_id: str, at: datetime, body: str) -> str:
    return " ".join(Webhook(secret).sign(event_id, at, body) for secret in secrets_now)
