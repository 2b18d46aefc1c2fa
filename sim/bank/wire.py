"""How the bank speaks: sealed with AES-256-GCM, signed over `timestamp\\nnonce\\nraw body\\n`.

Written apart from the receiver, from the same agreement, so that neither's mistake hides in the other.
"""

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from sim.bank.keys import KeyRing

PAID: Final = "PAYMENT.SUCCESS"
REFUNDED: Final = "REFUND.SUCCESS"
REFUND_FAILED: Final = "REFUND.FAILED"
REMITTED: Final = "REMITTANCE.SUCCESS"
_WORDS: Final = {
    PAID: ("payment", "缴款成功"),
    REFUNDED: ("refund", "退款成功"),
    REFUND_FAILED: ("refund", "退款失败"),
    REMITTED: ("remittance", "划转国库成功"),
}


@dataclass(frozen=True, slots=True)
class Call:
    headers: dict[str, str]
    body: bytes


def call(ring: KeyRing, serial: str, at: datetime, said: dict[str, Any], event: str = PAID) -> Call:
    """A new message each time, even if it says the same: its own nonce, time and signature."""
    body = json.dumps(envelope(ring.message_key, at, said, event), ensure_ascii=False).encode()
    return sign(ring, serial, at, secrets.token_hex(16), body)


def envelope(key: bytes, at: datetime, said: dict[str, Any], event: str = PAID) -> dict[str, Any]:
    label, summary = _WORDS[event]
    nonce = secrets.token_hex(6)
    plain = json.dumps(said, ensure_ascii=False).encode()
    sealed = AESGCM(key).encrypt(nonce.encode(), plain, label.encode())
    resource = {
        "algorithm": "AEAD_AES_256_GCM",
        "nonce": nonce,
        "associated_data": label,
        "ciphertext": base64.b64encode(sealed).decode(),
    }
    return {
        "id": secrets.token_hex(16),
        "create_time": at.isoformat(),
        "event_type": event,
        "summary": summary,
        "resource": resource,
    }


def sign(ring: KeyRing, serial: str, at: datetime, nonce: str, body: bytes) -> Call:
    return Call({"Content-Type": "application/json"} | signature(ring, serial, at, nonce, body), body)


def signature(ring: KeyRing, serial: str, at: datetime, nonce: str, body: bytes) -> dict[str, str]:
    """The four headers that say: this body is the bank's word."""
    timestamp = str(int(at.timestamp()))
    message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
    signed = ring.private(serial).sign(message, padding.PKCS1v15(), SHA256())
    return {
        "Bank-Timestamp": timestamp,
        "Bank-Nonce": nonce,
        "Bank-Serial": serial,
        "Bank-Signature": base64.b64encode(signed).decode(),
    }


def spoiled(good: Call) -> Call:
    """A probe: whoever answers this with success does not verify signatures."""
    signed = good.headers["Bank-Signature"]
    other = "A" if signed[9] != "A" else "B"
    return Call(good.headers | {"Bank-Signature": signed[:9] + other + signed[10:]}, good.body)
