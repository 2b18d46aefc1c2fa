"""Who may tell us of money: every way of not being the bank, each answered 401 and posting nothing."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.fees.tests.conftest import open_window
from services.fees.tests.window import Window
from sim.bank import KeyRing, wire
from yimen.contracts.fees import NoticePaid
from yimen.web import Role

URL = "/bank/messages"


class TooSlow(httpx.AsyncBaseTransport):
    """We hear the message and work on it; our answer comes when the bank no longer waits for it."""

    def __init__(self, line: httpx.AsyncBaseTransport) -> None:
        self.line = line
        self.answered: list[int] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.answered.append((await self.line.handle_async_request(request)).status_code)
        raise httpx.ReadTimeout("five seconds are over")


class Teller:
    """Makes the message that would settle the notice, and sends it, whole or spoiled."""

    def __init__(self, window: Window, said: dict[str, Any]) -> None:
        self.window = window
        self.ring = window.bank.ring
        self.said = said

    def good(self, serial: str | None = None, at: timedelta = timedelta(), **other: Any) -> wire.Call:
        return wire.call(self.ring, serial or self.ring.serials[-1], self.window.clock.now() + at, self.said | other)

    async def send(self, call: wire.Call, without: str = "", **headers: str) -> httpx.Response:
        sent = {name: value for name, value in (call.headers | headers).items() if name != without}
        return await self.window.harness.client.post(URL, content=call.body, headers=sent)

    async def refused(self, call: wire.Call, why: str, status: int = 401, without: str = "", **headers: str) -> None:
        """Refused, counted, and without any trace in the books."""
        before = self.counted(why)
        answer = await self.send(call, without, **headers)
        assert (answer.status_code, self.counted(why)) == (status, before + 1), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        tables = ("bank_messages", "bank_payments", "exceptions", "tickets")
        for table in tables:
            assert await self.window.rows(f"SELECT 1 FROM {table}") == []
        assert await self.window.balance("1002") == 0

    async def still_heard(self) -> None:
        """Whatever came before, the true message goes through."""
        assert (await self.send(self.good())).status_code == 204
        assert await self.window.balance("1002") == self.said["amount"]

    def counted(self, why: str) -> float:
        registry = self.window.harness.service.registry
        return registry.get_sample_value("fees_bank_messages_refused_total", {"why": why}) or 0.0


@pytest.fixture
async def teller(window: Window) -> AsyncIterator[Teller]:
    teller = await at_work(window)
    yield teller
    await teller.still_heard()


async def at_work(window: Window) -> Teller:
    notice = await window.issued()
    payment = {
        "serial": "S1",
        "payment_code": notice["payment_code"],
        "amount": notice["amount"],
        "method": "card",
        "account": window.bank.account,
        "paid_at": window.clock.now().isoformat(),
    }
    return Teller(window, window.bank.said(payment))


@pytest.mark.rule("R52")
async def test_a_true_message_is_accepted(teller: Teller) -> None:
    answer = await teller.send(teller.good())
    assert (answer.status_code, answer.content) == (204, b"")
    [message] = await teller.window.rows("SELECT body, nonce FROM bank_messages")
    assert b"PAYMENT.SUCCESS" in bytes(message.body)
    assert (await teller.window.notice() or {})["state"] == "receipted"


@pytest.mark.rule("R52")
@pytest.mark.fault("bad signature", "probe")
async def test_a_bad_signature_is_refused(teller: Teller) -> None:
    await teller.refused(wire.spoiled(teller.good()), "signature")


@pytest.mark.rule("R52")
@pytest.mark.fault("wrong key")
async def test_another_keys_signature_is_refused(teller: Teller, tmp_path: Path) -> None:
    stranger = KeyRing(tmp_path / "stranger")
    stranger.message_key = teller.ring.message_key
    await teller.refused(wire.call(stranger, stranger.serials[0], teller.window.clock.now(), teller.said), "signature")


@pytest.mark.fault("missing headers")
async def test_a_missing_header_is_refused(teller: Teller) -> None:
    for name in ("Bank-Timestamp", "Bank-Nonce", "Bank-Serial", "Bank-Signature"):
        await teller.refused(teller.good(), "headers", without=name)


async def test_a_header_of_another_shape_is_refused(teller: Teller) -> None:
    for name, value in (
        ("Bank-Timestamp", "1e9"),
        ("Bank-Timestamp", "-5"),
        ("Bank-Timestamp", "99999999999"),
        ("Bank-Timestamp", "1" * 40),
        ("Bank-Nonce", "short"),
        ("Bank-Nonce", "with\ttab-with"),
        ("Bank-Signature", "%%%"),
    ):
        why = "stale" if value == "99999999999" else "headers"
        await teller.refused(teller.good(), why, **{name: value})


@pytest.mark.fault("unknown serial")
async def test_an_unknown_serial_is_refused(teller: Teller) -> None:
    await teller.refused(teller.good(), "unknown_serial", **{"Bank-Serial": "BK999999"})


@pytest.mark.fault("stale or future time")
async def test_a_message_of_another_time_is_refused(teller: Teller) -> None:
    for seconds in (-300, 300, 3600):
        await teller.refused(teller.good(at=timedelta(seconds=seconds)), "stale")


async def test_clocks_may_differ_by_less_than_five_minutes(teller: Teller) -> None:
    for seconds in (-299, 299):
        assert (await teller.send(teller.good(at=timedelta(seconds=seconds)))).status_code == 204


async def test_a_timestamp_that_was_not_signed_is_refused(teller: Teller) -> None:
    old = teller.good()
    now = str(int(old.headers["Bank-Timestamp"]) + 1)
    await teller.refused(old, "signature", **{"Bank-Timestamp": now})


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "serialised anew by a proxy": lambda body: json.dumps(json.loads(body), separators=(",", ":")).encode(),
    "a line more": lambda body: body + b"\n",
    "another word": lambda body: body.replace(b"PAYMENT", b"REFUNDS"),
    "empty": lambda _body: b"",
}


@pytest.mark.fault("changed body", "body re-serialised by a proxy")
async def test_a_changed_body_is_refused(teller: Teller) -> None:
    for change in CHANGES.values():
        good = teller.good()
        await teller.refused(wire.Call(good.headers, change(good.body)), "signature")


@pytest.mark.fault("replayed nonce")
async def test_a_replayed_nonce_is_refused(teller: Teller) -> None:
    """The bank repeats itself with a new nonce each time; whoever repeats the nonce is not the bank."""
    call = teller.good()
    assert (await teller.send(call)).status_code == 204
    assert (await teller.send(call)).status_code == 401
    other = wire.sign(
        teller.ring,
        call.headers["Bank-Serial"],
        teller.window.clock.now(),
        call.headers["Bank-Nonce"],
        teller.good(bank_serial="S2").body,
    )
    assert (await teller.send(other)).status_code == 401
    assert teller.counted("replayed") == 2
    assert await teller.window.balance("1002") == teller.said["amount"]


@pytest.mark.fault("wrong key")
async def test_a_message_sealed_with_another_key_is_refused(teller: Teller) -> None:
    now = teller.window.clock.now()
    body = json.dumps(wire.envelope(bytes(32), now, teller.said)).encode()
    await teller.refused(wire.sign(teller.ring, teller.ring.serials[0], now, "n" * 16, body), "sealed")


async def test_both_serials_are_good_while_the_bank_rotates(teller: Teller) -> None:
    for serial in teller.ring.serials:
        assert (await teller.send(teller.good(serial))).status_code == 204


@pytest.mark.fault("old serial after rotation")
async def test_a_retired_serial_is_refused_and_the_new_one_known_at_once(database_url: str, tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "own")
    async with open_window(database_url, tmp_path / "bank", ring) as window:
        teller = await at_work(window)
        retired = teller.good(ring.serials[0])
        ring.rotate()
        await teller.refused(retired, "unknown_serial")
        await teller.still_heard()


async def test_without_the_banks_keys_nobody_is_the_bank(database_url: str, tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "own")
    async with open_window(database_url, tmp_path / "bank", ring) as window:
        teller = await at_work(window)
        call = teller.good()
        ring.public_file.rename(tmp_path / "away")
        assert (await teller.send(call)).status_code == 401
        (tmp_path / "away").rename(ring.public_file)
        assert (await teller.send(call)).status_code == 204


async def test_without_the_shared_key_no_message_can_be_opened(
    database_url: str, tmp_path: Path, ring: KeyRing
) -> None:
    async with open_window(database_url, tmp_path / "bank", ring, bank_message_key="") as window:
        teller = await at_work(window)
        await teller.refused(teller.good(), "sealed")


@pytest.mark.fault("huge body")
async def test_a_huge_body_is_refused_before_anything_else(teller: Teller) -> None:
    huge = wire.Call({"Content-Type": "application/json"}, b"x" * (64 * 1024 + 1))
    await teller.refused(huge, "too_large", 413)


@pytest.mark.fault("wrong content type")
async def test_a_wrong_content_type_is_refused_before_anything_else(teller: Teller) -> None:
    """However authentic its body; afterwards the true message goes through."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk", ""):
        good = teller.good()
        await teller.refused(good, "content_type", 415, **{"Content-Type": kind})
    await teller.refused(teller.good(), "content_type", 415, without="Content-Type")


