"""A block whose numbers are used up, a range that nobody has yet, and a ticket that can be spoilt."""

from typing import Final

from sqlalchemy import insert

from services.fees.bank.wire import Signed
from services.fees.bank.words import Taken
from services.fees.collecting import collect, keep_message
from services.fees.tables import ticket_blocks
from tests.support.rooms import Room
from yimen.web import Role

VOID: Final = "POST /notices/{number}/ticket/void"
USED_UP, FREE = "36070127", "36070128"


async def furnish(room: Room, label: str) -> None:
    number = next(room.serial)
    async with room.harness.units.begin() as unit:
        used = {"ticket_code": USED_UP, "first": number, "last": number, "next": number + 1}
        made = insert(ticket_blocks).values(used).returning(ticket_blocks.c.id)
        room.ids["block_id"] = str((await unit.execute(made)).scalar_one())
    room.bodies |= {
        "POST /ticket-blocks": {"ticket_code": FREE, "first": number * 10, "last": number * 10 + 9},
        VOID: {"reason": "打印错误"},
    }
    if label == VOID:
        await pay(room, f"S-TICKET-{number}")


async def pay(room: Room, serial: str) -> None:
    """The room's notice is paid, as if the bank's message had come."""
    headers = room.harness.as_(Role.FEE_OFFICER)
    notice = (await room.harness.client.get(f"/notices/{room.ids['number']}", headers=headers)).json()
    async with room.harness.units.begin() as unit:
        taken = Taken(
            bank_serial=serial,
            payment_code=notice["payment_code"],
            amount=notice["amount"],
            currency="CNY",
            account=unit.context.settings.fiscal_account,
            method="counter",
            paid_at=unit.now,
        )
        signed = Signed("BK000001", serial, unit.now, "-", b"{}")
        await keep_message(unit, signed)
        assert await collect(unit, signed, taken) == "settled"
