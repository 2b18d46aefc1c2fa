"""People who answer for money in suspense and for tickets, in a test's hands: each act on the version that now stands."""

from typing import Any
from uuid import uuid4

import httpx

from services.fees.tests.window import Window
from yimen.web import Role

PROPOSER, APPROVER = "officer-1", "treasurer-1"
NOTE = "已与缴款人核对"


class Clerks:
    def __init__(self, window: Window) -> None:
        self.window = window
        self.client = window.harness.client

    async def exceptions(self, query: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.window.get(f"/exceptions{query}"))["exceptions"]
        return found

    async def only(self) -> dict[str, Any]:
        [found] = await self.exceptions()
        return found

    async def act(
        self, number: Any, act: str, role: Role, id: str, body: Any = None, version: int | None = None
    ) -> httpx.Response:
        seen = version if version is not None else (await self.window.get(f"/exceptions/{number}"))["version"]
        headers = self.window.headers(role, id) | {"If-Match": f'"{seen}"'}
        return await self.client.post(f"/exceptions/{number}/{act}", json=body, headers=headers)

    async def propose(self, number: Any, resolution: str, id: str = PROPOSER, **more: Any) -> httpx.Response:
        body = {"resolution": resolution, "note": NOTE, **more}
        return await self.act(number, "proposal", Role.FEE_OFFICER, id, body)

    async def approve(self, number: Any, id: str = APPROVER, version: int | None = None) -> httpx.Response:
        return await self.act(number, "approval", Role.TREASURER, id, version=version)

    async def send_back(self, number: Any, id: str = APPROVER) -> httpx.Response:
        return await self.act(number, "rejection", Role.TREASURER, id, {"reason": "依据不足"})

    async def resolve(self, number: Any, resolution: str, **more: Any) -> dict[str, Any]:
        proposed = await self.propose(number, resolution, **more)
        assert proposed.status_code == 200, proposed.text
        approved = await self.approve(number)
        assert approved.status_code == 200, approved.text
        found: dict[str, Any] = approved.json()
        return found

    async def strayed(self, amount: int, code: str = "UNKNOWN") -> str:
        """Money that the bank took for a code which nobody knows, or did not fit; the number of its exception."""
        self.window.bank.take(code, amount)
        await self.window.bank.tell()
        return str((await self.exceptions())[-1]["exception_id"])

    async def unordered(self, amount: int) -> dict[str, Any]:
        """Money that the bank let go, and nobody ordered; its exception."""
        bank = self.window.bank
        order = {"remittance_number": "HJ-NOBODYS", "day": "2026-09-07", "amount": amount, "currency": "CNY"}
        bank.remit(order | {"account": bank.account, "treasury_account": "1"})
        await bank.tell()
        return next(one for one in await self.exceptions() if one["amount"] == -amount)

    # -- tickets ------------------------------------------------------------------------------------------------------

    async def give(self, first: int, last: int, code: str = "36070126", key: str | None = None) -> httpx.Response:
        headers = self.window.headers(Role.TREASURER, APPROVER) | {"Idempotency-Key": key or str(uuid4())}
        body = {"ticket_code": code, "first": first, "last": last}
        return await self.client.post("/ticket-blocks", json=body, headers=headers)

    async def write_off(self, block_id: Any, version: int = 1) -> httpx.Response:
        headers = self.window.headers(Role.TREASURER, APPROVER) | {"If-Match": f'"{version}"'}
        return await self.client.post(f"/ticket-blocks/{block_id}/write-off", headers=headers)

    async def void(self, number: str, version: int | None = None) -> httpx.Response:
        seen = await self.client.get(f"/notices/{number}", headers=self.window.headers())
        headers = self.window.headers() | {"If-Match": seen.headers["ETag"] if version is None else f'"{version}"'}
        return await self.client.post(f"/notices/{number}/ticket/void", json={"reason": "打印错误"}, headers=headers)
