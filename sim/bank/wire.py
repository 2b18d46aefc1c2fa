"""How the bank speaks: sealed with AES-256-GCM, signed over `timestamp\\nnonce\\nraw body\\n`.

Written apart from the receiver, from the same agreement, so that neither's mistake hides in the other.
"""

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from sim.bank.keys import KeyRing

_LABEL = "payment"


@dataclass(frozen=True, slots=True)
class Call:
    headers: dict[str, str]
    body: bytes


def call(ring: KeyRing, serial: str, at: datetime, said: dict[str, Any]) -> Call:
    """A new message each time, even if it says the same: its own nonce, time and signature."""
    body = json.dumps(envelope(ring.message_key, at, said), ensure_ascii=False).encode()
    return sign(ring, serial, at, secrets.token_hex(16), body)


def envelope(key: bytes, at: datetime, said: dict[str, Any]) -> dict[str, Any]:
    nonce = secrets.token_hex(6)
    plain = json.dumps(said, ensure_ascii=False).encode()
    sealed = AESGCM(key).encrypt(nonce.encode(), plain, _LABEL.encode())
    resource = {
        "algorithm": "AEAD_AES_256_GCM",
        "nonce": nonce,
        "associated_data": _LABEL,
        "ciphertext": base64.b64encode(sealed).decode(),
    }
    return {
        "id": secrets.token_hex(16),
        "create_time": at.isoformat(),
        "event_type": "PAYMENT.SUCCESS",
        "summary": "缴款成功",
        "resource": resource,
    }


def sign(ring: KeyRing, serial: str, at: datetime, nonce: str, body: bytes) -> Call:
    timestamp = str(int(at.timestamp()))
    message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
    signature = ring.private(serial).sign(message, padding.PKCS1v15(), SHA256())
    headers = {
        "Content-Type": "application/json",
        "Bank-Timestamp": timestamp,
        "Bank-Nonce": nonce,
        "Bank-Serial": serial,
        "Bank-Signature": base64.b64encode(signature).decode(),
    }
    return Call(headers, body)


def spoiled(good: Call) -> Call:
    """A probe: whoever answers this with success does not verify signatures."""
    signature = good.headers["Bank-Signature"]
    other = "A" if signature[9] != "A" else "B"
    return Call(good.headers | {"Bank-Signature": signature[:9] + other + signature[10:]}, good.body)
