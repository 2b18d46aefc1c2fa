"""What the supervisor counts of the fees from the events alone, a row a day, for the books to compare (I10).

Guarantees: each payment and each refund counts once, on the day (Shanghai) on which the bank says it was made, in whatever
order the events arrive. Once fees says that a day is closed its tally is told, and told again whenever it counts otherwise.
"""

from datetime import date, datetime

from sqlalchemy import Row, select, update

from services.monitor.context import Context
from services.monitor.tables import money_days
from yimen.bus import Unit, View
from yimen.contracts.monitor import TallyCounted
from yimen.contracts.parts import Tally
from yimen.worktime import local_date


async def count_paid(unit: Unit[Context], at: datetime, amount: int) -> None:
    await _count(unit, local_date(at), paid_count=1, paid_sum=amount)


async def count_refunded(unit: Unit[Context], at: datetime, amount: int) -> None:
    await _count(unit, local_date(at), refund_count=1, refund_sum=amount)


async def close_day(unit: Unit[Context], day: date, at: datetime) -> None:
    await _count(unit, day)
    await unit.execute(update(money_days).where(money_days.c.day == day).values(closed_at=at))
    await _tell(unit, day)


async def of_days(view: View[Context], first: date, last: date) -> list[Row[tuple[object, ...]]]:
    query = select(money_days).where(money_days.c.day.between(first, last)).order_by(money_days.c.day)
    return list(await view.execute(query))


async def _count(unit: Unit[Context], day: date, **more: int) -> None:
    nothing = dict.fromkeys(("paid_count", "paid_sum", "refund_count", "refund_sum"), 0)
    counted = unit.insert(money_days).values(day=day, **nothing | more)
    grown = {name: money_days.c[name] + counted.excluded[name] for name in nothing}
    counted = counted.on_conflict_do_update(index_elements=["day"], set_=grown).returning(money_days.c.closed_at)
    if (await unit.execute(counted)).scalar_one() is not None:
        await _tell(unit, day)


async def _tell(unit: Unit[Context], day: date) -> None:
    row = (await unit.execute(select(money_days).where(money_days.c.day == day))).one()
    unit.emit(
        TallyCounted(
            day=day,
            paid=Tally(count=row.paid_count, amount=row.paid_sum),
            refunded=Tally(count=row.refund_count, amount=row.refund_sum),
            counted_at=unit.now,
        )
    )
