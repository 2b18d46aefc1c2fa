"""What the hall's big display shows: counts of today and of the month, cards, and the ranking that was published last.

Guarantees: counts and names of departments only; nothing in it moves with the clock alone, so that who asks again can be
told that nothing changed.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel
from sqlalchemy import select

from services.monitor import sheet_views, statistics
from services.monitor.context import Context
from services.monitor.figures import Satisfaction, Share
from services.monitor.statistics import Span
from services.monitor.tables import score_months
from yimen.bus import View
from yimen.contracts.monitor import Light, PartyKind
from yimen.departments import department_name
from yimen.worktime import local_date


class BoardFigures(BaseModel):
    """`cards`: alerts that were raised, by colour."""

    accepted: int
    closed: int
    instant: Share
    in_time: Share
    satisfaction: Satisfaction
    cards: dict[Light, int]

    @classmethod
    def of(cls, sums: Mapping[Any, Any]) -> Self:
        accepted, closed = sums["accepted"], sums["closed"]
        return cls(
            accepted=accepted,
            closed=closed,
            instant=Share.of(sums["instant"], accepted),
            in_time=Share.of(closed - sums["closed_late"], closed),
            satisfaction=Satisfaction.of(sums),
            cards={light: sums[f"alerts_{light.value}"] for light in Light if light is not Light.GREEN},
        )


class BoardDepartment(BaseModel):
    department: str
    department_name: str
    today: BoardFigures | None
    month: BoardFigures


class BoardPlace(BaseModel):
    """Points are whole tenths."""

    rank: int | None
    department: str
    department_name: str
    tenths: int


class BoardRanking(BaseModel):
    month: str
    items: list[BoardPlace]


class Board(BaseModel):
    """`ranking`: of the last month that was published; absent before the first."""

    day: dt.date
    today: BoardFigures
    month: BoardFigures
    departments: list[BoardDepartment]
    ranking: BoardRanking | None


async def board(view: View[Context]) -> Board:
    today = local_date(view.now)
    day, month = Span(today, today), Span(today.replace(day=1), today)
    now = {row.department: BoardFigures.of(row._mapping) for row in await statistics.by_department(view, day, None)}
    return Board(
        day=today,
        today=BoardFigures.of(await statistics.sums(view, day, None)),
        month=BoardFigures.of(await statistics.sums(view, month, None)),
        departments=[
            BoardDepartment(
                department=row.department,
                department_name=department_name(row.department),
                today=now.get(row.department),
                month=BoardFigures.of(row._mapping),
            )
            for row in await statistics.by_department(view, month, None)
        ],
        ranking=await _ranking(view),
    )


async def _ranking(view: View[Context]) -> BoardRanking | None:
    m = score_months.c
    said = select(m.month).where(m.published_at.is_not(None)).order_by(m.month.desc()).limit(1)
    month: str | None = (await view.execute(said)).scalar_one_or_none()
    if month is None:
        return None
    found = await sheet_views.ranking(view, month, PartyKind.DEPARTMENT)
    return BoardRanking(
        month=month,
        items=[
            BoardPlace(rank=one.rank, department=one.party, department_name=one.name, tenths=one.tenths)
            for one in found.items
        ],
    )
