"""Refunds in a test's hands: paid notices, what people decide, and what the bank says, straight to the service."""

from itertools import count
from typing import Any

import httpx
from sqlalchemy import Row, insert, select

from services.fees import calendars, refunding
from services.fees.refunding import rows
from services.fees.tables import bank_messages, bank_payouts, notices
from services.fees.tests import samples
from services.fees.tests.window import Window
from yimen.bus import Unit
from yimen.contracts.fees import RefundCause
from yimen.contracts.parts import Staff
from yimen.web import Role

FINDER = Staff(id="officer-2", name="孙自查")
_serials = count(1)


async def paid(window: Window, *lines: tuple[str, int], case_number: str = samples.CASE) -> str:
    """The number of a notice whose only list, L1 unless the case is another, is paid: two drawings, 160 yuan."""
    list_id = "L1" if case_number == samples.CASE else f"L-{case_number}"
    if not await window.rows("SELECT 1 FROM items"):
        await window.intake(samples.item())
    await window.intake(samples.submitted(case_number))
    await window.approval(samples.listed(list_id, *lines, case_number=case_number))
    await window.verify(list_id)
    await window.intake(samples.reviewed(list_id, case_number=case_number))
    return await pay(window, case_number)


async def paid_twice(window: Window) -> str:
    """A notice of two departments, paid: fire's L1 of 160 yuan, housing's L2 of three times 0.29."""
    await window.intake(samples.item(), samples.submitted())
    await window.approval(samples.listed("L1"))
    await window.approval(samples.listed("L2", (samples.SITE, 3), department="housing"), department="housing")
    await window.intake(samples.reviewed("L1", "L2"))
    await window.verify("L1")
    await window.verify("L2")
    return await pay(window)


async def pay(window: Window, case_number: str = samples.CASE) -> str:
    await window.harness.run_senders()
    notice = await window.notice(case_number)
    assert notice is not None
    window.bank.pay(notice["payment_code"], "qr")
    await window.bank.tell()
    return str(notice["notice_number"])


async def locked(unit: Unit[Any], number: str) -> Row[Any]:
    row = await refunding.lock_notice(unit, number)
    assert row is not None
    return row


async def find(window: Window, number: str, *list_ids: str, cause: RefundCause = RefundCause.OWN_FINDING) -> str:
    async with window.harness.units.begin() as unit:
        await calendars.held(unit)
        return await refunding.find(unit, await locked(unit, number), list_ids, cause, "标准适用有误", FINDER)


async def bank_paid(window: Window, named: str, amount: int) -> bool:
    """The bank says that it gave money back. False: that was not expected, and is not posted here."""
    async with window.harness.units.begin() as unit:
        row = await refunding.expected(unit, named, amount)
        if row is not None:
            await refunding.paid_out(unit, row, await _payout(unit, named, amount))
        return row is not None


async def bank_failed(window: Window, named: str, reason: str = "账户已销户") -> None:
    async with window.harness.units.begin() as unit:
        await refunding.failed(unit, named, reason, unit.now)


async def bank_accepted(window: Window, named: str) -> None:
    async with window.harness.units.begin() as unit:
        await refunding.accepted(unit, named)


async def _payout(unit: Unit[Any], named: str, amount: int) -> Row[Any]:
    serial = f"OUT{next(_serials):08}"
    signed = {"key_serial": "BK000001", "nonce": f"nonce-{serial}"}
    message = signed | {"sent_at": unit.now, "received_at": unit.now, "signature": "-", "body": b"-"}
    await unit.execute(insert(bank_messages), [message])
    row = {"serial": serial, "kind": "refund", "number": named, "amount": amount, "paid_at": unit.now}
    await unit.execute(insert(bank_payouts), [row | {"received_at": unit.now} | signed])
    return (await unit.execute(select(bank_payouts).where(bank_payouts.c.serial == serial))).one()


async def refund(window: Window, number: str) -> Row[Any]:
    async with window.harness.units.view() as view:
        row = await rows.refund_row(view, number)
    assert row is not None
    return row


async def notice(window: Window, number: str) -> Row[Any]:
    async with window.harness.units.view() as view:
        return (await view.execute(select(notices).where(notices.c.number == number))).one()


async def decide(
    window: Window, number: str, how: str, role: Role, id: str, *, version: int | None = None, **body: Any
) -> httpx.Response:
    """`how`: verification, approval, refusal, sending; on the version that now stands unless another is given."""
    seen = version if version is not None else (await refund(window, number)).version
    headers = window.headers(role, id) | {"If-Match": f'"{seen}"'}
    return await window.harness.client.post(f"/refunds/{number}/{how}", json=body or None, headers=headers)
