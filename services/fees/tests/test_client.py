"""Our side of the wire: what we ask is signed, and what the bank did not sign is no answer, whatever its status says."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from services.fees.bank.client import LARGEST_ANSWER, BankRefused, NoAnswer, NotThere, Said, call, fetch
from services.fees.bank.signing import HallKey
from services.fees.bank.wire import BankKeys
from services.fees.context import Context
from services.fees.settings import FeesSettings
from services.fees.tests import samples
from services.fees.tests.conftest import hall_key
from sim.bank import KeyRing, wire
from yimen.clock import FrozenClock
from yimen.errors import Transient

ORDER = {"order_number": "JK1", "amount": 1, "note": "缴款"}


class Counter:
    """The bank's end: answers with these bytes, signed unless it is told otherwise; remembers what it was asked."""

    def __init__(self, ring: KeyRing, clock: FrozenClock) -> None:
        self.ring = ring
        self.clock = clock
        self.asked: list[httpx.Request] = []
        self.status = 200
        self.body = b'{"order_number": "JK1"}'
        self.spoil: Callable[[wire.Call], wire.Call] = lambda good: good
        self.silent = False

    def good(self, at: timedelta = timedelta(), ring: KeyRing | None = None) -> wire.Call:
        signer = ring or self.ring
        return wire.sign(signer, signer.serials[0], self.clock.now() + at, "n" * 16, self.body)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.silent:
            raise httpx.ReadTimeout("silence")
        sent = self.spoil(self.good())
        return httpx.Response(self.status, stream=httpx.ByteStream(sent.body), headers=sent.headers)


@pytest.fixture
def counter(ring: KeyRing) -> Counter:
    return Counter(ring, FrozenClock(samples.MONDAY))


@pytest.fixture
def context(counter: Counter, tmp_path: Path) -> Context:
    (tmp_path / "hall.pem").write_bytes(hall_key()[0])
    settings = FeesSettings(database_url="sqlite+aiosqlite://", bank_url="http://bank.test/v1/")
    return Context(
        settings=settings,
        clock=counter.clock,
        keys=BankKeys(counter.ring.public_file),
        hall_key=HallKey(tmp_path / "hall.pem", "HALL01"),
        bank=httpx.AsyncClient(transport=httpx.MockTransport(counter.answer)),
    )


async def test_what_we_ask_is_signed(context: Context, counter: Counter) -> None:
    """Method, path, time, nonce and body: none can be exchanged."""
    said = await call(context, "POST", "/orders", ORDER)
    assert (said.status, said.content) == (200, {"order_number": "JK1"})
    [asked] = counter.asked
    head = asked.headers
    assert str(asked.url) == "http://bank.test/v1/orders"
    assert (json.loads(asked.content), head["Hall-Serial"]) == (ORDER, "HALL01")
    assert head["Hall-Timestamp"] == str(int(counter.clock.now().timestamp()))
    signed = f"{head['Hall-Timestamp']}\n{head['Hall-Nonce']}\nPOST /orders\n".encode() + asked.content + b"\n"
    public = load_pem_public_key(hall_key()[1])
    assert isinstance(public, rsa.RSAPublicKey)
    public.verify(base64.b64decode(head["Hall-Signature"]), signed, padding.PKCS1v15(), SHA256())


async def test_no_two_requests_share_a_nonce(context: Context, counter: Counter) -> None:
    for _ in range(3):
        await call(context, "GET", "/orders/JK1")
    assert len({asked.headers["Hall-Nonce"] for asked in counter.asked}) == 3
    assert {asked.content for asked in counter.asked} == {b""}


async def test_a_signing_key_that_cannot_be_read_keeps_everything_waiting(
    context: Context, counter: Counter, tmp_path: Path
) -> None:
    for broken in (b"", b"not a key", hall_key()[1]):
        (tmp_path / "hall.pem").write_bytes(broken)
        with pytest.raises(Transient):
            await call(context, "GET", "/orders/JK1")
    (tmp_path / "hall.pem").unlink()
    with pytest.raises(Transient):
        await call(context, "GET", "/orders/JK1")
    (tmp_path / "hall.pem").write_bytes(hall_key()[0])
    assert (await call(context, "GET", "/orders/JK1")).status == 200
    assert len(counter.asked) == 1


def _without(name: str) -> Callable[[wire.Call], wire.Call]:
    return lambda good: wire.Call({key: value for key, value in good.headers.items() if key != name}, good.body)


def _changed(name: str, value: str) -> Callable[[wire.Call], wire.Call]:
    return lambda good: wire.Call(good.headers | {name: value}, good.body)


