"""The bank's control port, and the bank as a process of its own."""

import asyncio
import os
import signal
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from deploy.outside import hall_key_in
from sim.bank import KeyRing, control_app
from sim.tests.branch import CODE, ORDER, Branch
from tests.support.sandbox import free_port

HERE = "http://127.0.0.1:8092"


@asynccontextmanager
async def control(branch: Branch, client: str = "127.0.0.1", base: str = HERE) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=control_app(branch.bank), client=(client, 1))
    async with httpx.AsyncClient(transport=transport, base_url=base) as opened:
        yield opened


async def test_manners_are_changed_by_share(branch: Branch) -> None:
    async with control(branch) as port:
        assert (await port.patch("/manners", json={"shares": {"told_twice": 1.0}})).json()["told_twice"] == 1.0
        assert (await port.patch("/manners", json={"shares": {"late": 0.5}})).json()["told_twice"] == 1.0
        for wrong in ({"told_twice": 2}, {"unheard_of": 0.1}):
            assert (await port.patch("/manners", json={"shares": wrong})).status_code == 422
        assert (await port.get("/manners")).json()["late"] == 0.5
    branch.bank.take(CODE, 5)
    await branch.tell_all()
    assert len(branch.fees.heard) == 2


async def test_faults_are_armed_and_money_is_taken(branch: Branch) -> None:
    async with control(branch) as port:
        assert (await port.post("/faults", json={"fault": "misstated", "name": CODE})).status_code == 201
        taken = (await port.post("/payments", json={"payment_code": CODE, "amount": 7})).json()
        foreign = {"payment_code": CODE, "amount": -1, "method": "card", "account": "9"}
        assert (await port.post("/payments", json=foreign)).json()["account"] == "9"
        assert (await port.post("/rounds")).json() == {"told": 2}
        assert (await port.get("/balance")).json()["balance"] == 7
        entries = (await port.get("/journal", params={"what": "fault"})).json()["entries"]
        assert [(one["fault"], one["subject"], one["told"]) for one in entries] == [("misstated", taken["serial"], 8)]


async def test_a_days_file_is_handed_out_signed(branch: Branch) -> None:
    branch.bank.take(CODE, 7)
    day = branch.bank.today()
    async with control(branch) as port:
        assert (await port.get(f"/days/{day}/file")).status_code == 404
        await port.post(f"/days/{day}/closing", json={})
        for form in ("csv", "xml"):
            given = await port.get(f"/days/{day}/file", params={"form": form})
            assert given.content == branch.bank.unsigned_statement(day, form)[0]
            assert {"bank-timestamp", "bank-nonce", "bank-serial", "bank-signature"} <= given.headers.keys()


async def test_days_are_closed_spoiled_and_corrected(branch: Branch) -> None:
    branch.bank.take(CODE, 7)
    day = branch.bank.today()
    async with control(branch) as port:
        assert (await port.post(f"/days/{day}/versions", json={})).status_code == 409
        wrong = await port.post(f"/days/{day}/closing", json={"fault": "late"})
        assert (wrong.status_code, "对账文件" in wrong.json()["message"]) == (422, True)
        assert (await port.post(f"/days/{day}/closing", json={"fault": "wrong_total"})).json()["version"] == 1
        assert (await port.post(f"/days/{day}/versions", json={})).json() == {"day": str(day), "version": 2}
    assert [fault["fault"] for fault in branch.faults()] == ["wrong_total"]


async def test_telling_and_paying_out_are_switched(branch: Branch) -> None:
    async with control(branch) as port:
        assert (await port.put("/switches", json={"telling": False})).json() == {"telling": False, "paying_out": True}
        branch.bank.take(CODE, 7)
        assert (await port.post("/rounds")).json() == {"told": 0}
        await port.put("/switches", json={"telling": True, "paying_out": False})
        assert (await port.post("/rounds")).json() == {"told": 1}
        assert not branch.bank.outgoing.on


async def test_keys_are_rotated(tmp_path: Path) -> None:
    branch = Branch(tmp_path, KeyRing(tmp_path, bits=1024))
    async with control(branch) as port:
        rotated = (await port.post("/keys")).json()
    assert rotated["active"] == branch.bank.ring.serials == ["BK000002", rotated["new"]]


@pytest.mark.parametrize(
    ("client", "base", "site"),
    [("10.0.0.9", HERE, "none"), ("127.0.0.1", "http://bank.evil.example", "none"), ("127.0.0.1", HERE, "cross-site")],
)
async def test_the_control_port_answers_this_machine_only(branch: Branch, client: str, base: str, site: str) -> None:
    async with control(branch, client, base) as port:
        answer = await port.post("/keys", headers={"Sec-Fetch-Site": site})
        assert (answer.status_code, list(answer.json())) == (403, ["message"])


def test_the_hall_s_key_is_made_once_and_is_for_its_eyes_only(tmp_path: Path) -> None:
    made = hall_key_in(tmp_path)
    private = made.private_file.read_bytes()
    assert hall_key_in(tmp_path) == made
    assert made.private_file.read_bytes() == private
    assert stat.S_IMODE(made.private_file.stat().st_mode) == 0o600
    key = load_pem_private_key(private, None)
    assert isinstance(key, RSAPrivateKey)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert made.public_file.read_bytes() == public


# -- a process ----------------------------------------------------------------------------------------------------------


class Bank:
    """`python -m sim.bank`, told by arguments and by environment."""

    def __init__(self, folder: Path) -> None:
        self.url, self.control = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        ports = (self.url.rsplit(":", 1)[1], "--control-port", self.control.rsplit(":", 1)[1])
        self._arguments = ("--folder", str(folder), "--port", *ports)
        self._environment = {**os.environ, "YIMEN_BANK_NOTIFY_URL": "http://127.0.0.1:9/nobody", "YIMEN_BANK_SEED": "7"}

    async def start(self, client: httpx.AsyncClient) -> asyncio.subprocess.Process:
        command = (sys.executable, "-m", "sim.bank", *self._arguments)
        process = await asyncio.create_subprocess_exec(*command, env=self._environment)
        async with asyncio.timeout(60):
            for url in (f"{self.url}/readyz", f"{self.control}/balance"):
                while not await answers(client, url):
                    assert process.returncode is None, "the bank ended while starting"
                    await asyncio.sleep(0.02)
        return process


async def answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).is_success
    except httpx.TransportError:
        return False


async def test_the_bank_runs_by_itself_and_keeps_its_books(tmp_path: Path) -> None:
    bank = Bank(tmp_path / "process")
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        process = await bank.start(client)
        assert (await client.post(f"{bank.url}/orders", json=ORDER)).status_code == 201
        taken = await client.post(f"{bank.url}/pay", json={"payment_code": CODE, "method": "qr"})
        assert taken.json()["serial"].startswith("S0007")
        assert (await client.get(f"{bank.url}/manners")).status_code == 404
        order = await client.get(f"{bank.url}/orders/{ORDER['order_number']}")
        assert (await client.get(f"{bank.control}/balance")).json()["balance"] == ORDER["amount"]
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    kept = Branch(tmp_path / "process", KeyRing(tmp_path / "process"))
    kept.verified(order.headers, order.content)
    assert order.json()["payments"] == [kept.bank.said(payment) for payment in kept.bank.books.payments()]
    assert await kept.bank.tell() == 0, "nobody was there to hear it: it waits on its ladder"
