"""The quarter's grades: the mean of its published sheets, said with its last month and again when one of them changes.

A year is graded in the same way when it is asked about; nothing is said of it.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Row, Table, select, update

from services.monitor.context import Context
from services.monitor.domain import months
from services.monitor.domain.ranking import GRADES, Place, grade, mean_hundredths, places, quota
from services.monitor.domain.rulebook import Rulebook
from services.monitor.scoring import book_at
from services.monitor.tables import score_grades, score_months, score_sheets
from yimen.bus import Unit, View
from yimen.contracts.monitor import PartyKind, ScoreGraded

RANKED: Final = (PartyKind.DEPARTMENT, PartyKind.WINDOW)
HEAD: Final = [column for column in score_sheets.c if column.name not in ("lines", "parts")]
"""Of a sheet, all but what it is made of."""

_SAID: Final = ("hundredths", "grade", "excellent", "rank", "months")
Party = tuple[str, str]


async def grade_where_due(unit: Unit[Context], month: str) -> None:
    quarter = months.quarter_of(month)
    g = score_grades.c
    graded = (await unit.execute(select(g.quarter).where(g.quarter == quarter).limit(1))).first()
    if graded is None and month != months.months_of(quarter)[-1]:
        return
    await _take(unit, quarter)
    current = await unit.execute(select(score_grades).where(g.quarter == quarter, g.current))
    former = {(row.kind, row.party): row for row in current}
    for row in await graded_by(unit, quarter, months.months_of(quarter)):
        await _say_grade(unit, row, former.get((row["kind"], row["party"])))


async def _take(unit: Unit[Context], quarter: str) -> None:
    """Publishers of two months of one quarter take turns here."""
    m = score_months.c.month
    await unit.execute(unit.insert(score_months).values(month=quarter).on_conflict_do_nothing())
    await unit.execute(select(m).where(m == quarter).with_for_update())


class _Mean:
    """A party's sheets of a time; `tenths` is their mean in hundredths, which ranks as tenths do."""

    def __init__(self, rows: list[Row[Any]]) -> None:
        self.last = rows[-1]
        self.party: str = self.last.party
        self.count = len(rows)
        self.tenths = mean_hundredths([row.tenths for row in rows])
        self.reds = sum(row.reds for row in rows)


async def graded_by(view: View[Context], period: str, of: Sequence[str]) -> list[dict[str, Any]]:
    """A row for each party that has a published sheet in one of these months."""
    s = score_sheets.c
    rows: dict[Party, list[Row[Any]]] = {}
    for row in await view.execute(select(*HEAD).where(s.month.in_(of), s.current).order_by(s.month)):
        rows.setdefault((row.kind, row.party), []).append(row)
    book, found = await book_at(view, months.end_of(of[-1])), []
    for kind in PartyKind:
        own = [_Mean(sheets) for (kind_, _party), sheets in sorted(rows.items()) if kind_ == kind]
        for one, place, excellent in _commended(own, book):
            found.append(_row(period, one, place if kind in RANKED else None, excellent, book))
    return found


def _commended(own: list[_Mean], book: Rulebook) -> Iterable[tuple[_Mean, Place, bool]]:
    """The quota is a share of all who are graded, taken up by the best of those whose grade is excellent."""
    standing = places(own, quota(len(own), book.number("excellent_percent")))
    for one in own:
        place = standing[one.party]
        yield one, place, place.chosen and grade(one.tenths, book) == "excellent"


def _row(period: str, one: _Mean, place: Place | None, excellent: bool, book: Rulebook) -> dict[str, Any]:
    copied = {name: getattr(one.last, name) for name in ("kind", "party", "name", "scope", "departments")}
    return copied | {
        "quarter": period,
        "months": one.count,
        "hundredths": one.tenths,
        "grade": grade(one.tenths, book),
        "excellent": excellent,
        "rank": place.rank if place else None,
        "reds": one.reds,
    }


async def _say_grade(unit: Unit[Context], row: dict[str, Any], former: Row[Any] | None) -> None:
    if former is not None and all(getattr(former, name) == row[name] for name in _SAID):
        return
    row |= {"scope": former.scope if former else row["scope"], "graded_at": unit.now}
    row |= await supersede(unit, score_grades, row, ("quarter", "kind", "party"), former)
    copied = ("party", "name", "quarter", "revision", "hundredths", "grade", "excellent", "rank", "graded_at")
    unit.emit(
        ScoreGraded(
            score_id=score_id(row["quarter"], row["kind"], row["party"]),
            department=row["scope"],
            kind=PartyKind(row["kind"]),
            grade_name=GRADES[row["grade"]],
            **{name: row[name] for name in copied},
        )
    )


# -- what sheets and grades have in common ------------------------------------------------------------------------------


async def supersede(
    unit: Unit[Context], table: Table, row: dict[str, Any], key: tuple[str, ...], former: Row[Any] | None
) -> dict[str, Any]:
    """Store the row as the next revision, which is the current one from now on."""
    if former is not None:
        same = [table.c[name] == row[name] for name in key]
        await unit.execute(update(table).where(*same, table.c.current).values(current=False))
    more = {"revision": former.revision + 1 if former else 1, "current": True}
    await unit.execute(table.insert().values(row | more))
    return more


def score_id(period: str, kind: str, party: str) -> str:
    return f"{period}-{uuid5(NAMESPACE_URL, f'score:{kind}/{party}').hex}"
