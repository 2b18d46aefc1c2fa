"""A room whose things are made by areas of routes, each its own.

Once made, an area's things stay until an operation on one of them is about to be asked: then it makes them anew."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from tests.support.rooms import Room

Furnish = Callable[[Room, str], Awaitable[None]]


async def furnish_areas(
    room: Room, label: str, areas: Iterable[Furnish], read_also: Mapping[Furnish, tuple[str, ...]]
) -> None:
    """`read_also`: what an area makes ready beside operations on its own things."""
    for furnish in areas:
        ids, bodies = room.kept.get(furnish, ({}, {}))
        own = label in bodies or any(f"{{{name}}}" in label for name in ids)
        if furnish not in room.kept or own or label in read_also.get(furnish, ()):
            room.ids |= ids  # an area may leave what stands where another thing of it is asked about
            before_ids, before_bodies = dict(room.ids), dict(room.bodies)
            await furnish(room, label)
            if furnish not in room.kept:
                ids, bodies = _added(before_ids, room.ids), _added(before_bodies, room.bodies)
            room.kept[furnish] = {name: room.ids[name] for name in ids}, {name: room.bodies[name] for name in bodies}
        else:
            room.ids, room.bodies = room.ids | ids, room.bodies | bodies


def _added(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in after.items() if name not in before}
