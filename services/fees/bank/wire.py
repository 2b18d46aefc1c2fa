"""The bank's messages on the wire: who signed, when, and what is inside.

Guarantees: nothing is said about a message before its signature over `timestamp\\nnonce\\nraw body\\n` has been verified
with a key that the bank published; the raw bytes are what is verified, so a re-serialised body fails. The algorithm is a
`SignatureScheme`; RSA-SHA256 now, SM2 when a centre needs it. Does not: know nonces or touch money.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import BaseModel, Field, ValidationError

from services.fees.bank.words import Refunded, RefundFailed, Remitted, Taken, Word

LARGEST_BYTES: Final = 64 * 1024
CLOCKS_APART: Final = timedelta(seconds=300)
_NONCE = re.compile(r"[A-Za-z0-9_-]{8,80}")


class Refusal(StrEnum):
    """Why a message is not the bank's, or not for us."""

    CONTENT_TYPE = "content_type"
    TOO_LARGE = "too_large"
    HEADERS = "headers"
    UNKNOWN_SERIAL = "unknown_serial"
    STALE = "stale"
    SIGNATURE = "signature"
    REPLAYED = "replayed"
    SEALED = "sealed"
    UNREADABLE = "unreadable"
    ACCOUNT = "account"


class Refused(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


class SignatureScheme(Protocol):
    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> bool: ...


class RsaSha256:
    """PKCS #1 v1.5 with SHA-256, as the large payment platforms sign."""

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        key = load_pem_public_key(public_key)
        if not isinstance(key, rsa.RSAPublicKey):
            return False
        try:
            key.verify(signature, message, padding.PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True


SCHEMES: Final[Mapping[str, SignatureScheme]] = {"RSA-SHA256": RsaSha256()}


class PublicKey(BaseModel):
    serial: str
    algorithm: str
    public_key: str


class KeyFile(BaseModel):
    keys: list[PublicKey]


class BankKeys:
    """The bank's public keys by serial, read again when the file changes: two are active while the bank rotates.

    A missing file means that no serial is known."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._keys: dict[str, PublicKey] = {}

    def find(self, serial: str) -> PublicKey | None:
        self._refresh()
        return self._keys.get(serial)

    def _refresh(self) -> None:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            self._seen, self._keys = None, {}
            return
        if self._seen != (stat.st_mtime_ns, stat.st_ino):
            keys = KeyFile.model_validate_json(self._path.read_bytes()).keys
            self._seen, self._keys = (stat.st_mtime_ns, stat.st_ino), {key.serial: key for key in keys}


@dataclass(frozen=True, slots=True)
class Signed:
    """A message whose signature holds."""

    key_serial: str
    nonce: str
    sent_at: datetime
    signature: str
    body: bytes


def authenticate(
    headers: Mapping[str, str],
    body: bytes,
    keys: BankKeys,
    now: datetime,
    largest: int = LARGEST_BYTES,
    *,
    aged: bool = False,
) -> Signed:
    """Raises `Refused`. Size before everything, arithmetic on keys last. `aged`: it may be as old as it likes, as a file is
    that somebody brings; never from the future."""
    if len(body) > largest:
        raise Refused(Refusal.TOO_LARGE)
    try:
        timestamp, nonce, serial, signature = (
            headers[f"bank-{name}"] for name in ("timestamp", "nonce", "serial", "signature")
        )
        sent_at = _instant(timestamp)
        raw_signature = base64.b64decode(signature, validate=True)
    except (KeyError, ValueError) as error:
        raise Refused(Refusal.HEADERS) from error
    if not _NONCE.fullmatch(nonce) or len(signature) > 1024:
        raise Refused(Refusal.HEADERS)
    key = keys.find(serial)
    if key is None or key.algorithm not in SCHEMES:
        raise Refused(Refusal.UNKNOWN_SERIAL)
    if sent_at - now >= CLOCKS_APART or (now - sent_at >= CLOCKS_APART and not aged):
        raise Refused(Refusal.STALE)
    message = b"%s\n%s\n%s\n" % (timestamp.encode(), nonce.encode(), body)
    if not SCHEMES[key.algorithm].verify(key.public_key.encode(), message, raw_signature):
        raise Refused(Refusal.SIGNATURE)
    return Signed(serial, nonce, sent_at, signature, body)


def _instant(timestamp: str) -> datetime:
    """Unix seconds, written plainly. Raises ValueError."""
    if not re.fullmatch(r"[0-9]{1,11}", timestamp):
        raise ValueError(timestamp)
    return datetime.fromtimestamp(int(timestamp), UTC)


class Sealed(BaseModel):
    algorithm: Literal["AEAD_AES_256_GCM"]
    nonce: str = Field(max_length=64)
    associated_data: str = Field(max_length=200)
    ciphertext: str


class Envelope(BaseModel):
    event_type: Literal["PAYMENT.SUCCESS", "REFUND.SUCCESS", "REFUND.FAILED", "REMITTANCE.SUCCESS"]
    resource: Sealed


def unseal(body: bytes, key: bytes) -> Word:
    """What the message says. Raises `Refused`: sealed with another key (or we have none), or not as agreed."""
    if not key:
        raise Refused(Refusal.SEALED)
    try:
        envelope = Envelope.model_validate_json(body)
        sealed, (label, model) = envelope.resource, _WORDS[envelope.event_type]
        parts = base64.b64decode(sealed.ciphertext, validate=True)
        plain = AESGCM(key).decrypt(sealed.nonce.encode(), parts, sealed.associated_data.encode())
        if sealed.associated_data != label:
            raise ValueError(sealed.associated_data)
        return model.model_validate(json.loads(plain, parse_float=_no_float))
    except InvalidTag as error:
        raise Refused(Refusal.SEALED) from error
    except (ValidationError, binascii.Error, ValueError) as error:
        raise Refused(Refusal.UNREADABLE) from error


_WORDS: Final[Mapping[str, tuple[str, type[Word]]]] = {
    "PAYMENT.SUCCESS": ("payment", Taken),
    "REFUND.SUCCESS": ("refund", Refunded),
    "REFUND.FAILED": ("refund", RefundFailed),
    "REMITTANCE.SUCCESS": ("remittance", Remitted),
}


def _no_float(text: str) -> Any:
    raise ValueError(f"{text}: money comes in whole 分")
