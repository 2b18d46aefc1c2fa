"""Tickets under control (以票控管): numbers from the blocks that the finance bureau gave, in order and without a gap (R56).

Guarantees: a number is taken in the transaction that receipts the notice, so a rollback leaves no hole; one notice has one
number. When the blocks are used up the payment stands and its receipt waits for the next block.
"""

from dataclasses import dataclass

from sqlalchemy import insert, select, update

from services.fees.context import Context
from services.fees.tables import ticket_blocks, tickets
from yimen.bus import Unit


@dataclass(frozen=True, slots=True)
class Ticket:
    code: str
    number: int

    @property
    def printed(self) -> str:
        return f"{self.number:010}"


async def take(unit: Unit[Context], notice_number: str) -> Ticket | None:
    """The next number, now this notice's. None: every block is used up."""
    blocks = ticket_blocks.c
    # No LIMIT: whoever waited here for the last number of a block must still see the next block.
    query = select(ticket_blocks).where(blocks.next <= blocks.last).order_by(blocks.id).with_for_update()
    block = (await unit.execute(query)).first()
    if block is None:
        return None
    await unit.execute(update(ticket_blocks).where(blocks.id == block.id).values(next=block.next + 1))
    row = {
        "ticket_code": block.ticket_code,
        "number": block.next,
        "block_id": block.id,
        "notice_number": notice_number,
        "state": "issued",
        "issued_at": unit.now,
    }
    await unit.execute(insert(tickets), [row])
    return Ticket(block.ticket_code, block.next)


async def add_block(unit: Unit[Context], ticket_code: str, first: int, last: int) -> None:
    """A block that is known by its code and first number is left as it is."""
    row = {"ticket_code": ticket_code, "first": first, "last": last, "next": first}
    await unit.execute(unit.insert(ticket_blocks).values(row).on_conflict_do_nothing())
