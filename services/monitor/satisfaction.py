"""How satisfied people are with each department: what they said themselves, and apart from it what was recorded for those
who said nothing (R95)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select

from services.monitor.context import Context
from services.monitor.tables import ratings
from yimen.bus import View
from yimen.worktime import end_of_day, start_of_day


@dataclass
class Satisfaction:
    """`stars`: how many gave each. `defaults`: recorded for those who were silent, and not spoken for since."""

    department: str
    stars: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(1, 6), 0))
    defaults: int = 0


async def satisfaction(
    view: View[Context], departments: Sequence[str] | None, first: date, last: date
) -> list[Satisfaction]:
    """By department, of what was said on these days, the last one included. None: of every department."""
    r = ratings.c
    counts = r.voided_at.is_(None) & r.replaced.is_(False)
    query = select(r.department, r.is_default, r.stars, func.count().label("rated"))
    query = query.where(counts, r.given_at >= start_of_day(first), r.given_at < end_of_day(last))
    if departments is not None:
        query = query.where(r.department.in_(departments))
    found: dict[str, Satisfaction] = {}
    for row in await view.execute(query.group_by(r.department, r.is_default, r.stars).order_by(r.department)):
        one = found.setdefault(row.department, Satisfaction(row.department))
        if row.is_default:
            one.defaults += row.rated
        else:
            one.stars[row.stars] += row.rated
    return list(found.values())
