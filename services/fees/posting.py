"""Writes journals. The only module that does.

Guarantees: a journal and all its legs commit together or not at all; posting the same (kind, source) twice raises
IntegrityError instead of moving money twice.
"""

from sqlalchemy import insert, select

from services.fees import tables
from services.fees.context import Context
from services.fees.domain.books import RECEIVABLE, Journal, JournalKind
from yimen.bus import Unit


async def post(unit: Unit[Context], journal: Journal, reverses: int | None = None) -> None:
    """A journal without legs (nothing costs nothing) is not written."""
    if not journal.legs:
        return
    await _open_claims(unit, journal)
    row = insert(tables.journals).values(
        kind=journal.kind,
        source_ref=journal.source_ref,
        legs=len(journal.legs),
        notice_number=journal.notice_number,
        reverses=reverses,
        posted_at=unit.now,
    )
    journal_id = (await unit.execute(row.returning(tables.journals.c.id))).scalar_one()
    legs = [
        {
            "journal_id": journal_id,
            "line": line,
            "previous": line - 1 or None,
            "legs": len(journal.legs),
            "debit": leg.debit,
            "credit": leg.credit,
            "amount": leg.amount,
        }
        for line, leg in enumerate(journal.legs, start=1)
    ]
    await unit.execute(insert(tables.postings), legs)


async def posted(unit: Unit[Context], kind: JournalKind, source_ref: str) -> int | None:
    journals = tables.journals.c
    query = select(journals.id).where(journals.kind == kind, journals.source_ref == source_ref)
    return (await unit.execute(query)).scalar_one_or_none()


async def _open_claims(unit: Unit[Context], journal: Journal) -> None:
    """A department's claim account stands from its first use."""
    codes = sorted({code for leg in journal.legs for code in (leg.debit, leg.credit) if code.startswith(RECEIVABLE)})
    rows = [
        {"code": code, "name": f"应收非税收入·{department}", "department": department}
        for code in codes
        for department in [code.removeprefix(f"{RECEIVABLE}.")]
    ]
    if rows:
        await unit.execute(unit.insert(tables.accounts).values(rows).on_conflict_do_nothing())
