"""The yearly plans of working days as intake tells them, kept by each service that counts by them (R35, decision 0026).

Guarantees: nobody reckons by a plan that was replaced, whichever process handled the event: the state of the plans is
read with each request and each batch. A due date that is kept was reckoned by the plans that stand when it commits:
whoever keeps one holds the plans until then, and a new plan waits for them.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import Column, Integer, MetaData, Table, func, select

from yimen.bus import Unit, View
from yimen.contracts.intake import CalendarRevised
from yimen.db import Instant, Json
from yimen.errors import Permanent
from yimen.worktime import Calendar, PlanError, YearPlan

_HELD: Final = "calendar"
_GUARD: Final = 35
"""Of the advisory lock between those who reckon by the plans and the one who changes them."""


@dataclass
class Almanac:
    """What this process knew last, and the state of the plans that it was made from: `almanac` of a service's context.
    Ask `Plans` for the one in force."""

    calendar: Calendar = field(default_factory=Calendar.seeded)
    revision: int = 0


def plans_table(metadata: MetaData) -> Table:
    return Table(
        "calendar_plans",
        metadata,
        Column("year", Integer, primary_key=True, autoincrement=False),
        Column("version", Integer, nullable=False),
        Column("days_off", Json, nullable=False),
        Column("worked_weekends", Json, nullable=False),
        Column("revised_at", Instant, nullable=False),
    )


class Plans:
    """The plans in one service's table, over those that the kit was released with."""

    def __init__(self, table: Table) -> None:
        self._table = table
        # Grows with every plan that is kept; 0 while there is none.
        self._revision = select(func.coalesce(func.sum(table.c.version + 1), 0))

    async def in_force(self, view: View[Any]) -> Calendar:
        """For reading. For what is kept: `held`."""
        almanac: Almanac = view.context.almanac
        revision = int((await view.execute(self._revision)).scalar_one())
        if revision == almanac.revision:
            return almanac.calendar
        calendar = await self._load(view)

        def remember() -> None:
            almanac.calendar, almanac.revision = calendar, revision

        if isinstance(view, Unit):
            view.after_commit(remember)
        else:
            remember()
        return calendar

    async def held(self, unit: Unit[Any]) -> Calendar:
        """In force until the unit ends. Ask before locking what the dates are kept with, and never with a timer in hand:
        whoever changes a plan holds the plans and waits for timers. On SQLite there is one writer anyway."""
        known: Calendar | None = unit.notes.get(_HELD)
        if known is None:
            if unit.conn.dialect.name == "postgresql":
                await unit.execute(select(func.pg_advisory_xact_lock_shared(_GUARD)))
            known = unit.notes[_HELD] = await self.in_force(unit)
        return known

    async def revise(self, unit: Unit[Any], event: CalendarRevised) -> Calendar | None:
        """The calendar with this plan, which nobody else reckons by before the unit ends; None for a version that is not
        newer than the one at hand. `Permanent` for a plan that contradicts itself."""
        if unit.conn.dialect.name == "postgresql":
            await unit.execute(select(func.pg_advisory_xact_lock(_GUARD)))
        if not await self._keep(unit, event):
            return None
        unit.notes.pop(_HELD, None)
        try:
            return await self.held(unit)
        except PlanError as wrong:
            raise Permanent(f"{event.type} {event.year}/{event.version}: {wrong}") from wrong

    async def _load(self, view: View[Any]) -> Calendar:
        calendar = Calendar.seeded()
        for row in await view.execute(select(self._table).order_by(self._table.c.year)):
            days_off, worked = (
                frozenset(map(date.fromisoformat, days)) for days in (row.days_off, row.worked_weekends)
            )
            calendar = calendar.with_plan(YearPlan(row.year, days_off, worked, row.version))
        return calendar

    async def _keep(self, unit: Unit[Any], event: CalendarRevised) -> bool:
        plan = event.model_dump(mode="json", include={"days_off", "worked_weekends"})
        row = {"year": event.year, "version": event.version, "revised_at": event.revised_at} | plan
        new = unit.insert(self._table).values(row)
        changed = {name: new.excluded[name] for name in ("version", "revised_at", *plan)}
        newer = self._table.c.version < event.version
        done = await unit.execute(new.on_conflict_do_update(index_elements=["year"], set_=changed, where=newer))
        return done.rowcount == 1
