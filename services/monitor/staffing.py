"""Which window serves which departments, and who sits there, as the centre says it (S19)."""

from collections.abc import Sequence
from datetime import date

from services.monitor.context import Context
from services.monitor.domain.facts import Facts
from services.monitor.domain.scoring import seatings_of
from services.monitor.domain.staffing import Seating, in_force
from services.monitor.domain.staffing import window_of as window_among
from services.monitor.scoring import all_seatings, keep
from yimen.bus import Unit, View
from yimen.contracts.monitor import WindowStaffed
from yimen.contracts.parts import Staff
from yimen.worktime import local_date

_SEATINGS = "seatings"


async def window_of(unit: Unit[Context], department: str) -> str:
    """The window of that department today, for what is charged to it; asked once a unit."""
    if _SEATINGS not in unit.notes:
        unit.notes[_SEATINGS] = await all_seatings(unit)
    return window_among(unit.notes[_SEATINGS], department, local_date(unit.now))


async def staff_window(
    unit: Unit[Context],
    window: str,
    *,
    name: str,
    departments: Sequence[str],
    staff: Sequence[Staff],
    valid_from: date,
    by: Staff,
) -> Seating:
    """Said on the bus, and kept at once: what comes back over the bus is the same fact."""
    said = WindowStaffed(
        window=window,
        name=name,
        departments=tuple(sorted(set(departments))),
        staff=tuple(staff),
        valid_from=valid_from,
        staffed_by=by,
        staffed_at=unit.now,
    )
    (seating,) = seatings_of(said)
    await keep(unit, Facts(seatings=frozenset({seating})))
    unit.emit(said)
    return seating


async def windows_on(view: View[Context], day: date) -> list[Seating]:
    return list(in_force(await all_seatings(view), day).values())
