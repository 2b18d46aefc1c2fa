"""The month's sheet: a pure function of the month's facts, the rulebook in force at the month's end, and the calendar.

Guarantees: the lines of a sheet say by themselves what it comes to, and each names what it follows from. Nothing that was
entered is taken away: what is reversed stands beside the line that gives it back, once, however often it was reversed.

A month begins with every part at its ceiling, 100 points in all; no part falls below nothing nor rises above its ceiling,
and the bonus comes on top up to its cap (R75). An entry whose part the book in force does not have stands on the sheet
and counts in none. People's sheets have no floor.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from services.monitor.domain.facts import BONUS, Entry, Facts
from services.monitor.domain.lines import given_back, lines_of
from services.monitor.domain.months import last_day
from services.monitor.domain.rulebook import Rulebook
from services.monitor.domain.staffing import Seating, in_force, window_of
from yimen.contracts.envelope import EVERYONE
from yimen.contracts.monitor import Light, PartScore, PartyKind, Scheme
from yimen.departments import department_name
from yimen.worktime import Calendar


@dataclass(frozen=True)
class Sheet:
    month: str
    kind: PartyKind
    party: str
    name: str
    departments: tuple[str, ...]
    tenths: int
    bonus: int
    parts: tuple[PartScore, ...]
    lines: tuple[Entry, ...]
    reds: int

    @property
    def scope(self) -> str:
        """Whose system may hear of it: the one department's, or nobody's."""
        return self.departments[0] if len(self.departments) == 1 else EVERYONE

    @property
    def digest(self) -> str:
        """Over the lines in the order of their ids: whoever has the same entries has the same digest."""
        return digest_of(self.lines)


def digest_of(lines: Iterable[Entry]) -> str:
    told = (
        f"{one.entry_id}|{one.kind}|{one.party}|{one.part}|{one.tenths}|{one.code}|{one.subject}|{one.reverses}"
        for one in sorted(lines, key=lambda one: one.entry_id)
    )
    return sha256("\n".join(told).encode()).hexdigest()


def sheets(month: str, facts: Facts, book: Rulebook, calendar: Calendar) -> tuple[Sheet, ...]:
    """Of every party that the month knows, by kind and code."""
    lines = lines_of(month, facts, book, calendar)
    sitting = in_force(facts.seatings, last_day(month))
    reds = _reds(month, facts)
    own: dict[tuple[PartyKind, str], list[Entry]] = defaultdict(list)
    for line in lines:
        own[line.kind, line.party].append(line)
    known = _parties(month, facts, lines, sitting)
    return tuple(
        _sheet(month, kind, party, own[kind, party], book.scheme(kind), sitting, reds) for kind, party in sorted(known)
    )


def sheet_of(month: str, kind: PartyKind, party: str, facts: Facts, book: Rulebook, calendar: Calendar) -> Sheet | None:
    """The same of one party, from the facts that are about it; None where the month does not know it."""
    lines = [one for one in lines_of(month, facts, book, calendar) if (one.kind, one.party) == (kind, party)]
    sitting = in_force(facts.seatings, last_day(month))
    if (kind, party) not in _parties(month, facts, lines, sitting):
        return None
    return _sheet(month, kind, party, lines, book.scheme(kind), sitting, _reds(month, facts))


# -- parties ------------------------------------------------------------------------------------------------------------


def _reds(month: str, facts: Facts) -> Counter[str]:
    """How many red alerts stand against each department; one that became red counts like one raised so."""
    lifted = given_back(facts.reversals)
    standing = {
        (one.alert_id, one.department)
        for one in facts.marks
        if one.month == month and one.level is Light.RED and one.subject not in lifted
    }
    return Counter(department for _alert, department in standing)


def _parties(
    month: str, facts: Facts, lines: Iterable[Entry], sitting: dict[str, Seating]
) -> set[tuple[PartyKind, str]]:
    """Departments that took in, closed or were charged anything, or that a window serves; the windows of all of them; the
    people who sit there; and whoever has a line."""
    charged = {(line.kind, line.party) for line in lines}
    busy = {one.department for one in facts.active if one.month == month}
    busy |= {one.department for one in facts.closings if one.month == month}
    busy |= {one.department for one in facts.marks if one.month == month}
    departments = busy | {party for kind, party in charged if kind is PartyKind.DEPARTMENT}
    departments |= {department for one in sitting.values() for department in one.departments}
    windows = {window_of(sitting.values(), department, last_day(month)) for department in departments} | sitting.keys()
    people = {person.id for one in sitting.values() for person in one.staff}
    return (
        charged
        | {(PartyKind.DEPARTMENT, department) for department in departments}
        | {(PartyKind.WINDOW, window) for window in windows}
        | {(PartyKind.PERSON, person) for person in people}
    )


def _sheet(
    month: str,
    kind: PartyKind,
    party: str,
    lines: list[Entry],
    scheme: Scheme,
    sitting: dict[str, Seating],
    reds: Counter[str],
) -> Sheet:
    departments = departments_of(kind, party, sitting, lines)
    parts, bonus = points(scheme, lines)
    return Sheet(
        month=month,
        kind=kind,
        party=party,
        name=_name(kind, party, sitting, lines),
        departments=departments,
        tenths=sum(part.tenths for part in parts) + bonus,
        bonus=bonus,
        parts=parts,
        lines=tuple(lines),
        reds=0 if kind is PartyKind.PERSON else sum(reds[department] for department in departments),
    )


def points(scheme: Scheme, lines: Iterable[Entry]) -> tuple[tuple[PartScore, ...], int]:
    """Each part between nothing and its ceiling, and the bonus between nothing and its cap (R75)."""
    sums: Counter[str] = Counter()
    for line in lines:
        sums[line.part] += line.tenths

    def of(code: str, ceiling: int) -> int:
        tenths = min(ceiling, ceiling + sums[code])
        return max(0, tenths) if scheme.floors else tenths

    parts = tuple(
        PartScore(part=part.code, ceiling=part.ceiling, tenths=of(part.code, part.ceiling)) for part in scheme.parts
    )
    return parts, max(0, min(scheme.bonus_cap, sums[BONUS]))


def departments_of(kind: PartyKind, party: str, sitting: dict[str, Seating], lines: Iterable[Entry]) -> tuple[str, ...]:
    """Whose people may see the sheet."""
    if kind is PartyKind.DEPARTMENT:
        return (party,)
    if kind is PartyKind.WINDOW:
        return tuple(sorted(sitting[party].departments)) if party in sitting else (party,)
    seated = {d for one in sitting.values() if any(p.id == party for p in one.staff) for d in one.departments}
    return tuple(sorted(seated | {line.department for line in lines if line.department}))


def _name(kind: PartyKind, party: str, sitting: dict[str, Seating], lines: Iterable[Entry]) -> str:
    if kind is PartyKind.DEPARTMENT:
        return department_name(party)
    if kind is PartyKind.WINDOW:
        return sitting[party].name if party in sitting else f"{department_name(party)}窗口"
    seated = (person.name for one in sitting.values() for person in one.staff if person.id == party)
    told = (line.party_name for line in lines if line.party_name)
    return next(seated, None) or min(told, default=party)
