"""Figures belong to the department whose cases they count; they are shown with its code."""

from services.monitor.tests import samples as cases
from tests.support.rooms import Room


async def furnish(room: Room, _label: str) -> None:
    """The cases are there already."""
    room.ids = room.ids | {"counted": room.department, "item": cases.submitted().item_code}
