"""Orders: revised while they are open, closed for good, asked for by number; every answer signed."""

import base64
import secrets
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sim.bank import Fault, KeyRing, Refused
from sim.tests.branch import CODE, ORDER, Branch

NUMBER = "JK2026000001"
PATHS = ("/orders/NO", "/refunds/NO", "/remittances/NO", "/statements/2026-09-07.csv", "/statements/x", "/orders/A/B")


def revised(revision: int, amount: int, **more: Any) -> dict[str, Any]:
    return ORDER | {"revision": revision, "amount": amount} | more


async def send(branch: Branch, order: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    async with branch.client() as client:
        answer = await client.post("/orders", json=order)
        branch.verified(answer.headers, answer.content)
        return answer.status_code, answer.json()


async def closed(branch: Branch) -> dict[str, Any]:
    async with branch.client() as client:
        answer = await client.post(f"/orders/{NUMBER}/closing", json={})
        branch.verified(answer.headers, answer.content)
        found: dict[str, Any] = answer.json()
        return found


async def test_a_higher_revision_replaces_the_amount_of_an_open_order(branch: Branch) -> None:
    assert await send(branch, ORDER) == (201, {"order_number": NUMBER, "revision": 1, "state": "open"})
    amended = (200, {"order_number": NUMBER, "revision": 3, "state": "open"})
    assert await send(branch, revised(3, 8000, pay_by="2026-10-10")) == amended
    assert await send(branch, revised(2, 9000)) == amended
    assert await send(branch, revised(3, 8000, pay_by="2026-10-10")) == amended
    assert await send(branch, ORDER) == amended
    async with branch.client() as client:
        page = (await client.get(f"/pay/{CODE}")).text
        assert "80.00" in page
        assert "更改" in page
    assert branch.bank.pay(CODE, "qr")["amount"] == 8000


@pytest.mark.parametrize(
    "other", [{"amount": 1}, {"account": "1"}, {"payment_code": "Z" * 20}, {"pay_by": "2027-01-01"}]
)
async def test_a_known_revision_with_other_contents_is_refused(branch: Branch, other: dict[str, Any]) -> None:
    for order in (ORDER, revised(2, 8000)):
        await send(branch, order)
        status, said = await send(branch, order | other)
        assert (status, list(said)) == (409, ["message"])


async def test_a_code_belongs_to_one_order(branch: Branch) -> None:
    await send(branch, ORDER)
    assert (await send(branch, revised(2, 1, order_number="JK2026000002")))[0] == 409


async def test_what_was_paid_is_amended_no_more(branch: Branch) -> None:
    await send(branch, ORDER)
    payment = branch.bank.pay(CODE, "qr")
    status, said = await send(branch, revised(2, 1))
    assert (status, said["state"], said["revision"]) == (200, "paid", 1)
    assert said["payments"] == [branch.bank.said(payment)]
    assert (await closed(branch)) == {"order_number": NUMBER, "state": "paid", "payments": said["payments"]}


async def test_a_closed_order_is_paid_by_nobody(branch: Branch) -> None:
    await send(branch, ORDER)
    assert [await closed(branch) for _ in range(2)] == [{"order_number": NUMBER, "state": "closed", "payments": []}] * 2
    assert await send(branch, revised(2, 1)) == (200, {"order_number": NUMBER, "revision": 1, "state": "closed"})
    with pytest.raises(Refused, match="关闭"):
        branch.bank.pay(CODE, "qr")
    async with branch.client() as client:
        page = (await client.get(f"/pay/{CODE}")).text
        assert "已关闭" in page
        assert "<form" not in page
        assert (await client.post("/orders/NO/closing", json={})).status_code == 404


async def test_other_money_for_its_code_leaves_an_order_open_and_is_told_with_it(branch: Branch) -> None:
    branch.bank.place(ORDER)
    wrong = branch.bank.take(CODE, 1)
    elsewhere = branch.bank.take(CODE, 16000, account="9")
    right = branch.bank.pay(CODE, "card")
    again = branch.bank.take(CODE, 16000)
    found = branch.bank.orders.show(NUMBER)
    assert found["state"] == "paid"
    assert found["payments"] == [branch.bank.said(one) for one in (wrong, elsewhere, right, again)]


async def test_nobody_pays_an_amount_that_was_not_on_the_screen(branch: Branch) -> None:
    branch.bank.place(ORDER)
    branch.bank.place(revised(2, 20000))
    async with branch.client() as client:
        form = {"payment_code": CODE, "method": "qr", "amount": "16000"}
        answer = await client.post("/pay", data=form)
        assert (answer.status_code, "更改" in answer.text) == (409, True)
        assert "缴款成功" in (await client.post("/pay", data=form | {"amount": "20000"})).text


async def test_money_that_no_account_can_hold_is_only_said(branch: Branch) -> None:
    for amount in (0, -5):
        branch.bank.take(CODE, amount)
    await branch.tell_all()
    assert [content["amount"] for _event, content in branch.heard()] == [0, -5]
    assert branch.bank.balance() == 0


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_is_signed_whatever_its_status(branch: Branch, path: str) -> None:
    async with branch.client() as client:
        for answer in (await client.get(path), await client.post(path, content=b"{"), await client.delete(path)):
            assert answer.is_client_error
            branch.verified(answer.headers, answer.content)
            with pytest.raises(InvalidSignature):
                branch.verified(answer.headers, answer.content + b" ")


async def test_what_is_not_as_agreed_is_refused_in_words(branch: Branch) -> None:
    for other in ({"amount": 1.5}, {"amount": "1"}, {"amount": 0}, {"currency": "USD"}, {"revision": 0}, {"more": 1}):
        status, said = await send(branch, ORDER | other)
        assert (status, next(iter(other)) in said["message"]) == (422, True)
    async with branch.client() as client:
        assert (await client.post("/orders", content=b" " * 65_537)).status_code == 413


# -- whose requests are answered ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hall_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def guarded(tmp_path: Path, bank_ring: KeyRing, hall_key: RSAPrivateKey) -> Branch:
    public = hall_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return Branch(tmp_path, bank_ring, hall_key=public)


def signed(branch: Branch, key: RSAPrivateKey, what: str, body: bytes = b"", late: int = 0) -> dict[str, str]:
    timestamp, nonce = str(int(branch.clock.now().timestamp()) - late), secrets.token_hex(16)
    message = f"{timestamp}\n{nonce}\n{what}\n".encode() + body + b"\n"
    signature = base64.b64encode(key.sign(message, padding.PKCS1v15(), SHA256())).decode()
    names = ("Hall-Timestamp", "Hall-Nonce", "Hall-Serial", "Hall-Signature")
    return dict(zip(names, (timestamp, nonce, "HALL01", signature), strict=True))


async def test_the_bank_answers_the_hall(guarded: Branch, hall_key: RSAPrivateKey) -> None:
    async with guarded.client() as client:
        request = client.build_request("POST", "/orders", json=ORDER)
        request.headers.update(signed(guarded, hall_key, "POST /orders", request.content))
        assert (await client.send(request)).status_code == 201
        asked = await client.get(f"/orders/{NUMBER}", headers=signed(guarded, hall_key, f"GET /orders/{NUMBER}"))
        assert asked.json()["state"] == "open"


async def test_the_bank_answers_nobody_else(guarded: Branch, hall_key: RSAPrivateKey) -> None:
    path, stranger = "/orders/NO", generate_private_key(public_exponent=65537, key_size=2048)
    good = signed(guarded, hall_key, f"GET {path}")
    bad = [
        {},
        *(good | {name: "x"} for name in good),
        good | {"Hall-Timestamp": "9" * 30},
        signed(guarded, hall_key, f"POST {path}"),
        signed(guarded, hall_key, "GET /orders/OTHER"),
        signed(guarded, hall_key, f"GET {path}", b"{}"),
        signed(guarded, hall_key, f"GET {path}", late=300),
        signed(guarded, stranger, f"GET {path}"),
    ]
    async with guarded.client() as client:
        for headers in bad:
            answer = await client.get(path, headers=headers)
            assert answer.status_code == 401, headers
            guarded.verified(answer.headers, answer.content)
        assert [(await client.get(path, headers=good)).status_code for _ in range(2)] == [404, 401]
        assert (await client.get("/keys")).status_code == 200


# -- answers that go wrong ----------------------------------------------------------------------------------------------

EFFECT = {Fault.UNSIGNED, Fault.MISSIGNED, Fault.LATE}


@pytest.mark.parametrize("fault", [Fault.UNSIGNED, Fault.MISSIGNED, Fault.LATE, Fault.DEAF, Fault.BUSY, Fault.HOLLOW])
@pytest.mark.parametrize("name", [None, NUMBER, "order"])
async def test_an_answer_goes_wrong_once(branch: Branch, fault: Fault, name: str | None) -> None:
    branch.bank.arm(fault, name)
    async with branch.client() as client:
        if fault in {Fault.LATE, Fault.DEAF}:
            with pytest.raises(httpx.ReadTimeout):
                await client.post("/orders", json=ORDER)
        else:
            answer = await client.post("/orders", json=ORDER)
            assert answer.is_success is (fault is not Fault.BUSY)
            assert ("Bank-Signature" in answer.headers) is (fault is not Fault.UNSIGNED)
            if fault is Fault.MISSIGNED:
                with pytest.raises(InvalidSignature):
                    branch.verified(answer.headers, answer.content)
        assert ((await client.get(f"/orders/{NUMBER}")).status_code == 200) is (fault in EFFECT)
    [noted] = branch.faults()
    assert (noted["fault"], noted["operation"], noted["subject"]) == (fault, "order", NUMBER)
    assert (await send(branch, ORDER))[0] in {200, 201}


async def test_a_hollow_success_looks_like_any_other(branch: Branch) -> None:
    branch.bank.arm("hollow", times=9)
    account = branch.bank.account
    money = {"amount": 1, "currency": "CNY", "account": account}
    async with branch.client() as client:
        order = await client.post("/orders", json=ORDER)
        closing = await client.post(f"/orders/{NUMBER}/closing", json={})
        refund = await client.post("/refunds", json={"refund_number": "TK1", "bank_serial": "S1", **money})
        remittance = {"remittance_number": "HJ1", "day": "2026-09-07", "treasury_account": "1", **money}
        remitted = await client.post("/remittances", json=remittance)
        assert [one.status_code for one in (order, closing, refund, remitted)] == [201, 200, 202, 202]
        assert refund.json() == {"refund_number": "TK1", "state": "accepted", "refund": None}
        assert (await client.get("/refunds/TK1")).status_code == 404
    assert branch.bank.books.journal(what="order_placed") == []
