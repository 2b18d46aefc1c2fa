"""A paid notice, and a refund of it as far along as the step that is asked about needs it; each step by another person."""

from typing import Any, Final
from uuid import uuid4

from services.fees import refunding
from services.fees.bank.wire import Signed
from services.fees.bank.words import Taken
from services.fees.collecting import collect, keep_message
from tests.support.fees_areas.lists import issue
from tests.support.rooms import Room
from yimen.web import Role

OF_PAID: Final = ("POST /notices/{number}/refunds", "POST /payments/{payment_code}/refund-request")
REFUND: Final = "POST /refunds/{refund_number}/"
ASKED: Final = {"reasons": "重复收费"}


async def furnish(room: Room, label: str) -> None:
    room.bodies |= {
        OF_PAID[0]: ASKED | {"cause": "request"},
        OF_PAID[1]: ASKED,
        f"{REFUND}refusal": {"reasons": "收费符合标准"},
        "POST /notices/{number}/violations": {
            "lists": [f"L-{room.ids['case_number']}"],
            "kind": "illegal_fee",
            "detail": "该项收费已经取消",
        },
    }
    if label and "refund" not in label:
        return
    notice = await _paid(room)
    if label in OF_PAID:
        room.ids |= {"number": notice["notice_number"], "payment_code": notice["payment_code"]}
        return
    path = f"/payments/{notice['payment_code']}/refund-request"
    made = await room.harness.client.post(path, json=ASKED, headers={"Idempotency-Key": str(uuid4())})
    assert made.status_code == 201, made.text
    number = room.ids["refund_number"] = made.json()["refund_number"]
    await _advance(room, number, label)


async def _advance(room: Room, number: str, label: str) -> None:
    """To where the step is awaited; it is refused by whoever's turn it is."""
    treasury = label == f"{REFUND}approval" or (label == f"{REFUND}refusal" and room.asker is Role.TREASURER)
    steps = [("verification", Role.FEE_OFFICER)] if treasury or label == f"{REFUND}sending" else []
    if label == f"{REFUND}sending":
        steps.append(("approval", Role.TREASURER))
    for version, (step, role) in enumerate(steps, start=1):
        headers = room.harness.as_(role, id=f"{step}-8", name="经办") | {"If-Match": f'"{version}"'}
        done = await room.harness.client.post(f"/refunds/{number}/{step}", headers=headers)
        assert done.status_code == 200, done.text
    if label == f"{REFUND}sending":
        async with room.harness.units.begin() as unit:
            await refunding.failed(unit, number, "账户已销户", unit.now)


async def _paid(room: Room) -> dict[str, Any]:
    """A case of its own, whose notice the bank says is paid."""
    harness, case = room.harness, f"BACK{next(room.serial)}"
    notice = await issue(room, case)
    async with harness.units.begin() as unit:
        signed = Signed("BK000001", f"nonce-{case}", unit.now, "-", b"-")
        await keep_message(unit, signed)
        account = unit.context.settings.fiscal_account
        said = {"bank_serial": f"S-{case}", "payment_code": notice["payment_code"], "amount": notice["amount"]}
        said |= {"currency": "CNY", "account": account, "method": "qr", "paid_at": unit.now}
        assert await collect(unit, signed, Taken(**said)) == "settled"
    return notice
