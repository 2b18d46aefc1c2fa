"""Numbers of a department's own papers: `消防救援大队勘字〔2026〕3号`, counted per department, kind and year.

Guarantees: gapless: the number is taken from a counter in the transaction that keeps the paper, or in none.
"""

from datetime import datetime
from typing import Any

from services.approval.tables import paper_counters
from yimen.bus import Unit
from yimen.contracts.parts import Paper
from yimen.departments import department_name
from yimen.worktime import local_date

SITE_VISIT = "site_visit"
HEARING_NOTICE = "hearing_notice"
OPINION = "opinion"  # 意见函 (R42)

_MARKS = {SITE_VISIT: "勘字", HEARING_NOTICE: "听字", OPINION: "函字"}


async def next_paper(unit: Unit[Any], department: str, kind: str, at: datetime) -> Paper:
    """Its counter stays locked until the unit ends."""
    dated = local_date(at)
    counter = unit.insert(paper_counters).values(department=department, kind=kind, year=dated.year, last=1)
    taken = counter.on_conflict_do_update(
        index_elements=["department", "kind", "year"], set_={"last": paper_counters.c.last + 1}
    ).returning(paper_counters.c.last)
    serial = (await unit.execute(taken)).scalar_one()
    number = f"{department_name(department)}{_MARKS[kind]}〔{dated.year}〕{serial}号"
    return Paper(kind=kind, number=number, dated=dated)
