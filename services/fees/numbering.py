"""Numbers of notices, refunds and other papers: counted per year, in the transaction that gives them, without a gap."""

from typing import Final

from services.fees.context import Context
from services.fees.tables import counters
from yimen.bus import Unit
from yimen.worktime import local_date

NOTICE: Final = "JK"  # 缴款
REFUND: Final = "TK"  # 退款
RELIEF: Final = "JM"  # 减免
DISPUTE: Final = "YY"  # 异议
VIOLATION: Final = "WG"  # 违规
REMITTANCE: Final = "HJ"  # 汇缴


async def next_number(unit: Unit[Context], series: str) -> str:
    """The series, the year, and a count of that year; the width grows where six digits do not do."""
    year = local_date(unit.now).year
    counted = unit.insert(counters).values(name=f"{series}-{year}", value=1)
    counted = counted.on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1})
    serial = (await unit.execute(counted.returning(counters.c.value))).scalar_one()
    return f"{series}{year}{serial:06}"
