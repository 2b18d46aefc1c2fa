"""A month's sheets from the journal alone: nothing that is kept beside it is looked at.

Reads the journal in portions, and of the cases that were closed in the month the events of each. What the supervisor keeps
and what it published have to come to the same.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import select

from services.monitor.context import Context
from services.monitor.domain.closings import closings_of
from services.monitor.domain.facts import Facts
from services.monitor.domain.months import end_of, month_at
from services.monitor.domain.rulebook import Rulebook
from services.monitor.domain.scoring import facts_of, telling
from services.monitor.domain.sheets import Sheet, sheets
from services.monitor.domain.views import Recorded
from services.monitor.queries import entry_of
from services.monitor.rulebooks import first_book, read_book
from services.monitor.tables import journal
from services.monitor.watching import see
from yimen.bus import View
from yimen.contracts import Event, intake, read_event
from yimen.contracts.monitor import RulebookRevised
from yimen.worktime import Calendar, YearPlan

AT_ONCE: Final = 2000
_STOPPING: Final = (intake.CaseDecided, intake.CaseClosed)


@dataclass
class _Told:
    """What the walk has gathered."""

    month: str
    facts: list[Facts] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    books: list[RulebookRevised] = field(default_factory=list)
    plans: list[intake.CalendarRevised] = field(default_factory=list)

    def hear(self, one: Recorded) -> None:
        match one.event:
            case intake.CaseDecided(case_number=number, decided_at=at):
                self._stop(number, at)
            case intake.CaseClosed(case_number=number, closed_at=at):
                self._stop(number, at)
            case RulebookRevised() as book:
                self.books.append(book)
            case intake.CalendarRevised() as plan:
                self.plans.append(plan)
            case event:
                found = facts_of(one.meta, event).of_month(self.month)
                self.facts += [found] if found else []

    def _stop(self, number: str, at: datetime) -> None:
        if month_at(at) == self.month:
            self.closed.add(number)

    def book(self) -> Rulebook:
        """The last that was in force at the month's end, else the first of all."""
        self.books.sort(key=lambda one: one.version)
        then = [one for one in self.books if one.effective_at < end_of(self.month)] or self.books[:1]
        return _book(then[-1]) if then else read_book(1, first_book())

    def calendar(self) -> Calendar:
        calendar = Calendar.seeded()
        for plan in sorted(self.plans, key=lambda one: (one.revised_at, one.year, one.version)):
            days_off, worked = frozenset(plan.days_off), frozenset(plan.worked_weekends)
            calendar = calendar.with_plan(YearPlan(plan.year, days_off, worked, plan.version))
        return calendar


def _book(said: RulebookRevised) -> Rulebook:
    return Rulebook(said.version, said.alerts, said.findings, said.schemes, said.numbers)


async def recompute(view: View[Context], month: str) -> tuple[Sheet, ...]:
    told = _Told(month)
    async for one in _journal(view, (*telling(), *_STOPPING, RulebookRevised, intake.CalendarRevised)):
        told.hear(one)
    for number in sorted(told.closed):
        told.facts.append(Facts(closings=frozenset(closings_of(await see(view, number)))))
    return sheets(month, Facts.gathered(told.facts), told.book(), told.calendar())


async def _journal(view: View[Context], kinds: Iterable[type[Event]]) -> AsyncIterator[Recorded]:
    types, after = sorted(kind.type for kind in kinds), 0
    while True:
        query = select(journal).where(journal.c.position > after, journal.c.type.in_(types))
        rows = (await view.execute(query.order_by(journal.c.position).limit(AT_ONCE))).all()
        for row in rows:
            entry = entry_of(row)
            yield Recorded(entry.meta, read_event(entry.meta.type, entry.body.encode()))
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].position
