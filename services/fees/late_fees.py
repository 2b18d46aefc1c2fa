"""Charges the late fee of a notice that was paid late, on a notice of its own (R54).

Guarantees: in the transaction that settles the first; where no standard on the notice cites a law, nothing is charged. A
late fee bears none itself.
"""

from sqlalchemy import and_, select

from services.fees.context import Context
from services.fees.domain.late_fees import Principal, days_late, late_fees
from services.fees.domain.notices import NoticeKind
from services.fees.domain.payments import Payment
from services.fees.noticing import Share, claim, order, write
from services.fees.queries import Found
from services.fees.tables import cases, list_lines, shares, standards
from yimen.bus import Unit


async def charge(unit: Unit[Context], notice: Found, payment: Payment) -> bool:
    """Whether a late fee is due, and was asked for: the notice is not cleared before that is paid too."""
    days = days_late(notice.pay_by, payment.paid_at)
    per_myriad = unit.context.settings.late_fee_per_myriad
    if notice.kind != NoticeKind.FEES or not days or not per_myriad:
        return False
    due = late_fees(await _principals(unit, notice), per_myriad, days)
    if due:
        whose = [Share(late.list_id, late.department, late.amount) for late in due]
        late = await write(unit, notice.case_number, notice.case_round, whose, late_fee_of=notice.number)
        await claim(unit, late)
        await order(unit, late)
    return bool(due)


async def _principals(unit: Unit[Context], notice: Found) -> list[Principal]:
    """By list; a line bears a late fee by the version of the standard that it was verified by."""
    used = and_(
        standards.c.item_code == cases.c.item_code,
        standards.c.version == list_lines.c.standard_version,
        standards.c.code == list_lines.c.code,
    )
    query = (
        select(shares, list_lines.c.amount.label("line_amount"), standards.c.late_fee_basis)
        .join(list_lines, list_lines.c.list_id == shares.c.list_id)
        .join(cases, cases.c.case_number == notice.case_number)
        .outerjoin(standards, used)
        .where(shares.c.notice_number == notice.number)
        .order_by(shares.c.list_id, list_lines.c.line)
    )
    bearing: dict[str, list[int]] = {}
    rows = (await unit.execute(query)).all()
    for row in rows:
        bearing.setdefault(row.list_id, []).extend([row.line_amount] if row.late_fee_basis else [])
    share_of = {row.list_id: row for row in rows}
    return [
        Principal(list_id, row.department, tuple(bearing[list_id]), row.amount + row.reduced, row.amount)
        for list_id, row in share_of.items()
    ]
