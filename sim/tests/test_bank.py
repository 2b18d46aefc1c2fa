"""The played bank: orders once, money once for a payer, and every payment told until somebody acknowledges it."""

import asyncio
import json
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from sim.bank import KeyRing, Manners, bank_app
from sim.bank.telling import LADDER
from sim.tests.branch import CODE, ORDER, START, Branch


async def test_an_order_is_placed_once_however_often_it_is_sent(branch: Branch) -> None:
    async with branch.client() as client:
        assert [(await client.post("/orders", json=ORDER)).status_code for _ in range(3)] == [201, 200, 200]
        found = (await client.get("/orders/JK2026000001")).json()
        assert found == {"order_number": "JK2026000001", "revision": 1, "state": "open", "payments": []}
        assert (await client.get(f"/orders/{CODE}")).status_code == 404


@pytest.mark.parametrize("other", [{"amount": 1}, {"payment_code": "Z" * 20}, {"order_number": "JK2"}])
async def test_another_order_under_a_known_name_is_refused(branch: Branch, other: dict[str, Any]) -> None:
    async with branch.client() as client:
        await client.post("/orders", json=ORDER)
        assert (await client.post("/orders", json=ORDER | other)).status_code == 409
        assert branch.bank.pay(CODE, "qr")["amount"] == 16000


async def test_a_payer_pays_in_full_and_once(branch: Branch) -> None:
    async with branch.client() as client:
        await client.post("/orders", json=ORDER)
        paying = {"payment_code": CODE, "method": "qr"}
        answers = [await client.post("/pay", json=paying) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 409]
        assert answers[0].json()["amount"] == 16000
        assert (await client.post("/pay", json={"payment_code": "Z" * 20, "method": "qr"})).status_code == 404
        assert (await client.post("/pay", json={"payment_code": CODE, "method": "cheque"})).status_code == 422


async def test_the_payers_page_shows_the_amount_and_takes_the_money(branch: Branch) -> None:
    async with branch.client() as client:
        await client.post("/orders", json=ORDER)
        page = (await client.get(f"/pay/{CODE}")).text
        assert "壹佰陆拾元整" in page
        assert "160.00" in page
        assert "<script" not in page
        paid = await client.post("/pay", data={"payment_code": CODE, "method": "counter"})
        assert "缴款成功" in paid.text
        assert "已经缴款" in (await client.get(f"/pay/{CODE}")).text
        assert (await client.get("/pay/%3Cscript%3E")).status_code == 404
        assert "缴款码" in (await client.get("/pay")).text


async def test_what_it_says_is_signed_and_sealed_as_agreed(branch: Branch) -> None:
    branch.bank.place(ORDER)
    payment = branch.bank.pay(CODE, "card")
    await branch.bank.tell()
    async with branch.client() as client:
        assert (await client.get("/keys")).json() == json.loads(branch.bank.ring.public_file.read_text())
    assert branch.heard() == [
        (
            "PAYMENT.SUCCESS",
            {
                "bank_serial": payment["serial"],
                "order_number": "JK2026000001",
                "payment_code": CODE,
                "amount": 16000,
                "currency": "CNY",
                "account": branch.bank.account,
                "method": "card",
                "paid_at": START.isoformat(),
            },
        )
    ]


@pytest.mark.parametrize("answer", [0, 202, 302, 401, 500])
async def test_what_is_not_acknowledged_is_told_again_on_the_ladder(branch: Branch, answer: int) -> None:
    branch.bank.take(CODE, 5)
    branch.fees.answers = [answer] * 2
    assert [await branch.bank.tell() for _ in range(2)] == [1, 0]
    branch.clock.advance(timedelta(seconds=15))
    assert await branch.bank.tell() == 1
    branch.clock.advance(timedelta(seconds=14))
    assert await branch.bank.tell() == 0
    branch.clock.advance(timedelta(seconds=1))
    assert [await branch.bank.tell() for _ in range(2)] == [1, 0]
    nonces = {request.headers["Bank-Nonce"] for request in branch.fees.heard}
    assert len(nonces) == len(branch.fees.heard) == 3


async def test_the_ladder_ends_after_a_day(branch: Branch) -> None:
    branch.bank.take(CODE, 5)
    branch.fees.answers = [500] * 100
    told = 0
    for _ in range(100):
        told += await branch.bank.tell()
        branch.clock.advance(timedelta(hours=6))
    assert told == len(LADDER) + 1
    assert timedelta(seconds=sum(LADDER)) == timedelta(hours=24, minutes=4)


async def test_a_time_scale_makes_the_ladder_faster(tmp_path: Path, bank_ring: KeyRing) -> None:
    branch = Branch(tmp_path, bank_ring, time_scale=0.01)
    branch.bank.take(CODE, 5)
    branch.fees.answers = [500]
    await branch.bank.tell()
    branch.clock.advance(timedelta(milliseconds=150))
    assert await branch.bank.tell() == 1


