"""Violations (违规收费, R62, R13): a department asked for money that it may not ask for. Written down once, said on the bus,
where the supervisor raises a red alert of it.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select

from services.fees.context import Context
from services.fees.numbering import VIOLATION, next_number
from services.fees.queries import Found
from services.fees.tables import violations
from yimen.bus import Unit, View
from yimen.contracts.fees import ViolationFound, ViolationKind
from yimen.contracts.parts import Staff


async def write_down(
    unit: Unit[Context],
    listed: Found,
    kind: ViolationKind,
    detail: str,
    by: Staff | None,
    *,
    notice_number: str | None = None,
    refund_number: str | None = None,
) -> str:
    """The violation's number. `listed`: the list with the fee. `by` nobody: it follows from the standard itself (R13)."""
    number = await next_number(unit, VIOLATION)
    about: dict[str, Any] = {
        "kind": kind,
        "list_id": listed.list_id,
        "notice_number": notice_number,
        "case_number": listed.case_number,
        "department": listed.department,
        "detail": detail,
        "refund_number": refund_number,
        "found_at": unit.now,
    }
    finder = {"found_by": by.id if by else None, "found_by_name": by.name if by else None}
    await unit.execute(insert(violations), [{"number": number} | about | finder])
    unit.emit(ViolationFound(violation_number=number, found_by=by, **about))
    return number


async def known_of(view: View[Context], list_ids: Sequence[str], kind: ViolationKind) -> list[str]:
    """Lists of which this was found before."""
    query = select(violations.c.list_id).where(violations.c.list_id.in_(list_ids), violations.c.kind == kind)
    return sorted(set((await view.execute(query)).scalars()))


async def page(
    view: View[Context], department: str | None, notice_number: str | None, after: str, limit: int
) -> Sequence[Found]:
    """By number."""
    query = select(violations).where(violations.c.number > after).order_by(violations.c.number).limit(limit)
    if department is not None:
        query = query.where(violations.c.department == department)
    if notice_number is not None:
        query = query.where(violations.c.notice_number == notice_number)
    return (await view.execute(query)).all()


async def named(view: View[Context], numbers: Sequence[str]) -> Sequence[Found]:
    query = select(violations).where(violations.c.number.in_(numbers)).order_by(violations.c.number)
    return (await view.execute(query)).all()
