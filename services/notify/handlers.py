"""What the messenger does on events: every event goes past the same desks, in one order.

Guarantees: the stream's head is locked first, so that concurrent handlers take turns and never wait for one another
in a circle.
"""

from services.notify.context import Context
from services.notify.desks import Desk, Told
from services.notify.desks.erasing import erase_contact
from services.notify.desks.feeding import keep_in_feed
from services.notify.desks.forwarding import forward_to_departments
from services.notify.desks.papering import draw_up_papers
from services.notify.desks.posting import learn_contact
from services.notify.desks.remembering import remember_case, remember_for_papers
from services.notify.desks.showing import remember_circle, show_in_stream
from services.notify.desks.writing import write_letters
from services.notify.turns import take_turn
from yimen.bus import Handlers, Unit
from yimen.contracts import Event, Meta
from yimen.contracts.intake import ContactErased, ContactRecorded, CredentialRecorded
from yimen.passwords import keep_credential

handlers = Handlers()

DESKS: tuple[Desk, ...] = (
    remember_case,
    remember_for_papers,
    remember_circle,
    show_in_stream,
    write_letters,
    keep_in_feed,
    forward_to_departments,
    draw_up_papers,
)

OWN_DESKS: tuple[Desk, ...] = (show_in_stream,)
"""What the messenger said itself comes back to it like everyone's words, for whoever waits for a paper before a screen; so
it takes its turn among the others. No desk that says something hears it: nothing goes round in a circle."""


@handlers.every
async def tell_everyone(unit: Unit[Context], event: Event, meta: Meta) -> None:
    if isinstance(event, ContactRecorded):
        await take_turn(unit, step=0)
        await learn_contact(unit, event)
        return
    if isinstance(event, ContactErased):
        await erase_contact(unit, event)
        return
    if isinstance(event, CredentialRecorded):
        await keep_credential(unit, event)
        return
    told = Told(event, meta, await take_turn(unit, step=1))
    for desk in OWN_DESKS if event.speaker == "notify" else DESKS:
        await desk(unit, told)
