"""Whether a request is the hall's: RSA-SHA256 over `timestamp\\nnonce\\nMETHOD path\\nbody\\n`.

Guarantees: within 300 s of the bank's clock, and each nonce once, as long as the process lives."""

import base64
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from yimen.clock import Clock

SERIAL: Final = "HALL01"
SECONDS_APART: Final = 300
_MANY: Final = 10_000


class Gate:
    """Without a key everybody is let in."""

    def __init__(self, public_key: bytes | None, clock: Clock) -> None:
        key = load_pem_public_key(public_key) if public_key else None
        if key is not None and not isinstance(key, RSAPublicKey):
            raise ValueError("the hall signs with RSA")
        self._key = key
        self._clock = clock
        self._seen: dict[str, float] = {}

    def admits(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> bool:
        if self._key is None:
            return True
        timestamp, nonce = headers.get("hall-timestamp", ""), headers.get("hall-nonce", "")
        now = self._clock.now().timestamp()
        if headers.get("hall-serial") != SERIAL or not nonce or nonce in self._seen or not timestamp.isdecimal():
            return False
        if len(timestamp) > 11 or abs(now - int(timestamp)) >= SECONDS_APART:
            return False
        message = f"{timestamp}\n{nonce}\n{method} {path}\n".encode() + body + b"\n"
        return self._verifies(message, headers.get("hall-signature", "")) and self._remember(nonce, now)

    def _verifies(self, message: bytes, signature: str) -> bool:
        assert self._key is not None
        try:
            self._key.verify(base64.b64decode(signature, validate=True), message, padding.PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True

    def _remember(self, nonce: str, now: float) -> bool:
        if len(self._seen) > _MANY:
            self._seen = {known: at for known, at in self._seen.items() if now - at < 2 * SECONDS_APART}
        self._seen[nonce] = now
        return True
