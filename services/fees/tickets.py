"""Tickets under control (以票控管): numbers from the blocks that the finance bureau gave, in order and without a gap (R56).

Guarantees: a number is taken in the transaction that receipts the notice, so a rollback leaves no hole; one notice has one
good number, and a void one stays in the register. When the blocks are used up the payment stands and its receipt waits for
the next block. Who takes a number and who gives a block wait for each other, so that no receipt is left behind. No number
stands in two blocks, and no block is given before the used ones of its code are written off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from sqlalchemy import Select, func, insert, or_, select, update

from services.fees import queries
from services.fees.context import Context
from services.fees.queries import Found
from services.fees.tables import notices, ticket_blocks, tickets
from yimen.bus import Unit, View
from yimen.errors import NotNow

log = structlog.get_logger()

_NEWEST: Final = select(func.max(ticket_blocks.c.id)).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Ticket:
    code: str
    number: int

    @property
    def printed(self) -> str:
        return f"{self.number:010}"


# -- numbers ------------------------------------------------------------------------------------------------------------


async def take(unit: Unit[Context], notice_number: str) -> Ticket | None:
    """The next number, now this notice's. None: every block is used up."""
    block = await _next_block(unit)
    if block is None:
        return None
    await unit.execute(update(ticket_blocks).where(ticket_blocks.c.id == block.id).values(next=block.next + 1))
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


async def exchange(unit: Unit[Context], notice_number: str, reason: str, by: str) -> tuple[Ticket, Ticket]:
    """The void number, which stays used, and the one in its place. Raises `NotNow` where no number is left."""
    good = (tickets.c.notice_number == notice_number) & (tickets.c.state == "issued")
    row = (await unit.execute(select(tickets).where(good))).one_or_none()
    if row is None:
        raise NotNow("no-ticket", "该通知书尚无票据", "通知书尚未开票，没有可以作废的票据，请开票后再办理。")
    void = {"state": "void", "void_reason": reason, "voided_by": by, "voided_at": unit.now}
    await unit.execute(update(tickets).where(good).values(**void))
    fresh = await take(unit, notice_number)
    if fresh is None:
        raise NotNow("no-ticket-number", "票号已用完", "作废后无号可换，请财政部门发放新的票号后再办理。")
    return Ticket(row.ticket_code, row.number), fresh


# -- blocks -------------------------------------------------------------------------------------------------------------


async def add_block(unit: Unit[Context], ticket_code: str, first: int, last: int) -> None:
    """The block that is set. One that is known by its code and first number is left as it is; so is what stands where this
    one would reach into another."""
    known = await _blocks_of(unit, ticket_code)
    if any(_meet(block, first, last) and block.first != first for block in known):
        log.warning("ticket_block_overlaps", ticket_code=ticket_code, first=first, last=last, effect="it is not added")
        return
    row = {"ticket_code": ticket_code, "first": first, "last": last, "next": first}
    await unit.execute(unit.insert(ticket_blocks).values(row).on_conflict_do_nothing())


async def give_block(unit: Unit[Context], ticket_code: str, first: int, last: int, by: str) -> int:
    """Raises `NotNow` where it meets another block, or where a used one is not written off."""
    while not await _newest_is_in(unit, await _lock_blocks(unit)):
        continue
    known = await _blocks_of(unit, ticket_code)
    if any(_meet(block, first, last) for block in known):
        raise NotNow("block-overlaps", "票号区间重叠", "该区间与已发放的票号重叠，请核对起止号码后重新发放。")
    if any(_used_up(block) and block.written_off_at is None for block in known):
        raise NotNow(
            "block-not-written-off", "有已用完的票号未核销", "请先核销本票据代码下已用完的票号，再发放新的票号。"
        )
    row = {"ticket_code": ticket_code, "first": first, "last": last, "next": first}
    given = insert(ticket_blocks).values(**row, issued_by=by, issued_at=unit.now)
    return int((await unit.execute(given.returning(ticket_blocks.c.id))).scalar_one())


async def write_off(unit: Unit[Context], block: Found, by: str) -> None:
    """核销, of a locked block. Raises `NotNow` unless every number of it was used."""
    if block.written_off_at is not None:
        raise NotNow("block-written-off", "该票号区间已经核销", "不必重复核销，请刷新后查看。")
    if not _used_up(block):
        raise NotNow("block-not-used-up", "票号尚未用完", "只能核销已全部使用的票号，请用完后再核销。")
    done = {"written_off_by": by, "written_off_at": unit.now, "version": block.version + 1}
    await unit.execute(update(ticket_blocks).where(ticket_blocks.c.id == block.id).values(**done))


def _meet(block: Found, first: int, last: int) -> bool:
    return bool(block.first <= last and first <= block.last)


def _used_up(block: Found) -> bool:
    return bool(block.next > block.last)


async def _next_block(unit: Unit[Context]) -> Found | None:
    """The oldest with numbers left, locked. Whoever waited and found none looks again: a block may have been given
    meanwhile, which the statement that waited does not see."""
    while True:
        found = await _lock_blocks(unit)
        with_numbers = [block for block in found if not _used_up(block)]
        if with_numbers:
            return with_numbers[0]
        if await _newest_is_in(unit, found):
            return None


async def _lock_blocks(unit: Unit[Context]) -> Sequence[Found]:
    """Those with numbers left, and the newest, for which takers and givers wait for each other."""
    blocks = ticket_blocks.c
    query = select(ticket_blocks).where(or_(blocks.next <= blocks.last, blocks.id == _NEWEST)).order_by(blocks.id)
    return (await unit.execute(query.with_for_update())).all()


async def _newest_is_in(unit: Unit[Context], locked: Sequence[Found]) -> bool:
    return (await unit.execute(select(_NEWEST))).scalar_one() in (None, *(block.id for block in locked))


async def _blocks_of(unit: Unit[Context], ticket_code: str) -> Sequence[Found]:
    query = select(ticket_blocks).where(ticket_blocks.c.ticket_code == ticket_code)
    return (await unit.execute(query.order_by(ticket_blocks.c.id))).all()


# -- the register -------------------------------------------------------------------------------------------------------


async def block_row(view: View[Any], number: int, *, lock: bool = False) -> Found | None:
    if lock:
        await queries.one(view, select(ticket_blocks.c.id).where(ticket_blocks.c.id == number).with_for_update())
    return await queries.one(view, _counted().where(ticket_blocks.c.id == number))


async def blocks_in(view: View[Any], after: int, limit: int) -> Sequence[Found]:
    query = _counted().where(ticket_blocks.c.id > after).order_by(ticket_blocks.c.id).limit(limit)
    return (await view.execute(query)).all()


async def register(view: View[Any], ticket_code: str, first: int, limit: int) -> Sequence[Found]:
    """存根, void ones among them, in the order of their numbers from `first` on."""
    query = select(tickets, notices.c.amount, notices.c.case_number).join(notices)
    place = (tickets.c.ticket_code == ticket_code) & (tickets.c.number >= first)
    return (await view.execute(query.where(place).order_by(tickets.c.number).limit(limit))).all()


def _counted() -> Select[Any]:
    void = select(func.count()).where(tickets.c.block_id == ticket_blocks.c.id, tickets.c.state == "void")
    return select(ticket_blocks, void.scalar_subquery().label("void"))
