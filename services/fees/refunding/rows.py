"""The rows of refunds: found, locked, changed."""

from typing import Any

from sqlalchemy import select, update

from services.fees import queries
from services.fees.context import Context
from services.fees.queries import Found
from services.fees.tables import lists, notices, refund_shares, refunds, shares
from yimen.bus import Unit, View


async def refund_row(view: View[Context], number: str) -> Found | None:
    return await queries.one(view, select(refunds).where(refunds.c.number == number))


async def lock_refund(unit: Unit[Context], number: str) -> Found | None:
    """After its notice, whose sums it changes."""
    seen = await refund_row(unit, number)
    if seen is not None and seen.notice_number is not None:
        await queries.locked_notice(unit, seen.notice_number)
    return await queries.one(unit, select(refunds).where(refunds.c.number == number).with_for_update())


async def change(unit: Unit[Context], row: Found, **values: Any) -> None:
    """Whatever was late was another step."""
    moved: dict[str, Any] = {"late_since": None, "version": row.version + 1} | values
    await unit.execute(update(refunds).where(refunds.c.number == row.number).values(**moved))


async def case_of(view: View[Context], notice_number: str) -> str:
    query = select(notices.c.case_number).where(notices.c.number == notice_number)
    return str((await view.execute(query)).scalar_one())


async def shares_of(view: View[Context], numbers: list[str]) -> dict[str, list[Found]]:
    """What each refund gives back, by list."""
    query = select(refund_shares).where(refund_shares.c.refund_number.in_(numbers))
    found: dict[str, list[Found]] = {number: [] for number in numbers}
    for row in await view.execute(query.order_by(refund_shares.c.refund_number, refund_shares.c.list_id)):
        found[row.refund_number].append(row)
    return found


async def hold(unit: Unit[Context], notice_number: str, amounts: dict[str, int]) -> None:
    """More is held of the notice and of its lists, or less. More than was paid is the database's to refuse (I6)."""
    for list_id, amount in sorted(amounts.items()):
        place = (shares.c.notice_number == notice_number) & (shares.c.list_id == list_id)
        await unit.execute(update(shares).where(place).values(refund_held=shares.c.refund_held + amount))
    held = notices.c.refund_held + sum(amounts.values())
    await unit.execute(update(notices).where(notices.c.number == notice_number).values(refund_held=held))


async def give_back(unit: Unit[Context], list_id: str, amount: int) -> None:
    await unit.execute(
        update(lists)
        .where(lists.c.list_id == list_id)
        .values(refunded=lists.c.refunded + amount, version=lists.c.version + 1)
    )
