"""The lines of a month: entries, what follows from the month as a whole (R74, R79, R80), and what gives either back (R76).

Guarantees: nothing that was entered is taken away; what is reversed stands beside the one line that gives it back, however
often it was reversed, and whichever of the two was heard first.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Final
from uuid import UUID, uuid5

from services.monitor.domain.facts import BONUS, DATE_MISMATCH, Closing, Entry, Facts, Mark, Reversal
from services.monitor.domain.months import end_of
from services.monitor.domain.rulebook import Rulebook
from yimen.contracts.monitor import Light, PartyKind
from yimen.worktime import Calendar

PRE_ALERT: Final = "R70"
OVER: Final = frozenset({"R71", "R72"})
"""Of a row of pre-alerts (R74): what makes one, and what breaks it."""

_NAMESPACE: Final = UUID("5c0be5d0-3d5e-4f0e-9a50-7e1d33c6a2f4")
_NAMED_AT_MOST: Final = 50


def lines_of(month: str, facts: Facts, book: Rulebook, calendar: Calendar) -> tuple[Entry, ...]:
    """Entries, what follows from the month as a whole, and what gives either back."""
    returned = given_back(facts.reversals)
    found = [one for one in facts.entries if one.month == month]
    reversed_ = [_back(one, cause) for one in found if (cause := _cause(one, returned))]
    marks = [one for one in facts.marks if one.month == month]
    rows = _pre_alert_rows(month, marks, returned, book)
    of_month = (*_early(month, facts.closings, book, calendar), *_data(month, facts, returned, book))
    settled = {one.reverses for one in rows} | {one.entry_id for one in rows if one.reverses}
    appealed = [
        _back(one, cause)
        for one in (*rows, *of_month)
        if one.entry_id not in settled and (cause := returned.get(f"entry/{one.entry_id}"))
    ]
    lines = (*found, *reversed_, *rows, *of_month, *appealed)
    return tuple(sorted(lines, key=lambda one: (one.at, one.entry_id)))


def given_back(reversals: Iterable[Reversal]) -> dict[str, Reversal]:
    """The first of each target: what was given back cannot be given back again."""
    first: dict[str, Reversal] = {}
    for one in sorted(reversals, key=lambda one: (one.at, one.reversal_id)):
        first.setdefault(one.target, one)
    return first


def _cause(entry: Entry, returned: dict[str, Reversal]) -> Reversal | None:
    own, whole = returned.get(f"entry/{entry.entry_id}"), returned.get(entry.subject or "")
    return min((one for one in (own, whole) if one), key=lambda one: (one.at, one.reversal_id), default=None)


def _back(entry: Entry, cause: Reversal) -> Entry:
    return replace(
        entry,
        entry_id=uuid5(_NAMESPACE, f"{cause.reversal_id}/{entry.entry_id}").hex,
        tenths=-entry.tenths,
        reason=f"冲回：{cause.reason}",
        at=cause.at,
        rule="R76",
        source=cause.source,
        subject=cause.subject,
        sequence=cause.sequence,
        found_by=None,
        reverses=entry.entry_id,
    )


def _of_month(month: str, code: str, rule: str, department: str, tenths: int, part: str, reason: str) -> Entry:
    return Entry(
        entry_id=uuid5(_NAMESPACE, f"{code}/{month}/{department}").hex,
        month=month,
        kind=PartyKind.DEPARTMENT,
        party=department,
        part=part,
        tenths=tenths,
        code=code,
        reason=reason,
        at=end_of(month),
        rule=rule,
        department=department,
    )


# -- rows of pre-alerts (R74) -------------------------------------------------------------------------------------------


def _pre_alert_rows(
    month: str, marks: Iterable[Mark], returned: dict[str, Reversal], book: Rulebook
) -> tuple[Entry, ...]:
    """Where an alert was lifted, rows that do not stand without it are given back, and those that stand instead counted."""
    told = sorted((one for one in marks if one.raised), key=lambda one: (one.at, one.alert_id))
    first = {line.entry_id: line for line in _rows(month, told, book)}
    now = {line.entry_id: line for line in _rows(month, [one for one in told if one.subject not in returned], book)}
    gone = [line for name, line in first.items() if name not in now]
    return (*(first | now).values(), *(_back(line, _lifted(line, told, returned)) for line in gone))


def _lifted(line: Entry, told: Iterable[Mark], returned: dict[str, Reversal]) -> Reversal:
    """Why the row does not stand: one of its own alerts, or one before it that moved all rows after."""
    own = (subject for subject in line.about if subject in returned)
    before = (one.subject for one in told if one.department == line.party and one.subject in returned)
    return returned[next(chain(own, before))]


def _rows(month: str, marks: Iterable[Mark], book: Rulebook) -> Iterator[Entry]:
    """`marks` in order. A row ends with its last pre-alert, which carries the line; the next begins after it."""
    rows: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        row = rows[mark.department]
        if mark.rule in OVER:
            row.clear()
        elif mark.rule == PRE_ALERT and mark.level is Light.BLUE:
            row.append(mark)
        if len(row) >= max(1, book.number("pre_alerts_in_a_row")):
            yield _row_line(month, row, book)
            row.clear()


def _row_line(month: str, row: list[Mark], book: Rulebook) -> Entry:
    last = row[-1]
    line = _of_month(
        month,
        "pre-alerts",
        "R74",
        last.department,
        book.number("pre_alerts_tenths"),
        "time",
        f"连续{len(row)}次预警：办件{'、'.join(mark.case_number for mark in row)}。",
    )
    return replace(
        line,
        entry_id=uuid5(_NAMESPACE, f"pre-alerts/{last.mark_id}").hex,
        at=last.at,
        source=last.source,
        subject=last.subject,
        sequence=last.sequence,
        case_number=last.case_number,
        about=tuple(mark.subject for mark in row),
    )


# -- early closing (R79), data told incompletely (R80) -------------------------------------------------------------------


def _early(month: str, closings: Iterable[Closing], book: Rulebook, calendar: Calendar) -> Iterator[Entry]:
    """A case is early that was closed with a working day of its statutory limit left."""
    limited = [one for one in closings if one.month == month and one.lead and one.statutory and one.statutory.total]
    for department, own in sorted(_by_department(limited).items()):
        early = sum(1 for one in own if one.statutory and one.statutory.left(calendar, one.stopped_on) >= 1)
        share = early * 100 // len(own)
        tenths = share // max(1, book.number("early_percent")) * book.number("early_tenths")
        if tenths:
            reason = f"本月办结{len(own)}件，其中{early}件在法定时限届满前办结，占{share}%。"
            yield _of_month(month, "early", "R79", department, tenths, BONUS, reason)


def _data(month: str, facts: Facts, returned: dict[str, Reversal], book: Rulebook) -> Iterator[Entry]:
    wrong = {
        (mark.case_number, mark.department)
        for mark in facts.marks
        if mark.code == DATE_MISMATCH and mark.subject not in returned
    }
    for department, own in sorted(_by_department(one for one in facts.closings if one.month == month).items()):
        faulty = sorted(one.case_number for one in own if one.lacking or (one.case_number, department) in wrong)
        percent = len(faulty) * 100 // len(own)
        tenths = max(book.number("data_cap_tenths"), percent * book.number("data_tenths"))
        if tenths:
            reason = f"本月办结{len(own)}件，其中{len(faulty)}件数据不完整或者前后不符，占{percent}%。"
            line = _of_month(month, "data", "R80", department, tenths, "oversight", reason)
            yield replace(line, about=tuple(f"case/{number}" for number in faulty[:_NAMED_AT_MOST]))


def _by_department(closings: Iterable[Closing]) -> dict[str, list[Closing]]:
    found: dict[str, list[Closing]] = defaultdict(list)
    for one in closings:
        found[one.department].append(one)
    return found
