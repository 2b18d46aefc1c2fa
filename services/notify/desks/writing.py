"""Messages' desk: who is told what by the book in force, and what is told to nobody."""

from services.notify.context import Context
from services.notify.desks import Told
from services.notify.desks.posting import write_letter
from services.notify.desks.skipping import skip
from services.notify.wordbook import of_unit
from yimen.bus import Unit


async def write_letters(unit: Unit[Context], told: Told) -> None:
    book = await of_unit(unit)
    letters = book.letters(told.event)
    for letter in letters:
        await write_letter(unit, letter, told)
    if not letters:
        skip(unit, told, book.silence(told.event))
