"""The plan of a year."""

from tests.support.rooms import Room


async def furnish(room: Room, _label: str) -> None:
    room.ids |= {"year": "2027"}
    room.bodies |= {"PUT /calendar/{year}": {"days_off": ["2027-01-01"], "worked_weekends": ["2027-01-03"]}}
