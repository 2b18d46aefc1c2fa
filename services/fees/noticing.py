"""How a notice comes to be written: its number, its code, whose share of it is what, its claim and its order.

Guarantees: number and code are its own and never given again; `write`, `claim` and `order` are called in one unit. Does not:
decide when a notice is due; `issuing` does, and `late_fees`.
"""

import secrets
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import func, insert, select

from services.fees import queries
from services.fees.bank import orders
from services.fees.context import Context
from services.fees.domain import books
from services.fees.domain.notices import CODE_ALPHABET, CODE_LENGTH, NoticeKind, NoticeState, pay_by, payment_code
from services.fees.numbering import NOTICE, next_number
from services.fees.overdue import OVERDUE
from services.fees.posting import post
from services.fees.queries import Found
from services.fees.tables import notices, shares
from yimen.bus import Unit
from yimen.contracts.fees import NoticeIssued
from yimen.timers import set_timer
from yimen.worktime import end_of_day


class Share(NamedTuple):
    """What of a notice is whose."""

    list_id: str
    department: str
    amount: int


SAID: Final = ("case_number", "payment_code", "amount", "pay_by", "issued_at", "replaces", "late_fee_of")


async def write(
    unit: Unit[Context],
    case_number: str,
    case_round: int,
    whose: Sequence[Share],
    *,
    replaces: str | None = None,
    late_fee_of: str | None = None,
) -> Found:
    kind = NoticeKind.LATE_FEE if late_fee_of else NoticeKind.FEES
    row: dict[str, Any] = {
        "number": await next_number(unit, NOTICE),
        "case_number": case_number,
        "round": await _next_round(unit, case_number, kind),
        "case_round": case_round,
        "kind": kind,
        "replaces": replaces,
        "late_fee_of": late_fee_of,
        "payment_code": payment_code("".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH - 1))),
        "amount": sum(share.amount for share in whose),
        "state": NoticeState.ISSUED,
        "issued_at": unit.now,
        "pay_by": pay_by(unit.now, unit.context.settings.pay_within_days),
    }
    notice = (await unit.execute(insert(notices).values(row).returning(notices))).one()
    mine = {"notice_number": notice.number, "reduced": 0, "refund_held": 0}
    if whose:
        await unit.execute(insert(shares), [mine | share._asdict() for share in whose])
    asked = () if late_fee_of else tuple(share.list_id for share in whose)
    unit.emit(NoticeIssued(notice_number=notice.number, lists=asked, **{name: row[name] for name in SAID}))
    return notice


async def _next_round(unit: Unit[Context], case_number: str, kind: NoticeKind) -> int:
    of_kind = (notices.c.case_number == case_number) & (notices.c.kind == kind)
    last = (await unit.execute(select(func.max(notices.c.round)).where(of_kind))).scalar_one()
    return int(last or 0) + 1


async def claim(unit: Unit[Context], notice: Found) -> None:
    await post(unit, books.issue(notice.number, await queries.shares_of(unit, notice.number)))


async def order(unit: Unit[Context], notice: Found) -> None:
    """The bank may take the money, and the last day is watched."""
    await set_timer(unit, OVERDUE, key=notice.number, due_at=end_of_day(notice.pay_by))
    await orders.place(unit, notice.number)
