"""The sweeper: what is due is found by its index range, raised in bulk, and taken away in the same transaction.

Guarantees: any number of sweepers; each rung is raised once, and by whoever took it (the others skip what is locked). A
sweeper that is killed leaves its batch as it was. Rungs stand as the events of their case have set them, in the
transaction that recorded those (`watching`), so none is raised of a clock that stands or has stopped (R78, R37).

Does not: hold up the others for a rung that cannot be raised; that one is postponed and logged.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Row, bindparam, func, select

from services.monitor import rulebooks
from services.monitor.context import Context
from services.monitor.domain.clocks import Finding, step
from services.monitor.raising import raise_alerts
from services.monitor.tables import rungs
from yimen.bus import Unit, Units
from yimen.db import is_contention, is_unavailable
from yimen.timers import run_rounds

log = structlog.get_logger()

AT_ONCE: Final = 1000
POSTPONED: Final = timedelta(minutes=30)

_EARLIEST: Final = select(func.min(rungs.c.run_at))
_THIS: Final = (rungs.c.case_number == bindparam("number"), rungs.c.rung == bindparam("which"))
_TAKE_AWAY: Final = rungs.delete().where(*_THIS)
_PUT_OFF: Final = rungs.update().where(*_THIS).values(run_at=bindparam("later"), waited=True)


class Sweeper:
    """`at_once`: how many rungs a transaction takes."""

    def __init__(self, units: Units[Context], at_once: int = AT_ONCE) -> None:
        self._units = units
        self._at_once = at_once
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        await run_rounds(self.run_due, self._stopping, failed="sweep_failed")

    async def run_due(self) -> int:
        """Sweeps all that is due now; returns how many rungs."""
        swept = 0
        while not self._stopping.is_set() and await self._any_due():
            took = await self._batch()
            if not took:
                break
            swept += took
        return swept

    async def _any_due(self) -> bool:
        async with self._units.view() as view:
            earliest: datetime | None = (await view.execute(_EARLIEST)).scalar()
        return earliest is not None and earliest <= self._units.clock.now()

    async def _batch(self) -> int:
        try:
            return await self._take(self._at_once)
        except Exception as error:
            if is_unavailable(error) or is_contention(error):
                raise
            log.exception("sweep_goes_one_by_one")
        return await self._one_by_one()

    async def _take(self, at_once: int) -> int:
        async with self._units.begin() as unit:
            claimed = await claim(unit, at_once)
            await sweep(unit, claimed)
            return len(claimed)

    async def _one_by_one(self) -> int:
        """Each in a transaction of its own; what cannot be raised stands aside for a while."""
        for took in range(self._at_once):
            claimed: Sequence[Row[Any]] = ()
            try:
                async with self._units.begin() as unit:
                    claimed = await claim(unit, 1)
                    await sweep(unit, claimed)
            except Exception as error:
                if not claimed or is_unavailable(error) or is_contention(error):
                    raise
                log.exception("rung_postponed", case=claimed[0].case_number, rung=claimed[0].rung)
                async with self._units.begin() as unit:
                    await _put_off(unit, claimed, POSTPONED)
            if not claimed:
                return took
        return self._at_once


async def claim(unit: Unit[Context], at_once: int) -> Sequence[Row[Any]]:
    due = select(rungs).where(rungs.c.run_at <= unit.now).order_by(rungs.c.run_at).limit(at_once)
    return (await unit.execute(due.with_for_update(skip_locked=True))).all()


async def sweep(unit: Unit[Context], claimed: Sequence[Row[Any]]) -> None:
    """A rung that is found very late finds a supervisor that slept: it hears the backlog before it accuses."""
    slept = [row for row in claimed if not row.waited and unit.now - row.run_at > unit.context.asleep]
    await _put_off(unit, slept, unit.context.patience)
    passed = [row for row in claimed if row.waited or unit.now - row.run_at <= unit.context.asleep]
    if not passed:
        return
    book = await rulebooks.of_unit(unit)
    found = ((row, one) for row in passed for one in step(book, row.code, row.rung))
    await raise_alerts(unit, [(row.case_number, Finding(one, row.department)) for row, one in found])
    await unit.execute(_TAKE_AWAY, _names(passed))


async def _put_off(unit: Unit[Context], claimed: Sequence[Row[Any]], by: timedelta) -> None:
    if claimed:
        await unit.execute(_PUT_OFF, [name | {"later": unit.now + by} for name in _names(claimed)])


def _names(claimed: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    return [{"number": row.case_number, "which": row.rung} for row in claimed]
