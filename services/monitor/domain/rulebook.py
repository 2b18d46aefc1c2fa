"""The rulebook in force: which alerts are raised, what they cost, and what a centre has set.

Guarantees: a book that was accepted has every number and every part that the rules ask for, so that nothing that reads it
can fail later. Does not: know where it is kept (`rulebooks`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from yimen.contracts.monitor import AlertRule, Charge, Deduction, FindingRule, PartyKind, Scheme, SchemePart

R = TypeVar("R", bound=AlertRule | FindingRule | SchemePart)


@dataclass(frozen=True)
class Rulebook:
    version: int
    alerts: tuple[AlertRule, ...]
    findings: tuple[FindingRule, ...]
    schemes: tuple[Scheme, ...]
    numbers: Mapping[str, int]

    @cached_property
    def _alerts(self) -> dict[str, AlertRule]:
        return {rule.code: rule for rule in self.alerts}

    @cached_property
    def _findings(self) -> dict[str, FindingRule]:
        return {rule.code: rule for rule in self.findings}

    @cached_property
    def _schemes(self) -> dict[PartyKind, Scheme]:
        return {scheme.kind: scheme for scheme in self.schemes}

    def alert(self, code: str) -> AlertRule | None:
        """None for an alert that the centre has switched off."""
        found = self._alerts.get(code)
        return found if found and found.enabled else None

    def finding(self, code: str) -> FindingRule | None:
        """None for a finding that the book does not know, or that the centre has switched off."""
        found = self._findings.get(code)
        return found if found and found.enabled else None

    def scheme(self, kind: PartyKind) -> Scheme:
        return self._schemes[kind]

    def number(self, name: str) -> int:
        return self.numbers[name]


def deductions(
    code: str, charges: Iterable[Charge], *, department: str, window: str | None = None, person: str | None = None
) -> tuple[Deduction, ...]:
    """What the charges come to for these parties. A department that no window serves by name has one of its own code; a
    charge on a person falls away where nobody is named."""
    parties = {PartyKind.DEPARTMENT: department, PartyKind.WINDOW: window or department, PartyKind.PERSON: person}
    found = ((charge, parties[charge.kind]) for charge in charges)
    return tuple(
        Deduction(kind=charge.kind, party=party, part=charge.part, tenths=charge.tenths, code=code)
        for charge, party in found
        if party
    )


def completed(book: Rulebook, first: Rulebook) -> Rulebook | None:
    """The next version of a book that was written before the supervisor learnt rows of the first: those added, parts of a
    scheme at nought, and alerts that it has forgotten taken out. None where nothing is missing."""
    known = {rule.code for rule in first.alerts}
    whole = replace(
        book,
        alerts=_with_missing([rule for rule in book.alerts if rule.code in known], first.alerts),
        findings=_with_missing(book.findings, first.findings),
        schemes=tuple(_with_parts(scheme, first.scheme(scheme.kind)) for scheme in book.schemes),
        numbers={name: book.numbers.get(name, number) for name, number in first.numbers.items()},
    )
    return None if whole == book else replace(whole, version=book.version + 1)


def _with_missing(rows: Sequence[R], known: Sequence[R]) -> tuple[R, ...]:
    codes = {row.code for row in rows}
    return (*rows, *(row for row in known if row.code not in codes))


def _with_parts(scheme: Scheme, first: Scheme) -> Scheme:
    """A part that the centre has given no points takes none from the others."""
    parts = _with_missing(scheme.parts, first.parts)
    new = [part.model_copy(update={"ceiling": 0}) for part in parts[len(scheme.parts) :]]
    return scheme.model_copy(update={"parts": (*scheme.parts, *new)})
