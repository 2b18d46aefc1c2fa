"""How to reach a case's people, and what was written to them, is forgotten when intake says so."""

from sqlalchemy import delete, select, update

from services.notify.context import Context
from services.notify.tables import contacts, inbox_letters, messages
from yimen.bus import Unit
from yimen.contracts.intake import ContactErased
from yimen.errors import Transient

ERASED = "联系方式已按规定删除"


async def erase_contact(unit: Unit[Context], event: ContactErased) -> None:
    """Which message went out when stays; its words and its address do not. Raises `Transient` while one is under way."""
    recipient = f"case/{event.case_number}"
    await unit.execute(select(contacts.c.recipient).where(contacts.c.recipient == recipient).with_for_update())
    mine = messages.c.recipient == recipient
    waiting = messages.c.state.in_(("waiting_contact", "queued"))
    under_way = select(messages.c.id).where(mine, waiting, messages.c.job.is_not(None)).limit(1)
    if (await unit.execute(under_way)).first() is not None:
        raise Transient("a message is under way")
    await unit.execute(update(messages).where(mine, waiting).values(state="skipped", error=ERASED))
    await unit.execute(update(messages).where(mine).values(text="", subject=None, words={}))
    await unit.execute(delete(inbox_letters).where(inbox_letters.c.recipient == recipient))
    gone = {"name": None, "phone": None, "phone_mark": None, "email": None}
    await unit.execute(update(contacts).where(contacts.c.recipient == recipient).values(gone))
