"""What the messenger does on events: every event goes past the same desks, in one order.

Guarantees: the stream's head is locked first, so that concurrent handlers take turns and never wait for one another
in a circle.
"""

from sqlalchemy import bindparam, update

from services.notify.context import Context
from services.notify.desks import Desk, Told
from services.notify.desks.admitting import keep_credential
from services.notify.desks.forwarding import forward_to_departments
from services.notify.desks.papering import draw_up_papers
from services.notify.desks.remembering import remember_case, remember_for_papers
from services.notify.desks.showing import remember_department, show_in_stream
from services.notify.desks.writing import learn_contact, write_letters
from services.notify.tables import stream_head
from yimen.bus import Handlers, Unit
from yimen.contracts import Event, Meta
from yimen.contracts.intake import ContactRecorded, CredentialRecorded

handlers = Handlers()

DESKS: tuple[Desk, ...] = (
    remember_case,
    remember_for_papers,
    remember_department,
    show_in_stream,
    write_letters,
    forward_to_departments,
    draw_up_papers,
)

_HEAD = update(stream_head).values(last=stream_head.c.last + bindparam("step")).returning(stream_head.c.last)


@handlers.every
async def tell_everyone(unit: Unit[Context], event: Event, meta: Meta) -> None:
    if event.speaker == "notify":
        return
    if isinstance(event, ContactRecorded):
        await _take_turn(unit, step=0)
        await learn_contact(unit, event)
        return
    if isinstance(event, CredentialRecorded):
        await keep_credential(unit, event)
        return
    told = Told(event, meta, await _take_turn(unit, step=1))
    for desk in DESKS:
        await desk(unit, told)


async def _take_turn(unit: Unit[Context], step: int) -> int:
    """The stream's newest number, raised by `step`; its lock is held until the commit. A contact takes its turn too."""
    return int((await unit.execute(_HEAD, {"step": step})).scalar_one())