async def test_what_was_owed_before_a_crash_is_told_after_it(branch: Branch) -> None:
    branch.bank.place(ORDER)
    payment = branch.bank.pay(CODE, "card")
    branch.fees.answers = [0]
    await branch.bank.tell()
    again = branch.open()
    branch.clock.advance(timedelta(seconds=15))
    assert await again.tell() == 1
    assert [one["serial"] for one in again.books.payments()] == [payment["serial"]]
    assert again.take(CODE, 1)["serial"] != payment["serial"]
    assert [entry["what"] for entry in again.books.journal()] == [
        "order_placed",
        "money_taken",
        "told",
        "told",
        "money_taken",
    ]


async def test_keys_survive_a_restart_and_rotate(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    again = KeyRing(tmp_path)
    assert (again.serials, again.message_key) == (ring.serials, ring.message_key)
    assert json.loads(ring.public_file.read_text()) == again.public()
    new = again.rotate()
    assert again.serials == [ring.serials[1], new]
    assert KeyRing(tmp_path).serials == again.serials


async def test_the_same_seed_brings_the_same_manners(tmp_path: Path, bank_ring: KeyRing) -> None:
    said = []
    for name in ("a", "b"):
        manners = Manners(told_twice=0.5, probed=0.5)
        branch = Branch(tmp_path / name, bank_ring, seed=7, manners=manners)
        for amount in range(1, 20):
            branch.bank.take(CODE, amount)
        while await branch.bank.tell():
            continue
        said.append([entry["what"] for entry in branch.bank.books.journal()])
    assert said[0] == said[1]
    assert "probed" in said[0]
    assert said[0].count("told") > 19


async def test_its_loop_tells_by_itself(tmp_path: Path, bank_ring: KeyRing) -> None:
    branch = Branch(tmp_path, bank_ring)
    app = bank_app(branch.bank)
    async with app.router.lifespan_context(app):
        branch.bank.take(CODE, 5)
        async with asyncio.timeout(10):
            await branch.fees.called.wait()
    assert len(branch.fees.heard) == 1


OF_BEFORE = """
CREATE TABLE orders (
    order_number TEXT PRIMARY KEY, payment_code TEXT NOT NULL UNIQUE, amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL, account TEXT NOT NULL, pay_by TEXT NOT NULL, placed_at TEXT NOT NULL, paid_by TEXT
);
CREATE TABLE payments (
    number INTEGER PRIMARY KEY, serial TEXT NOT NULL UNIQUE, payment_code TEXT NOT NULL, amount INTEGER NOT NULL,
    method TEXT NOT NULL, account TEXT NOT NULL, paid_at TEXT NOT NULL
);
CREATE TABLE calls (
    id INTEGER PRIMARY KEY, serial TEXT NOT NULL REFERENCES payments (serial), due_at TEXT,
    attempt INTEGER NOT NULL DEFAULT 0, acknowledged_at TEXT
);
CREATE INDEX calls_owed ON calls (due_at) WHERE acknowledged_at IS NULL;
CREATE TABLE journal (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL);
INSERT INTO orders VALUES ('JK1', 'C1', 70, 'CNY', '3607000000001002', '2026-09-22', '2026-09-06T01:00:00', 'S1');
INSERT INTO payments VALUES (1, 'S1', 'C1', 70, 'qr', '3607000000001002', '2026-09-06T08:59:00+00:00'),
    (2, 'S2', 'NOBODY', 5, 'card', '3607000000001002', '2026-09-06T09:00:00+00:00'),
    (3, 'S3', 'NOBODY', -5, 'card', '3607000000001002', '2026-09-06T09:00:00+00:00');
INSERT INTO calls VALUES (1, 'S1', '2026-09-06T01:00:00', 2, NULL), (2, 'S2', '2026-09-06T01:00:00', 0, '2026-09-06');
"""


async def test_books_that_an_older_bank_kept_are_gone_on_with(tmp_path: Path, bank_ring: KeyRing) -> None:
    with closing(sqlite3.connect(tmp_path / "bank.sqlite3")) as before:
        before.executescript(OF_BEFORE)
    branch = Branch(tmp_path, bank_ring)
    for _ in range(2):
        assert branch.bank.balance() == 75
        assert [len(branch.bank.ledger.lines(branch.bank.account, date(2026, 9, day))) for day in (6, 7)] == [1, 1]
        assert branch.bank.orders.show("JK1")["state"] == "paid"
        branch.bank = branch.open()
    await branch.tell_all()
    [(_event, said)] = branch.heard()
    assert said == branch.bank.said(branch.bank.books.payments()[0])
