"""One line of a department's own log: what it tells, or everything that is wrong with it.

Guarantees: a line that contradicts itself is refused whole, never bent into something plausible. A date without an hour
is the beginning of its day.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from unicodedata import normalize

import orjson

from services.monitor.domain.log_mapping import MOST_DAYS, LogMapping
from yimen.contracts.parts import Kind
from yimen.worktime import SHANGHAI

LONGEST: Final = 400
_FIRST_YEAR: Final = 2000
_ODD: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffd]")
_DAYS: Final = re.compile(r"([0-9]{1,4})\s*(?:个?工作日)?")
_KINDS: Final = {"即办件": Kind.INSTANT, "承诺件": Kind.COMMITTED, "联办件": Kind.JOINT, "上报件": Kind.FORWARDED}
Wrong = tuple[str | None, str]
"""Of which column, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Told:
    """One case as one line of the log tells it; dates and instants as text, as they are kept."""

    own_number: str
    item_code: str | None
    item_name: str
    kind: str
    received_on: str
    accepted_on: str
    promised_days: int
    statutory_days: int
    closed_at: str | None
    steps: tuple[tuple[str, str], ...]

    @property
    def content(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}  # `asdict` copies deeply, and slowly

    @property
    def digest(self) -> str:
        return sha256(orjson.dumps(self.content, option=orjson.OPT_SORT_KEYS)).hexdigest()


