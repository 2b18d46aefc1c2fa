"""Messages' desk: who is told what, and what is told to nobody."""

from services.notify.context import Context
from services.notify.desks import Told
from services.notify.desks.posting import write_letter
from services.notify.desks.skipping import skip
from services.notify.domain.rules import letters
from yimen.bus import Unit


async def write_letters(unit: Unit[Context], told: Told) -> None:
    found = letters(told.event)
    for letter in found:
        await write_letter(unit, letter, told)
    if not found:
        skip(unit, told, "no_rule")
