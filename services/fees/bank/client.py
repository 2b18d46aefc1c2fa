"""How we ask the bank: our requests are signed, and only what it signed is an answer.

    Transient
    └── NoAnswer       silence, a busy bank, or words that nobody signed, a 2xx among them: whether it was done is unknown
        └── NotThere   signed: there is no such file yet
    Permanent
    └── BankRefused    signed: the bank will not do it

Guarantees: the answer's time, nonce, serial and signature over its raw bytes are verified like those of any message; no
more of it is read than its kind may have. Does not: ask again; that is up to the ladder of whoever asks.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

import httpx

from services.fees.bank.wire import Refused, Signed, authenticate
from services.fees.context import Context
from yimen.errors import Permanent, Transient
from yimen.jobs import Answer

LARGEST_ANSWER: Final = 1024 * 1024
LARGEST_FILE: Final = 64 * 1024 * 1024
FILE_SECONDS: Final = 15.0  # below the 20 s that a job may take
_TRY_AGAIN: Final = {401, 408, 425, 429}
"""401: our key is not known there yet; nothing is wrong with what was asked."""


class NoAnswer(Transient):
    """Whether the bank did it is unknown: ask the same again, or ask how it stands."""


class NotThere(NoAnswer):
    """The bank has no such thing yet."""


class BankRefused(Permanent):
    """The bank says that it will not do this."""


@dataclass(frozen=True, slots=True)
class Said:
    """A signed answer: 2xx, or a 4xx that whoever asked has to judge."""

    signed: Signed
    status: int
    content: dict[str, Any]

    def approved(self, *also: int) -> Self:
        """Itself, where it is a success or has one of these statuses. Raises `BankRefused`."""
        if 200 <= self.status < 300 or self.status in also:
            return self
        raise BankRefused(f"银行拒绝（{self.status}）：{str(self.content.get('message', ''))[:400]}")

    def kept(self) -> Answer:
        """As a job's answer keeps it until it is settled."""
        signed = self.signed
        return {
            "status": self.status,
            "key_serial": signed.key_serial,
            "nonce": signed.nonce,
            "sent_at": signed.sent_at.isoformat(),
            "signature": signed.signature,
            "body": signed.body.decode(),
        }

    @classmethod
    def of(cls, answer: Answer) -> Self:
        sent_at, body = datetime.fromisoformat(answer["sent_at"]), answer["body"].encode()
        signed = Signed(answer["key_serial"], answer["nonce"], sent_at, answer["signature"], body)
        return cls(signed, answer["status"], json.loads(body))


async def call(context: Context, method: str, path: str, payload: dict[str, Any] | None = None) -> Said:
    """`path`: behind the bank's address. Raises `NoAnswer`."""
    body = b"" if payload is None else json.dumps(payload, ensure_ascii=False).encode()
    status, signed, _headers = await _ask(
        context, method, path, body, LARGEST_ANSWER, context.settings.bank_order_seconds
    )
    try:
        content = json.loads(signed.body.decode())
    except ValueError as error:
        raise NoAnswer(f"银行的答复无法读取（{status}）") from error
    if not isinstance(content, dict):
        raise NoAnswer(f"银行的答复不符合约定（{status}）")
    return Said(signed, status, content)


async def fetch(context: Context, path: str) -> tuple[Signed, Mapping[str, str]]:
    """A file as bytes, with the headers that it came with. Raises `NoAnswer`, `NotThere` (404), `BankRefused`."""
    status, signed, headers = await _ask(context, "GET", path, b"", LARGEST_FILE, FILE_SECONDS)
    if status == 404:
        raise NotThere(f"银行尚未提供：{path}")
    if status != 200:
        raise BankRefused(f"银行拒绝（{status}）：{signed.body[:400].decode(errors='replace')}")
    return signed, headers


async def _ask(
    context: Context, method: str, path: str, body: bytes, largest: int, seconds: float
) -> tuple[int, Signed, httpx.Headers]:
    url = context.settings.bank_url.rstrip("/") + path
    # Nothing may be packed on the way: the signature is over the bytes as they come.
    headers = {"Accept-Encoding": "identity", **context.hall_key.sign(context.clock.now(), method, path, body)}
    if body:
        headers["Content-Type"] = "application/json"
    try:
        async with (
            asyncio.timeout(seconds),
            context.bank.stream(method, url, content=body, headers=headers, timeout=seconds) as answer,
        ):
            raw = await _read(answer, largest)
    except (TimeoutError, httpx.RequestError) as error:
        raise NoAnswer(f"银行未作答复：{error!r}") from error
    return answer.status_code, _verified(context, answer, raw, largest), answer.headers


async def _read(answer: httpx.Response, largest: int) -> bytes:
    parts, size = list[bytes](), 0
    async for part in answer.aiter_raw():
        size += len(part)
        if size > largest:
            raise NoAnswer(f"银行的答复过大（{answer.status_code}）")
        parts.append(part)
    return b"".join(parts)


def _verified(context: Context, answer: httpx.Response, raw: bytes, largest: int) -> Signed:
    status = answer.status_code
    try:
        signed = authenticate(answer.headers, raw, context.keys, context.clock.now(), largest)
    except Refused as refused:
        context.metrics.unsigned.labels(refused.refusal).inc()
        raise NoAnswer(f"银行的答复未通过验签（{status}，{refused.refusal}）") from refused
    if status in _TRY_AGAIN or not (200 <= status < 300 or 400 <= status < 500):
        raise NoAnswer(f"银行暂不能办理（{status}）：{raw[:400].decode(errors='replace')}")
    return signed
