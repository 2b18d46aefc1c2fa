"""A case that a changed calendar moved."""

from datetime import date

from services.monitor.tables import recomputations
from tests.support.rooms import Room


async def furnish(room: Room, _label: str) -> None:
    async with room.harness.units.begin() as unit:
        moved = {"old_promised": date(2026, 3, 16), "new_promised": date(2026, 3, 17), "at": unit.now}
        row = {"year": 2026, "version": next(room.serial) + 1, "case_number": room.ids["number"]}
        kept = row | moved | {"old_statutory": date(2026, 5, 8), "new_statutory": date(2026, 5, 9)}
        await unit.execute(recomputations.insert(), kept)
