"""What is remembered: whose a case is, of which item, and what papers to come will repeat."""

from services.notify.context import Context
from services.notify.desks import Told
from services.notify.domain.papers import REPEATED
from services.notify.tables import cases, paper_facts
from yimen.bus import Unit
from yimen.contracts.intake import CaseSubmitted


async def remember_case(unit: Unit[Context], told: Told) -> None:
    event = told.event
    if not isinstance(event, CaseSubmitted):
        return
    row = {"case_number": event.case_number, "item_code": event.item_code, "department": event.department}
    await unit.execute(unit.insert(cases).on_conflict_do_nothing(), row)


async def remember_for_papers(unit: Unit[Context], told: Told) -> None:
    event, meta = told.event, told.meta
    if not isinstance(event, REPEATED):
        return
    row = {
        "source": meta.source,
        "subject": meta.subject,
        "sequence": meta.sequence,
        "type": meta.type,
        "case_number": meta.correlation_id,
        "body": event.to_body().decode(),
    }
    unit.add(paper_facts, row)
