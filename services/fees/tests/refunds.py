"""Refunds in a test's hands: paid notices, what people decide, and what the bank says, straight to the service."""

from itertools import count
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import Row, select

from services.fees import calendars, queries, refunding
from services.fees.bank.wire import Signed
from services.fees.bank.words import RefundFailed
from services.fees.collecting import keep_message
from services.fees.domain.payouts import PaidOut, PayoutKind
from services.fees.payouts import pay_out, refund_failed
from services.fees.refunding import rows
from services.fees.tables import notices
from services.fees.tests import samples
from services.fees.tests.window import Window
from yimen.bus import Unit
from yimen.contracts.fees import RefundCause
from yimen.contracts.parts import Staff
from yimen.web import Role

OTHER, TREASURER = "officer-4", "treasurer-1"
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
    row = await queries.locked_notice(unit, number)
    assert row is not None
    return row


async def find(window: Window, number: str, *list_ids: str, cause: RefundCause = RefundCause.OWN_FINDING) -> str:
    async with window.harness.units.begin() as unit:
        await calendars.held(unit)
        return await refunding.find(unit, await locked(unit, number), list_ids, cause, "标准适用有误", FINDER)


async def bank_paid(window: Window, named: str, amount: int, serial: str | None = None) -> str:
    """The bank says that it gave money back; what that came to."""
    serial = serial or f"OUT{next(_serials):08}"
    async with window.harness.units.begin() as unit:
        signed = _signed(unit)
        await keep_message(unit, signed)
        account = unit.context.settings.fiscal_account
        said = PaidOut(serial, PayoutKind.REFUND, named, amount, account, "CNY", unit.now)
        return await pay_out(unit, signed, said)


async def bank_failed(window: Window, named: str, amount: int = 16000, reason: str = "账户已销户") -> str:
    async with window.harness.units.begin() as unit:
        account = unit.context.settings.fiscal_account
        known = {"refund_number": named, "amount": amount, "currency": "CNY", "account": account}
        word = RefundFailed(**known, state="failed", at=unit.now, reason=reason)
        return await refund_failed(unit, _signed(unit), word)


async def bank_accepted(window: Window, named: str) -> None:
    async with window.harness.units.begin() as unit:
        await refunding.accepted(unit, named)


def _signed(unit: Unit[Any]) -> Signed:
    return Signed("BK000001", f"nonce-{next(_serials):08}", unit.now, "-", b"-")


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


async def ask(
    window: Window, number: str, role: Role = Role.FEE_OFFICER, id: str = "officer-3", **body: Any
) -> httpx.Response:
    """Written down at a window; at the payer's request unless `cause` says otherwise. Clerks are of the fire brigade."""
    headers = window.harness.as_(role, departments=["fire"], id=id, name="登记人") | {"Idempotency-Key": str(uuid4())}
    asked = {"cause": "request", "reasons": "重复收费"} | body
    return await window.harness.client.post(f"/notices/{number}/refunds", json=asked, headers=headers)


async def request(window: Window, code: str, **body: Any) -> httpx.Response:
    """By the payer."""
    headers = {"Idempotency-Key": str(uuid4())}
    asked = {"reasons": "多缴了"} | body
    return await window.harness.client.post(f"/payments/{code}/refund-request", json=asked, headers=headers)


async def requested(window: Window, number: str, **body: Any) -> str:
    answer = await ask(window, number, **body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["refund_number"])


async def approved(window: Window, number: str, **body: Any) -> str:
    """Asked for, verified and approved by three people."""
    refund_number = await requested(window, number, **body)
    for how, role, id in (("verification", Role.FEE_OFFICER, OTHER), ("approval", Role.TREASURER, TREASURER)):
        answer = await decide(window, refund_number, how, role, id)
        assert answer.status_code == 200, answer.text
    return refund_number