@pytest.mark.rule("R60")
async def test_money_on_another_account_or_in_another_currency_is_not_ours(teller: Teller) -> None:
    for other in ({"account": "6222000000000001"}, {"currency": "USD"}):
        await teller.refused(teller.good(**other), "account", 422)


@pytest.mark.rule("R52")
async def test_a_message_of_an_unknown_kind_or_sealed_as_another_is_refused(teller: Teller) -> None:
    """An authentic message whose label is not that of its kind: words of one kind never pass for another's."""
    key, now = teller.ring.message_key, teller.window.clock.now()
    unknown = wire.envelope(key, now, teller.said) | {"event_type": "PAYMENT.CLOSED"}
    as_refund = wire.envelope(key, now, teller.said, wire.REFUNDED) | {"event_type": wire.PAID}
    as_payment = wire.envelope(key, now, teller.said) | {"event_type": wire.REMITTED}
    for n, envelope in enumerate((unknown, as_refund, as_payment)):
        body = json.dumps(envelope).encode()
        await teller.refused(
            wire.sign(teller.ring, teller.ring.serials[0], now, f"nonce-{n:010}", body), "unreadable", 422
        )


@pytest.mark.rule("R61")
async def test_an_authentic_message_that_is_not_as_agreed_is_refused(teller: Teller) -> None:
    for other in ({"amount": 160.0}, {"amount": "16000"}, {"amount": None}, {"amount": 10**14}, {"bank_serial": ""}):
        await teller.refused(teller.good(**other), "unreadable", 422)
    for never in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "2026-09-07T09:00:00", "yesterday", 10**30):
        await teller.refused(teller.good(paid_at=never), "unreadable", 422)


