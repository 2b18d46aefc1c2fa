"""How to reach a case's people (telephone, mail) is forgotten once it is needed no more: some time after the case has ended,
or when they ask for it. The case itself, with names and numbers, stays in the file as the archives law wants it.

Guarantees: a case is erased once; messenger and agency record forget with it. Does not: touch what others hold of it.
"""

from typing import Any

from sqlalchemy import Row, select, update

from services.intake.context import Context
from services.intake.tables import agencies, cases
from yimen.bus import Unit
from yimen.contracts.intake import ContactErased
from yimen.errors import NotNow
from yimen.operations.acts import By, record

_GONE = {"phone": "", "email": None}
_DUE = select(cases.c.case_number, cases.c.applicant, cases.c.agent, cases.c.agency, cases.c.ended_at)
_DUE = _DUE.where(cases.c.contact_erased_at.is_(None))


async def erase_due(unit: Unit[Context], limit: int) -> int:
    """At most so many of the cases that ended long enough ago; how many."""
    over = cases.c.ended_at <= unit.now - unit.context.settings.contact_keep
    query = _DUE.where(over).order_by(cases.c.ended_at, cases.c.case_number).limit(limit)
    rows = (await unit.execute(query.with_for_update(skip_locked=True, of=cases))).all()
    for row in rows:
        await _erase(unit, row)
    return len(rows)


async def erase_on_request(unit: Unit[Context], case_number: str, by: By) -> bool:
    """False where there is no such case. Raises `NotNow` while it runs: until then they have to be reached."""
    query = select(cases.c.contact_erased_at, *_DUE.selected_columns).where(cases.c.case_number == case_number)
    row = (await unit.execute(query.with_for_update(of=cases))).one_or_none()
    if row is None:
        return False
    if row.ended_at is None:
        raise NotNow("case-not-ended", "办件尚未办结", "办理期间需要联系申请人，办结后方可删除联系方式。")
    if row.contact_erased_at is not None:
        raise NotNow("contact-already-erased", "联系方式已经删除", "无须重复办理。")
    await record(unit, by, "erase", "contact", case_number, {})
    await _erase(unit, row)
    return True


async def _erase(unit: Unit[Context], row: Row[Any]) -> None:
    people = {"applicant": row.applicant | _GONE, "agent": row.agent and row.agent | _GONE}
    of_case = update(cases).where(cases.c.case_number == row.case_number)
    await unit.execute(of_case.values(contact_erased_at=unit.now, **people))
    if row.agency is not None:
        of_agency = agencies.c.agency_id == row.agency
        kept = (
            await unit.execute(select(agencies.c.applicant).where(of_agency).with_for_update())
        ).scalar_one_or_none()
        if kept is not None:
            await unit.execute(update(agencies).where(of_agency).values(applicant=kept | _GONE))
    unit.emit(ContactErased(case_number=row.case_number, erased_at=unit.now))
