"""How scores are shown: as published, or as the facts stand today; each line with its place in the journal."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, select, tuple_

from services.monitor.context import Context
from services.monitor.domain import months
from services.monitor.domain.facts import BONUS
from services.monitor.domain.ranking import GRADES
from services.monitor.domain.rulebook import Rulebook
from services.monitor.domain.sheets import Sheet, sheet_of
from services.monitor.grading import graded_by
from services.monitor.publishing import published_at, ranks, sheets_of_month
from services.monitor.queries import calendars
from services.monitor.score_shapes import (
    Difference,
    Grades,
    GradeShape,
    LineShape,
    PartShape,
    Ranking,
    ScoreVerification,
    SheetShape,
    Standing,
)
from services.monitor.scoring import book_at, facts_of_month
from services.monitor.tables import journal, score_grades, score_sheets
from yimen.bus import View
from yimen.contracts.monitor import PartyKind

LOOKED_UP_AT_ONCE = 200


# -- rankings -----------------------------------------------------------------------------------------------------------


async def ranking(view: View[Context], month: str, kind: PartyKind) -> Ranking:
    at = await published_at(view, month)
    found = await (_published(view, month, kind) if at else _provisional(view, month, kind))
    found.sort(key=lambda one: (one.rank or 0, -one.tenths, one.party))
    return Ranking(month=month, kind=kind, provisional=at is None, published_at=at, parties=len(found), items=found)


async def _published(view: View[Context], month: str, kind: PartyKind) -> list[Standing]:
    s = score_sheets.c
    query = select(score_sheets).where(s.month == month, s.current, s.kind == kind)
    return [_standing(row) for row in await view.execute(query)]


def _standing(row: Row[Any]) -> Standing:
    return Standing(**{name: row._mapping[name] for name in Standing.model_fields})


async def _provisional(view: View[Context], month: str, kind: PartyKind) -> list[Standing]:
    found, book = await sheets_of_month(view, month)
    placed = ranks(found, book)
    return [
        Standing(
            kind=kind,
            party=sheet.party,
            name=sheet.name,
            departments=list(sheet.departments),
            tenths=sheet.tenths,
            bonus=sheet.bonus,
            reds=sheet.reds,
            rank=place.rank if (place := placed.get((kind, sheet.party))) else None,
            red_flag=bool(place and place.chosen),
            last_months=0,
            revision=0,
        )
        for sheet in found
        if sheet.kind is kind
    ]


async def grades(view: View[Context], period: str, kind: PartyKind) -> Grades:
    """A quarter's as published; a year's as its published months come to now."""
    g = score_grades.c
    if months.is_year(period):
        rows = [one | {"revision": 0} for one in await graded_by(view, period, months.months_of_year(period))]
    else:
        query = select(score_grades).where(g.quarter == period, g.current)
        rows = [dict(row._mapping) for row in await view.execute(query)]
    own = sorted((row for row in rows if row["kind"] == kind), key=lambda row: (-row["hundredths"], row["party"]))
    named = [name for name in GradeShape.model_fields if name != "grade_name"]
    items = [GradeShape(**{name: row[name] for name in named}, grade_name=GRADES[row["grade"]]) for row in own]
    return Grades(period=period, kind=kind, items=items)


# -- one sheet ----------------------------------------------------------------------------------------------------------


async def sheet(view: View[Context], month: str, kind: PartyKind, party: str) -> SheetShape | None:
    """As published; before that as it stands, None where the month knows nothing of the party."""
    s = score_sheets.c
    query = select(score_sheets).where(s.month == month, s.kind == kind, s.party == party, s.current)
    row = (await view.execute(query)).first()
    book, calendar = await book_at(view, months.end_of(month)), (await calendars(view))[-1]
    if row is not None:
        named = {name: value for name, value in row._mapping.items() if name in SheetShape.model_fields}
        lines = await _lines(view, [_line(one) for one in row.lines], kind, book)
        return SheetShape(**named | {"provisional": False, "parts": _parts(row.parts, kind, book), "lines": lines})
    facts = await facts_of_month(view, month, (kind, party))
    found = sheet_of(month, kind, party, facts, book, calendar)
    return await _today(view, found, book) if found else None


async def _today(view: View[Context], found: Sheet, book: Rulebook) -> SheetShape:
    return SheetShape(
        month=found.month,
        kind=found.kind,
        party=found.party,
        name=found.name,
        departments=list(found.departments),
        provisional=True,
        revision=0,
        published_at=None,
        tenths=found.tenths,
        bonus=found.bonus,
        parts=_parts([part.model_dump() for part in found.parts], found.kind, book),
        rank=None,
        red_flag=False,
        last_months=0,
        digest=found.digest,
        rulebook=book.version,
        lines=await _lines(view, [asdict(line) for line in found.lines], found.kind, book),
    )


def _parts(parts: Iterable[dict[str, Any]], kind: PartyKind, book: Rulebook) -> list[PartShape]:
    names = _part_names(kind, book)
    return [PartShape(name=names.get(part["part"], part["part"]), **part) for part in parts]


def _part_names(kind: PartyKind, book: Rulebook) -> dict[str, str]:
    return {part.code: part.name for part in book.scheme(kind).parts} | {BONUS: "加分"}


def _line(stored: dict[str, Any]) -> dict[str, Any]:
    return stored | {"at": dt.datetime.fromisoformat(stored["at"])}


async def _lines(
    view: View[Context], lines: Sequence[dict[str, Any]], kind: PartyKind, book: Rulebook
) -> list[LineShape]:
    positions = await _positions(view, lines)
    back = {line["reverses"]: line["entry_id"] for line in lines if line["reverses"]}
    names = _part_names(kind, book)
    return [
        LineShape(
            **{name: value for name, value in line.items() if name in LineShape.model_fields},
            part_name=names.get(line["part"], line["part"]),
            title=_title(line["code"], book),
            position=positions.get(_place(line)),
            reversed_by=back.get(line["entry_id"]),
        )
        for line in lines
    ]


_OWN = {"pre-alerts": "连续预警", "early": "提前办结", "data": "数据不完整"}


def _title(code: str, book: Rulebook) -> str | None:
    """Of the rulebook's row, where it has one: alerts speak for themselves."""
    found = next((one.title for one in book.findings if one.code == code), None)
    return found or _OWN.get(code)