class LineReader:
    """Reads one line after the other under one mapping."""

    def __init__(self, mapping: LogMapping, now: datetime) -> None:
        self.mapping = mapping
        self._now = now
        self._cells: dict[str, str] = {}
        self._faults: list[Wrong] = []
        self._instants: dict[str, datetime | None] = {}
        self._kinds: Mapping[str, Kind] = _KINDS | {kind.value: kind for kind in Kind} | mapping.kinds

    def read(self, cells: dict[str, str]) -> tuple[Told | None, list[Wrong]]:
        self._cells, self._faults = {name: _plain(cell) for name, cell in cells.items()}, []
        told = self._told(self.mapping)
        return (None if self._faults else told), self._faults

    def _told(self, mapping: LogMapping) -> Told | None:
        own_number, code, name = self._own_number(), self._code(), self._text(mapping.item_name)
        if not (code or name):
            self._refuse(mapping.item_name or mapping.item_code, "事项编码和名称都没有填写，请补上。")
        kind = self._kind()
        accepted = self._at(mapping.accepted, required=True)
        received = self._at(mapping.received, required=True) if mapping.received else accepted
        promised, statutory = self._days("promised", "承诺时限"), self._days("statutory", "法定时限")
        closed, steps = self._at(mapping.closed), tuple(self._steps())
        if self._faults or not (accepted and received):
            return None
        self._contradictions(kind, received, accepted, promised, statutory, closed, steps)
        return Told(
            own_number=own_number,
            item_code=code or None,
            item_name=name or code,
            kind=kind.value,
            received_on=received.date().isoformat(),
            accepted_on=accepted.date().isoformat(),
            promised_days=promised,
            statutory_days=statutory,
            closed_at=_utc(closed) if closed else None,
            steps=tuple((activity, _utc(at)) for activity, _, at in steps),
        )

    def _refuse(self, column: str | None, words: str) -> None:
        self._faults.append((column, words))

    def _text(self, column: str | None) -> str:
        cell = self._cells[column] if column else ""
        if _ODD.search(cell):
            self._refuse(column, "含有无法识别的字符（控制字符或残缺的字符），请改正。")
        elif len(cell) > LONGEST:
            self._refuse(column, f"超过{LONGEST}字，请缩短。")
        return cell

    def _own_number(self) -> str:
        number = self._text(self.mapping.own_number)
        if not number:
            self._refuse(self.mapping.own_number, "办件编号没有填写，请补上。")
        return number

    def _code(self) -> str:
        code = self._text(self.mapping.item_code)
        if code and not re.fullmatch(r"[A-Za-z0-9._\-]{1,80}", code):
            self._refuse(self.mapping.item_code, "事项编码只能由字母、数字、点和横线组成，请核对。")
        return code

    def _kind(self) -> Kind:
        word = self._text(self.mapping.kind)
        if word and word not in self._kinds:
            self._refuse(self.mapping.kind, f"办件类型“{word[:20]}”没有对应关系，请改正，或者补充对应关系。")
        return self._kinds.get(word, self.mapping.default_kind)

    def _days(self, which: str, words: str) -> int:
        """A number of working days; where a text says it too, they must say the same."""
        column, text_column = getattr(self.mapping, f"{which}_days"), getattr(self.mapping, f"{which}_text")
        cell, default = normalize("NFKC", self._text(column)), getattr(self.mapping, f"default_{which}_days")
        if not cell and default is not None:
            days: int = default
        elif (found := _DAYS.fullmatch(cell)) and int(found[1]) <= MOST_DAYS:
            days = int(found[1])
        else:
            self._refuse(column, f"{words}应为工作日数，如20，最多{MOST_DAYS}。")
            return 0
        said = re.findall(r"[0-9]{1,9}", normalize("NFKC", self._text(text_column)))
        if said and str(days) not in [number.lstrip("0") or "0" for number in said]:
            self._refuse(text_column, f"{words}的数字为{days}，文字却为“{self._cells[text_column][:20]}”，请核对。")
        return days

    def _at(self, column: str | None, *, required: bool = False) -> datetime | None:
        cell = normalize("NFKC", self._text(column))
        if not cell:
            if required:
                self._refuse(column, "日期没有填写，请补上。")
            return None
        if cell not in self._instants:
            self._instants[cell] = self._parsed(cell)
        at = self._instants[cell]
        if at is None:
            self._refuse(column, f"“{cell[:20]}”不是约定格式的日期，请改正，如2026-03-02。")
        elif at.year < _FIRST_YEAR or at > self._now:
            self._refuse(column, f"日期应在{_FIRST_YEAR}年以后，且不晚于现在，请核对。")
            return None
        return at

    def _parsed(self, cell: str) -> datetime | None:
        for form in self.mapping.date_formats:
            try:
                return datetime.strptime(cell, form).replace(tzinfo=SHANGHAI)
            except ValueError:
                continue
        return None

    def _steps(self) -> Iterator[tuple[str, str, datetime]]:
        for step in self.mapping.steps:
            if at := self._at(step.column):
                yield step.activity, step.column, at

    def _contradictions(
        self,
        kind: Kind,
        received: datetime,
        accepted: datetime,
        promised: int,
        statutory: int,
        closed: datetime | None,
        steps: tuple[tuple[str, str, datetime], ...],
    ) -> None:
        mapping, day = self.mapping, received.date()
        if promised > statutory:
            words = f"承诺时限{promised}个工作日长于法定时限{statutory}个工作日，请核对。"
            self._refuse(mapping.promised_days or mapping.statutory_days, words)
        if promised == 0 and kind is not Kind.INSTANT:
            self._refuse(mapping.promised_days, "只有即办件的承诺时限可以为0，请核对办件类型和承诺时限。")
        if accepted.date() < day:
            self._refuse(mapping.accepted, f"受理日期早于收件日期{day}，请核对。")
        if closed and closed.date() < accepted.date():
            self._refuse(mapping.closed, f"办结日期早于受理日期{accepted.date()}，请核对。")
        for activity, column, at in steps:
            if at.date() < day or (closed and at.date() > closed.date()):
                self._refuse(column, f"环节“{activity}”的日期不在收件与办结之间，请核对。")


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _plain(cell: str) -> str:
    """Without the apostrophe that keeps spreadsheets from reading a number or a formula."""
    return cell.strip().removeprefix("'").strip()
