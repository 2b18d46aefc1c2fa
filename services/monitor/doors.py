"""The same matter at several doors (S22): kept by the events of each case, found by whichever of them comes last.

Guarantees: a pair is found in the transaction of the event that makes it one, and looked at again after `patience`, when
what is right behind has been heard: one of the two may have ended before the other began. One alert, on the later case.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Row, bindparam, select

from services.monitor import rulebooks
from services.monitor.context import Context
from services.monitor.domain.clocks import Finding, step
from services.monitor.domain.doors import Door, are_pair, door_of, earlier_doors
from services.monitor.domain.views import CaseView
from services.monitor.raising import raise_alerts
from services.monitor.registry import timers
from services.monitor.tables import doors
from yimen.bus import Unit, View
from yimen.departments import department_name
from yimen.timers import Timer, set_timers

DOOR_TIMER: Final = "door"
CODE: Final = "several-doors"
_OF_MATTER: Final = select(doors).where(doors.c.matter == bindparam("matter"))
_OF_CASE: Final = select(doors).where(doors.c.case_number == bindparam("number"))


async def keep_door(unit: Unit[Context], before: dict[str, Any] | None, seen: CaseView) -> None:
    """`before`: the case's row as it was. Most events move neither its beginning nor its end. The unit holds the chain."""
    door = door_of(seen)
    if door is None or (before is not None and before["item_name"] and before["stopped_at"] == seen.stopped_at):
        return
    row = asdict(door)
    statement = unit.insert(doors)
    changed = {name: statement.excluded[name] for name in row if name != "case_number"}
    await unit.execute(statement.on_conflict_do_update(index_elements=["case_number"], set_=changed), row)
    pairs = [one for one in await _of_matter(unit, door) if are_pair(door, one)]
    later = {max(door, one, key=lambda each: each.place).case_number for one in pairs}
    await set_timers(unit, {(DOOR_TIMER, number): unit.now + unit.context.patience for number in later})


@timers.on(DOOR_TIMER)
async def look_at_doors(unit: Unit[Context], timer: Timer) -> None:
    row = (await unit.execute(_OF_CASE, {"number": timer.key})).one()
    mine = _door(row)
    earlier = earlier_doors(mine, await _of_matter(unit, mine))
    if earlier:
        more = "另见" + "、".join(f"{one.case_number}（{department_name(one.department)}）" for one in earlier)
        found = [Finding(one, mine.department) for one in step(await rulebooks.of_unit(unit), CODE, more=more)]
        await raise_alerts(unit, [(mine.case_number, finding) for finding in found])


async def _of_matter(view: View[Context], door: Door) -> Sequence[Door]:
    return [_door(row) for row in await view.execute(_OF_MATTER, {"matter": door.matter})]


def _door(row: Row[Any]) -> Door:
    return Door(**row._mapping)
