"""A played bank in a test's hands, and fees at the other end of its wire."""

import asyncio
import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from sim.bank import Bank, KeyRing, bank_app
from yimen.clock import FrozenClock

START = datetime(2026, 9, 7, 1, 0, tzinfo=UTC)
ACCOUNT = "3607000000001002"
CODE = "23456789ABCDEFGHJKLM"
ORDER = {
    "order_number": "JK2026000001",
    "payment_code": CODE,
    "amount": 16000,
    "currency": "CNY",
    "account": ACCOUNT,
    "pay_by": "2026-09-22",
}


def asked(serial: str, amount: int = 100, number: str = "TK2026000001", **more: Any) -> dict[str, Any]:
    money = {"amount": amount, "currency": "CNY", "account": ACCOUNT}
    return {"refund_number": number, "bank_serial": serial, **money} | more


def remittance(amount: int, number: str = "HJ2026000001", **more: Any) -> dict[str, Any]:
    money = {"amount": amount, "currency": "CNY", "account": ACCOUNT, "treasury_account": "T1"}
    return {"remittance_number": number, "day": "2026-09-07", **money} | more


class Fees(httpx.AsyncBaseTransport):
    """Hears what the bank says; answers as it is told to."""

    def __init__(self) -> None:
        self.heard: list[httpx.Request] = []
        self.answers: list[int] = []
        self.called = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.heard.append(request)
        self.called.set()
        status = self.answers.pop(0) if self.answers else 204
        if status == 0:
            raise httpx.ReadTimeout("silence")
        return httpx.Response(status)


class Branch:
    def __init__(self, folder: Path, ring: KeyRing, **more: Any) -> None:
        self.fees = Fees()
        self.clock = FrozenClock(START)
        self.more = {"transport": self.fees, "ring": ring} | more
        self.folder = folder
        self.bank = self.open()

    def open(self) -> Bank:
        """Again after a crash: nothing is closed, nothing is said goodbye to."""
        return Bank(self.folder, self.clock, "http://fees.test/bank/messages", **self.more)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=bank_app(self.bank)), base_url="http://bank.test")

    def verified(self, headers: Mapping[str, str], body: bytes) -> bytes:
        """The body, once its signature has been checked without the bank's own code. Raises InvalidSignature."""
        keys = {key["serial"]: key["public_key"] for key in json.loads(self.bank.ring.public_file.read_text())["keys"]}
        key = load_pem_public_key(keys[headers["Bank-Serial"]].encode())
        assert isinstance(key, RSAPublicKey)
        message = f"{headers['Bank-Timestamp']}\n{headers['Bank-Nonce']}\n".encode() + body + b"\n"
        key.verify(base64.b64decode(headers["Bank-Signature"]), message, padding.PKCS1v15(), SHA256())
        return body

    def opened(self, request: httpx.Request) -> tuple[str, dict[str, Any]]:
        """What a message says: its event type and its content."""
        envelope = json.loads(self.verified(request.headers, request.content))
        sealed = envelope["resource"]
        parts = (sealed["nonce"].encode(), base64.b64decode(sealed["ciphertext"]), sealed["associated_data"].encode())
        assert sealed["associated_data"] == envelope["event_type"].split(".")[0].lower()
        return envelope["event_type"], json.loads(AESGCM(self.bank.ring.message_key).decrypt(*parts))

    def heard(self) -> list[tuple[str, dict[str, Any]]]:
        return [self.opened(request) for request in self.fees.heard]

    async def tell_all(self) -> None:
        while await self.bank.tell():
            continue

    def faults(self) -> list[dict[str, Any]]:
        return self.bank.books.journal(what="fault")
