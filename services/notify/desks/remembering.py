"""What is remembered of each case: whose it is, of which item, and what its papers repeat."""

from services.notify.context import Context
from services.notify.desks import Told
from services.notify.tables import cases
from yimen.bus import Unit
from yimen.contracts.intake import CaseSubmitted


async def remember_case(unit: Unit[Context], told: Told) -> None:
    event = told.event
    if not isinstance(event, CaseSubmitted):
        return
    row = {"case_number": event.case_number, "item_code": event.item_code, "department": event.department, "facts": {}}
    await unit.execute(unit.insert(cases).on_conflict_do_nothing(), row)