@pytest.mark.rule("R53")
@pytest.mark.fault("we answer slower than 5 s")
async def test_a_message_that_we_answer_too_late_is_told_again_without_a_second_effect(window: Window) -> None:
    notice = await window.issued()
    slow = TooSlow(window.line.far_end)
    window.line.far_end = slow
    window.bank.pay(notice["payment_code"], "card")
    for _ in range(3):
        await window.bank.tell()
        window.clock.advance(timedelta(seconds=30))
    assert slow.answered == [204, 204, 204]
    window.line.far_end = slow.line
    await window.bank.tell()
    assert len(await window.harness.events(NoticePaid)) == 1
    assert await window.reasons() == []
    await window.sound()


@pytest.mark.rule("R50", "R52")
async def test_no_person_of_any_role_can_say_that_money_came_nor_how_much_is_due(teller: Teller) -> None:
    """No request of a person has a field for an amount, a price or a payment; and only the bank signs."""
    document = teller.window.harness.service.app.openapi()
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            if path != URL and verb != "get":
                asked = fields_of(operation.get("requestBody", {}), document)
                assert asked.isdisjoint({"amount", "price", "fee", "paid", "paid_at", "bank_serial", "receipted"}), path
    for role in Role:
        person = teller.window.headers(role) | {"Content-Type": "application/json"}
        call = wire.Call(person, teller.good().body)
        assert (await teller.send(call)).status_code == 401
    assert await teller.window.balance("1002") == 0


def fields_of(schema: Any, document: dict[str, Any]) -> set[str]:
    """Of a request's body, however deep."""
    if isinstance(schema, list):
        return set().union(*(fields_of(one, document) for one in schema))
    if not isinstance(schema, dict):
        return set()
    if "$ref" in schema:
        return fields_of(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document)
    return set(schema.get("properties", ())) | set().union(*(fields_of(one, document) for one in schema.values()))
