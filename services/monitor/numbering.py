"""Numbers of what the supervisor issues: counted per series and year, in the transaction that gives them, without a gap."""

from typing import Final

from services.monitor.context import Context
from services.monitor.tables import counters
from yimen.bus import Unit
from yimen.worktime import local_date

ORDER: Final = "DB"  # 督办
FINDING: Final = "XC"  # 巡查


async def next_serials(unit: Unit[Context], series: str, count: int = 1) -> range:
    """So many serials of this year, one after the other. Whoever takes some is alone with the series until the commit."""
    counted = unit.insert(counters).values(name=f"{series}-{local_date(unit.now).year}", value=count)
    counted = counted.on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + count})
    last = (await unit.execute(counted.returning(counters.c.value))).scalar_one()
    return range(last - count + 1, last + 1)


def number(unit: Unit[Context], series: str, serial: int) -> str:
    """The series, the year, and the serial; the width grows where six digits do not do."""
    return f"{series}{local_date(unit.now).year}{serial:06}"