SPOILED: dict[str, Callable[[wire.Call], wire.Call]] = {
    "no signature at all": lambda good: wire.Call({}, good.body),
    "a bad signature": wire.spoiled,
    "time missing": _without("Bank-Timestamp"),
    "nonce missing": _without("Bank-Nonce"),
    "serial missing": _without("Bank-Serial"),
    "an unknown serial": _changed("Bank-Serial", "BK999999"),
    "a nonce that was not signed": _changed("Bank-Nonce", "m" * 16),
    "serialised anew by a proxy": lambda good: wire.Call(good.headers, good.body.replace(b": ", b":")),
    "a line more": lambda good: wire.Call(good.headers, good.body + b"\n"),
}


@pytest.mark.rule("R52")
@pytest.mark.parametrize("status", [200, 201, 404, 409])
@pytest.mark.fault("2xx without signature", "bad signature", "missing headers", "body re-serialised by a proxy")
async def test_an_answer_that_the_bank_did_not_sign_is_no_answer(
    context: Context, counter: Counter, status: int
) -> None:
    counter.status = status
    for spoil in SPOILED.values():
        counter.spoil = spoil
        with pytest.raises(NoAnswer, match=f"未通过验签（{status}"):
            await call(context, "GET", "/orders/JK1")


@pytest.mark.rule("R52")
async def test_an_answer_of_another_time_or_key_is_no_answer(
    context: Context, counter: Counter, tmp_path: Path
) -> None:
    stranger = KeyRing(tmp_path / "stranger")
    for other in (
        counter.good(timedelta(seconds=-300)),
        counter.good(timedelta(seconds=300)),
        counter.good(ring=stranger),
    ):
        counter.spoil = lambda _good, other=other: other  # type: ignore[misc]
        with pytest.raises(NoAnswer):
            await call(context, "GET", "/orders/JK1")


@pytest.mark.parametrize("status", [300, 302, 401, 408, 425, 429, 500, 502, 503])
async def test_a_bank_that_cannot_now_is_asked_again(context: Context, counter: Counter, status: int) -> None:
    """However well it signs."""
    counter.status, counter.body = status, '{"message": "稍后再试"}'.encode()
    with pytest.raises(NoAnswer, match=f"（{status}）"):
        await call(context, "POST", "/orders", ORDER)


async def test_silence_is_no_answer(context: Context, counter: Counter) -> None:
    counter.silent = True
    with pytest.raises(NoAnswer):
        await call(context, "POST", "/orders", ORDER)


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b"\xff\xfe", b'"paid"'])
async def test_a_signed_answer_that_is_not_as_agreed_is_no_answer(
    context: Context, counter: Counter, body: bytes
) -> None:
    counter.body = body
    with pytest.raises(NoAnswer):
        await call(context, "GET", "/orders/JK1")


@pytest.mark.fault("huge body")
async def test_of_a_huge_answer_no_more_is_read_than_it_may_have(context: Context, counter: Counter) -> None:
    counter.body = b'{"a": "' + b"x" * LARGEST_ANSWER + b'"}'
    with pytest.raises(NoAnswer, match="过大"):
        await call(context, "GET", "/orders/JK1")


async def test_a_signed_refusal_is_for_whoever_asked_to_judge(context: Context, counter: Counter) -> None:
    counter.status, counter.body = 409, '{"message": "内容不同"}'.encode()
    said = await call(context, "POST", "/orders", ORDER)
    assert said.approved(409) is said
    with pytest.raises(BankRefused, match="银行拒绝（409）：内容不同"):
        said.approved(404)


async def test_an_answer_is_kept_with_its_proof(context: Context, counter: Counter) -> None:
    """Through JSON, as a job keeps it: the bytes that were signed are the bytes that are kept."""
    counter.body = '{"message":  "缴款",\t"n": 1}'.encode()
    said = await call(context, "GET", "/orders/JK1")
    kept: dict[str, Any] = json.loads(json.dumps(said.kept()))
    assert Said.of(kept) == said
    assert said.signed.body == counter.body


async def test_a_file_comes_as_the_bytes_that_were_signed(context: Context, counter: Counter) -> None:
    counter.body = b"\x1f\x8b\x08 not JSON \xff"
    signed, headers = await fetch(context, "/statements/2026-09-07.csv")
    assert (signed.body, headers["bank-nonce"]) == (counter.body, signed.nonce)
    assert counter.asked[0].headers["accept-encoding"] == "identity"
    counter.status, counter.body = 404, b"{}"
    with pytest.raises(NotThere):
        await fetch(context, "/statements/2026-09-08.csv")
    counter.status = 410
    with pytest.raises(BankRefused):
        await fetch(context, "/statements/2026-09-08.csv")
    counter.spoil = wire.spoiled
    with pytest.raises(NoAnswer):
        await fetch(context, "/statements/2026-09-08.csv")
