"""The fee window in a test's hands, with the played bank at the other end of the wire. Nothing is mocked between them."""

from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import Row, text

from services.fees.tests import samples
from sim.bank import Bank, wire
from yimen.contracts import Event
from yimen.testing import Harness
from yimen.web import Role

OFFICER = "officer-1"


class Late(httpx.AsyncBaseTransport):
    """A wire whose far end is tied on later."""

    far_end: httpx.AsyncBaseTransport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self.far_end.handle_async_request(request)


class Window:
    def __init__(self, harness: Harness, bank: Bank, line: Late) -> None:
        self.harness = harness
        self.bank = bank
        self.line = line  # on which the bank tells
        self.clock = harness.clock

    async def intake(self, *events: Event) -> None:
        await self.harness.deliver(*events, source="/intake")

    async def approval(self, *events: Event, department: str = "fire") -> None:
        await self.harness.deliver(*events, source=f"/approval/{department}")

    def headers(self, role: Role = Role.FEE_OFFICER, id: str = OFFICER) -> dict[str, str]:
        return self.harness.as_(role, id=id, name="钱核标")

    async def get(self, path: str, role: Role = Role.FEE_OFFICER) -> Any:
        answer = await self.harness.client.get(path, headers=self.headers(role))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def decide(
        self, list_id: str, how: str, *, role: Role = Role.FEE_OFFICER, id: str = OFFICER, version: int | None = None
    ) -> httpx.Response:
        """`how`: verification or rejection; on the version that now stands unless another is given."""
        seen = version if version is not None else (await self.get(f"/lists/{list_id}"))["version"]
        body = {"reason": "数量与现场不符"} if how == "rejection" else None
        headers = self.headers(role, id) | {"If-Match": f'"{seen}"'}
        return await self.harness.client.post(f"/lists/{list_id}/{how}", json=body, headers=headers)

    async def verify(self, list_id: str = "L1") -> dict[str, Any]:
        answer = await self.decide(list_id, "verification")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def reject(self, list_id: str = "L1") -> None:
        answer = await self.decide(list_id, "rejection")
        assert answer.status_code == 200, answer.text

    async def notice(self, case_number: str = samples.CASE) -> dict[str, Any] | None:
        found = (await self.get(f"/cases/{case_number}/notices"))["notices"]
        assert len(found) <= 1
        return found[0] if found else None

    async def issued(self, case_number: str = samples.CASE, list_id: str = "L1") -> dict[str, Any]:
        """A case whose only list is verified, its notice issued and its order with the bank."""
        if not await self.rows("SELECT 1 FROM items"):
            await self.intake(samples.item())
        await self.intake(samples.submitted(case_number))
        await self.approval(samples.listed(list_id, case_number=case_number))
        await self.verify(list_id)
        await self.intake(samples.reviewed(list_id, case_number=case_number))
        await self.harness.run_senders()
        notice = await self.notice(case_number)
        assert notice is not None
        return notice

    async def notices(self, case_number: str = samples.CASE) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.get(f"/cases/{case_number}/notices"))["notices"]
        return found

    async def pay(self, code: str, *, method: str = "qr") -> None:
        """The bank takes the money and tells."""
        self.bank.pay(code, method)
        await self.bank.tell()

    async def rows(self, query: str, **values: Any) -> list[Row[Any]]:
        async with self.harness.units.view() as view:
            return list((await view.execute(text(query), values)).all())

    async def balance(self, account: str) -> int:
        query = "SELECT COALESCE(SUM(debit - credit), 0) FROM ledger_lines WHERE account LIKE :account"
        return int((await self.rows(query, account=account))[0][0])

    async def reasons(self) -> list[str]:
        return [row[0] for row in await self.rows("SELECT reason FROM exceptions ORDER BY id")]

    async def sound(self) -> None:
        """Every invariant holds, and the books agree with the bank's own."""
        found = await self.get("/invariants", Role.TREASURER)
        assert found["ok"], [one for one in found["invariants"] if not one["ok"]]
        assert await self.balance("1002") == self.bank.balance()

    async def say(self, said: dict[str, Any], event: str = wire.PAID) -> int:
        """One message of the bank's, whatever its books say; the status of our answer."""
        call = wire.call(self.bank.ring, self.bank.ring.serials[0], self.clock.now(), said, event)
        return (await self.harness.client.post("/bank/messages", content=call.body, headers=call.headers)).status_code

    async def send_all(self, seconds: float = 2.0) -> None:
        """What waits for the bank, the next rung of each ladder included."""
        await self.harness.run_senders()
        self.clock.advance(timedelta(seconds=seconds))
        await self.harness.run_senders()

    async def payer(self, notice: dict[str, Any], inquires: bool = False) -> httpx.Response:
        """What the payer sees; or is answered to “I have paid”."""
        path = f"/payments/{notice['payment_code']}"
        client = self.harness.client
        return await (client.post(f"{path}/inquiry") if inquires else client.get(path))
