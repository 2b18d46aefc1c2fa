"""A case told a second time, with counts and flags only, for the machine that moves both and compares."""

from dataclasses import dataclass, field
from datetime import date, datetime

from services.intake.domain.item import Item
from services.intake.tests.samples import RULES
from yimen.contracts.parts import Kind, Office
from yimen.worktime import Day, Limit, Pause, end_of_day, local_date

REACHABLE = {
    "submitted": {"correction_requested", "accepted", "refused", "returned", "withdrawn"},
    "correction_requested": {"accepted", "refused", "returned", "withdrawn"},
    "accepted": {"reviewed", "decided", "withdrawn"},
    "reviewed": {"decided", "withdrawn"},
    "decided": {"closed"},
}
"""Statuses that one move may lead to."""

OFFICE = {Kind.JOINT: Office.GOVERNMENT_HEAD}
MOST = {Kind.JOINT: 15}


@dataclass
class Asked:
    """One review."""

    department: str
    lead: bool
    consents: bool
    days: int
    requested_at: datetime
    received_at: datetime | None = None
    said: str = ""  # yes, no, blank (a refusal without reasons), upward
    superior: bool | None = None
    deemed: tuple[datetime, str] | None = None
    urged_at: datetime | None = None
    extension: int = 0
    missed: list[datetime] = field(default_factory=list)
    stood: list[list[datetime | None]] = field(default_factory=list)

    @property
    def unanswered(self) -> bool:
        return not self.said and self.deemed is None

    @property
    def verdict(self) -> str:
        """yes, no, or nothing yet."""
        if self.deemed:
            return "yes"
        if not self.said or (self.said == "upward" and self.superior is None):
            return ""
        return "no" if self.said == "no" or self.superior is False else "yes"

    @property
    def paused(self) -> bool:
        return any(end is None for _start, end in self.stood)

    @property
    def pauses(self) -> tuple[Pause, ...]:
        return tuple(Pause(local_date(start), end and local_date(end)) for start, end in self.stood if start)

    def resume(self, at: datetime) -> None:
        if self.paused:
            start = self.stood[-1][0]
            assert start is not None
            self.stood[-1][1] = max(at, start)

    def ends(self) -> datetime | None:
        due = Limit(local_date(self.requested_at), self.days, self.pauses, self.extension).due(RULES.calendar)
        return end_of_day(due.date) if due else None

    def signed_before(self, instant: datetime) -> bool:
        return self.consents and self.received_at is not None and self.received_at < instant

    def awaits_timer(self) -> bool:
        end = self.ends() if self.unanswered else None
        return end is not None and not (self.urged_at and self.urged_at >= end and not self.signed_before(end))


@dataclass
class Model:
    item: Item
    received_on: date
    phase: str = "submitted"
    requested: set[str] = field(default_factory=set)
    requested_on: date | None = None
    accepted_on: date | None = None
    extension: int = 0
    stage: int = -1
    asked: list[Asked] = field(default_factory=list)
    before: list[Asked] = field(default_factory=list)
    disputed: bool = False
    lists: int = 0
    cleared: bool = False
    granted: bool | None = None

    def limit(self, days: int) -> Day | None:
        assert self.accepted_on is not None
        stood = tuple(pause for one in (*self.before, *self.asked) for pause in one.pauses)
        return Limit(self.accepted_on, days, stood, self.extension).due(RULES.calendar)

    def of(self, department: str) -> Asked | None:
        """The latest review of that department."""
        known = [one for one in (*self.before, *self.asked) if one.department == department]
        return known[-1] if known else None

    def accept(self, on: date, now: datetime) -> None:
        self.phase, self.accepted_on = "accepted", on
        if self.item.stages:
            self.ask(now)

    def ask(self, now: datetime) -> None:
        self.before, self.stage = [*self.before, *self.asked], self.stage + 1
        flow = self.item.stages[self.stage]
        joint = self.item.kind is Kind.JOINT
        self.asked = [
            Asked(name, lead, flow.silence_consents and joint and not lead, flow.limit_days, now)
            for name in flow.departments
            for lead in [name == self.item.department]
        ]

    def takes(self, one: Asked) -> bool:
        return self.phase == "accepted" and one.verdict == ""

    def settle(self, now: datetime, lead: bool | None = None) -> None:
        """The join, told with words only; `lead`: what the lead department decided on others' refusals."""
        verdicts = [one.verdict for one in self.asked]
        if self.phase != "accepted" or "" in verdicts:
            return
        refusing = [one for one in self.asked if one.verdict == "no"]
        binding = any(one.lead or one.superior is False for one in refusing)
        if refusing and self.item.lead_may_override and not binding and lead is None:
            self.disputed = True
            return
        self.disputed = False
        granted = lead if lead is not None else not refusing
        if granted and self.stage + 1 < len(self.item.stages):
            self.ask(now)
            return
        self.granted = granted
        self.phase = "reviewed" if granted and self.lists and not self.cleared else "decided"

    def deem(self, one: Asked, at: datetime, ground: str, now: datetime) -> None:
        if self.phase == "accepted" and one.unanswered:
            one.deemed = (at, ground)
            one.resume(at)
            self.settle(now)

    def sign(self, one: Asked, at: datetime, now: datetime) -> None:
        if one.received_at is not None:
            return
        one.received_at = at
        end = one.ends()
        passed = end is not None and one.urged_at is not None and one.urged_at >= end
        grounds = [(end, "silence")] if passed and end else []
        grounds += [(instant, "absence") for instant in one.missed]
        if sound := [ground for ground in grounds if one.signed_before(ground[0])]:
            self.deem(one, *min(sound), now)

    def stay_away(self, one: Asked, met: datetime, now: datetime) -> None:
        one.missed.append(met)
        if self.phase != "accepted" or not one.unanswered:
            return
        if sound := [instant for instant in one.missed if one.signed_before(instant)]:
            self.deem(one, min(sound), "absence", now)
        else:
            one.urged_at = now

    def pass_limit(self, one: Asked, now: datetime) -> None:
        end = one.ends()
        assert end is not None
        if one.signed_before(end):
            self.deem(one, end, "silence", now)
        elif not (one.urged_at and one.urged_at >= end):
            one.urged_at = now

    def may_extend(self, one: Asked, days: int, office: Office | None, on: date) -> bool:
        if not self.takes(one) or self.extension:
            return False
        statutory = self.limit(self.item.statutory_days)
        lawful = office is OFFICE.get(self.item.kind, Office.ORGAN_HEAD) and days <= MOST.get(self.item.kind, 10)
        return lawful and (statutory is None or on <= statutory.date)
