"""A day of the bank's books: its three sides, and how it is closed (R57).

Guarantees: a day closes by itself as soon as its good file is in and every difference of it is resolved, healed or carried;
what it closed with is said once and stays. A closed day is never reopened: what is found later is carried. Closing orders
the remittance of what was reconciled.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Executable, func, or_, select, update

from services.fees import differences as kept
from services.fees.comparing import balance_of, under_another_serial
from services.fees.context import Context
from services.fees.domain.reconciling import State
from services.fees.domain.statements import LineKind
from services.fees.queries import Found
from services.fees.remitting import remit
from services.fees.tables import (
    bank_payments,
    bank_payouts,
    days,
    differences,
    notices,
    remittances,
    statement_lines,
    statements,
    tickets,
)
from yimen.bus import Unit, View
from yimen.contracts.fees import DayReconciled, Difference
from yimen.contracts.parts import Staff, Tally
from yimen.web import Conflict

OPEN, CLOSED = "open", "closed"


async def begin(unit: Unit[Context], day: date) -> None:
    """A day stands as soon as anything is known of it."""
    row = {"day": day, "state": OPEN, "version": 1}
    await unit.execute(unit.insert(days).values(row).on_conflict_do_nothing())


async def take_file(unit: Unit[Context], day: date, statement_id: int) -> None:
    """From now on this is the day's file."""
    await begin(unit, day)
    mine = update(days).where(days.c.day == day)
    await unit.execute(mine.values(statement_id=statement_id, version=days.c.version + 1))


async def close_if_settled(unit: Unit[Context], day: date) -> bool:
    """Days are locked. Whether it is closed now."""
    row = await day_row(unit, day)
    if row is None or row.statement_id is None or row.state == CLOSED:
        return False
    if (await unit.execute(kept.unsettled_on(day).limit(1))).first() is not None:
        return False
    await _close(unit, row, None)
    return True


async def close_by_hand(unit: Unit[Context], row: Found, note: str, by: Staff) -> None:
    """What is left is carried, in one act. Raises `Conflict`."""
    if row.state == CLOSED:
        raise Conflict("day-closed", "该日已经日结", "该日已经日结，无须再次办理，请刷新后查看。")
    if row.statement_id is None:
        raise Conflict("no-statement", "该日还没有对账文件", "请先导入该日的银行对账文件，核对后再日结。")
    left = (await unit.execute(kept.unsettled_on(row.day))).all()
    if any(one.kind == Difference.BANK_ONLY for one in left):
        raise Conflict("being-posted", "有款项正在入账", "银行文件中的款项正在逐笔入账，请稍后再日结。")
    for one in left:
        await kept.settle(unit, one, State.CARRIED, note, by)
    await _close(unit, row, by)


async def _close(unit: Unit[Context], row: Found, by: Staff | None) -> None:
    found = await figures(unit, row.day)
    counted = select(func.count()).select_from(differences)
    carried = counted.where(differences.c.day == row.day, differences.c.state == State.CARRIED)
    found["carried"] = int((await unit.execute(carried)).scalar_one())
    done = {"state": CLOSED, "closed_at": unit.now, "closed_by": by.id if by else None, "version": row.version + 1}
    await unit.execute(update(days).where(days.c.day == row.day).values(**found, **done))
    unit.emit(
        DayReconciled(
            day=row.day,
            file=_tally(found, "file"),
            payments=_tally(found, "paid"),
            tickets=_tally(found, "ticket"),
            refunds=_tally(found, "refund"),
            closing=found["closing"],
            carried=found["carried"],
            reconciled_at=unit.now,
        )
    )
    await remit(unit, row.day)


def _tally(found: dict[str, int], side: str) -> Tally:
    return Tally(count=found[f"{side}_count"], amount=found[f"{side}_sum"])


# -- the three sides ---------------------------------------------------------------------------------------------------


async def figures(view: View[Context], day: date) -> dict[str, int]:
    """Of the day's newest good file: money that came by the file, by our books, by tickets; refunds; balances."""
    statement = (await view.execute(select(statements).join(days).where(days.c.day == day))).one()
    found = {"closing": statement.closing, "balance": await balance_of(view, day)}
    for side, query in _sides(day, statement.id).items():
        sums = tuple((await view.execute(query)).one())
        found |= {f"{side}_count": int(sums[0]), f"{side}_sum": int(sums[1] or 0)}
    return found


def _sides(day: date, statement_id: int) -> dict[str, Executable]:
    lines, d, p, o = statement_lines.c, differences.c, bank_payments.c, bank_payouts.c
    once = select(func.min(lines.line)).where(lines.statement_id == statement_id).group_by(lines.bank_serial)
    came = (lines.statement_id == statement_id, lines.incoming, lines.line.in_(once))
    serials = select(lines.bank_serial).where(lines.statement_id == statement_id)
    renamed = select(d.our_serial).where(d.day == day, under_another_serial(d.our_serial))
    lacking = select(d.bank_serial).where(
        d.day == day,
        d.kind == Difference.OURS_ONLY,
        or_(d.state.in_((State.HELD, State.OPEN, State.CARRIED)), d.closed_by.is_not(None)),
    )
    paid = or_(p.serial.in_(serials), p.serial.in_(renamed), p.serial.in_(lacking))
    given = or_(o.serial.in_(serials), o.serial.in_(renamed), o.serial.in_(lacking))
    settled = bank_payments.join(notices, notices.c.bank_serial == p.serial)
    ticketed = settled.join(tickets, (tickets.c.notice_number == notices.c.number) & (tickets.c.state == "issued"))
    return {
        "file": select(func.count(), func.sum(lines.amount)).where(*came),
        "paid": select(func.count(), func.sum(p.amount)).where(paid, p.amount > 0),
        "ticket": select(func.count(), func.sum(p.amount)).select_from(ticketed).where(paid),
        "refund": select(func.count(), func.sum(o.amount)).where(given, o.kind == LineKind.REFUND),
    }


# -- read --------------------------------------------------------------------------------------------------------------


async def day_row(view: View[Any], day: date) -> Found | None:
    return (await view.execute(select(days).where(days.c.day == day))).one_or_none()


async def page(view: View[Any], state: str | None, before: date | None, limit: int) -> Sequence[Found]:
    """The newest first: the page of days before that one."""
    query = select(days).order_by(days.c.day.desc()).limit(limit)
    if state is not None:
        query = query.where(days.c.state == state)
    return (await view.execute(query if before is None else query.where(days.c.day < before))).all()


async def files_of(view: View[Any], day: date) -> Sequence[Found]:
    return (await view.execute(select(statements).where(statements.c.day == day).order_by(statements.c.version))).all()


async def remittances_of(view: View[Any], wanted: Sequence[date]) -> dict[date, Found]:
    """By day: what its close ordered to the treasury; no entry where there was nothing to send."""
    query = select(remittances).where(remittances.c.day.in_(wanted))
    return {row.day: row for row in await view.execute(query)}


async def differences_of(view: View[Any], day: date, limit: int) -> Sequence[Found]:
    """Those that somebody has to do with; the others are counted."""
    d = differences.c
    asking = select(differences).where(d.day == day, d.state.in_((State.HELD, State.OPEN, State.CARRIED)))
    return (await view.execute(asking.order_by(d.id).limit(limit))).all()


async def counts_of(view: View[Any], day: date) -> Sequence[Found]:
    d = differences.c
    query = select(d.kind, d.state, func.count().label("count")).where(d.day == day).group_by(d.kind, d.state)
    return (await view.execute(query.order_by(d.kind, d.state))).all()
