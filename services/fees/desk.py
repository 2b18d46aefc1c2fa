"""The fee window's desk: what waits for somebody, counted, and the register of notices that the counts lead to."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, func, select

from services.fees import queries
from services.fees.days import OPEN as DAY_OPEN
from services.fees.domain.disputes import DisputeState
from services.fees.domain.lists import ListState
from services.fees.domain.notices import NoticeState
from services.fees.domain.reconciling import State as DifferenceState
from services.fees.domain.refunds import RefundState
from services.fees.domain.reliefs import ReliefState
from services.fees.domain.suspense import ExceptionState
from services.fees.queries import Found
from services.fees.tables import (
    days,
    differences,
    disputes,
    exceptions,
    lists,
    notices,
    refunds,
    reliefs,
    shares,
    ticket_blocks,
)
from yimen.bus import View

_COUNTED: Final[dict[str, tuple[Table, tuple[str, ...]]]] = {
    "lists": (lists, (ListState.OPEN,)),
    "notices": (notices, (NoticeState.ISSUED, NoticeState.OVERDUE, NoticeState.PAID)),
    "disputes": (disputes, (DisputeState.OPEN,)),
    "refunds": (refunds, (RefundState.REQUESTED, RefundState.VERIFIED, RefundState.SENT, RefundState.FAILED)),
    "reliefs": (reliefs, (ReliefState.REQUESTED, ReliefState.REVIEWED, ReliefState.APPROVED)),
    "exceptions": (exceptions, (ExceptionState.OPEN, ExceptionState.PROPOSED)),
    "differences": (differences, (DifferenceState.OPEN, DifferenceState.HELD)),
    "days": (days, (DAY_OPEN,)),
}


async def waiting(view: View[Any]) -> dict[str, dict[str, int]]:
    """By kind and state: how many are there, nought where none is."""
    return {kind: await _by_state(view, table, states) for kind, (table, states) in _COUNTED.items()}


async def _by_state(view: View[Any], table: Table, states: tuple[str, ...]) -> dict[str, int]:
    counted = select(table.c.state, func.count().label("many")).where(table.c.state.in_(states)).group_by(table.c.state)
    found = {row.state: row.many for row in await view.execute(counted)}
    return {str(state): found.get(state, 0) for state in states}


async def tickets_left(view: View[Any]) -> int:
    """Numbers that may still be given to receipts."""
    left = func.coalesce(func.sum(ticket_blocks.c.last - ticket_blocks.c.next + 1), 0)
    return int((await view.execute(select(left))).scalar_one())


@dataclass(frozen=True, slots=True)
class Wanted:
    """`department`: with a share in the notice. `paid_from` and `paid_to`: days of payment in Shanghai, both included."""

    state: NoticeState | None = None
    case_number: str | None = None
    payment_code: str | None = None
    department: str | None = None
    paid_from: date | None = None
    paid_to: date | None = None


async def register(view: View[Any], wanted: Wanted, before: str | None, limit: int) -> Sequence[Found]:
    """Notices, the newest first: the page of those before that number."""
    query = queries.with_ticket().where(*_conditions(wanted)).order_by(notices.c.number.desc()).limit(limit)
    return (await view.execute(query if before is None else query.where(notices.c.number < before))).all()


_MATCHES: Final[dict[str, Callable[[Any], ColumnElement[bool]]]] = {
    "state": lambda state: notices.c.state == state,
    "case_number": lambda number: notices.c.case_number == number,
    "payment_code": lambda code: notices.c.payment_code == code,
    "department": lambda department: notices.c.number.in_(_with_share_of(department)),
    "paid_from": lambda day: notices.c.paid_on >= day,
    "paid_to": lambda day: notices.c.paid_on <= day,
}


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    given = asdict(wanted)
    return [match(given[name]) for name, match in _MATCHES.items() if given[name] is not None]


def _with_share_of(department: str) -> Select[Any]:
    return select(shares.c.notice_number).where(shares.c.department == department)