def _place(line: dict[str, Any]) -> tuple[Any, Any, Any]:
    return line["source"], line["subject"], line["sequence"]


async def _positions(view: View[Context], lines: Sequence[dict[str, Any]]) -> dict[tuple[Any, Any, Any], int]:
    places = sorted({_place(line) for line in lines if line["source"]})
    j, found = journal.c, dict[tuple[Any, Any, Any], int]()
    for start in range(0, len(places), LOOKED_UP_AT_ONCE):
        some = places[start : start + LOOKED_UP_AT_ONCE]
        query = select(j.source, j.subject, j.sequence, j.position).where(
            tuple_(j.source, j.subject, j.sequence).in_(some)
        )
        found |= {(row.source, row.subject, row.sequence): row.position for row in await view.execute(query)}
    return found


# -- recomputed ---------------------------------------------------------------------------------------------------------


async def compare(view: View[Context], month: str, recomputed: Sequence[Sheet]) -> ScoreVerification:
    """With what is kept, and where the month is published also with that."""
    kept, _book = await sheets_of_month(view, month)
    s = score_sheets.c
    rows = await view.execute(select(score_sheets).where(s.month == month, s.current))
    published = {(row.kind, row.party): _told(row.tenths, row.digest) for row in rows}
    told = [{(str(one.kind), one.party): _told(one.tenths, one.digest) for one in own} for own in (recomputed, kept)]
    said = await published_at(view, month) is not None
    differences = [
        Difference(
            kind=PartyKind(kind),
            party=party,
            recomputed=told[0].get((kind, party)),
            kept=told[1].get((kind, party)),
            published=published.get((kind, party)),
        )
        for kind, party in sorted({*told[0], *told[1], *published})
    ]
    wrong = [one for one in differences if not _agree(one, said)]
    return ScoreVerification(month=month, sound=not wrong, sheets=len(recomputed), differences=wrong)


def _told(tenths: int, digest: str) -> str:
    return f"{tenths}:{digest}"


def _agree(one: Difference, said: bool) -> bool:
    return one.recomputed == one.kept and (not said or one.published == one.kept)
