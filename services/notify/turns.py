"""Whoever tells departments something takes a turn: a handler of an event, a contact, a replay.

Guarantees: numbers are given in the order of commits, without a gap; who takes a turn first, before any other row, never
waits in a circle.
"""

from sqlalchemy import bindparam, update

from services.notify.context import Context
from services.notify.tables import stream_head
from yimen.bus import Unit

_HEAD = update(stream_head).values(last=stream_head.c.last + bindparam("step")).returning(stream_head.c.last)


async def take_turn(unit: Unit[Context], step: int) -> int:
    """The newest number, raised by `step`; its lock is held until the commit. 0: a turn without an event."""
    return int((await unit.execute(_HEAD, {"step": step})).scalar_one())
