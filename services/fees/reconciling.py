"""Reconciles a day (R57): whenever a file of it comes in, and as often as one does.

Guarantees: what comes out depends on the newest files and on our books, not on how often or in which order files came; so of
a corrected file only the difference acts. What only the bank has is taken in with its file as the proof, each line in a
transaction of its own and by the one way in that money has. What only we have is held until the files of the next days are
in, then somebody has to answer for it. No amount is ever forced.
"""

from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import and_, func, or_, select

from services.fees import differences as kept
from services.fees.bank.wire import Signed
from services.fees.bank.words import Taken
from services.fees.collecting import CURRENCY, collect
from services.fees.comparing import (
    OF_LINES,
    compare_lines,
    compare_opening,
    covered,
    in_files,
    line_of,
    missing,
    statement_of,
)
from services.fees.context import Context
from services.fees.days import close_if_settled
from services.fees.domain.payouts import PaidOut, PayoutKind
from services.fees.domain.reconciling import Finding, State
from services.fees.domain.statements import Line
from services.fees.payouts import pay_out
from services.fees.queries import Found
from services.fees.tables import bank_messages, days, differences, statement_lines
from services.fees.timers import timers
from yimen.bus import Unit, View
from yimen.contracts.fees import Difference
from yimen.timers import Timer

_ONE_DAY: Final = timedelta(days=1)
_UNKNOWN_METHOD: Final = "unknown"
_d = differences.c


async def reconcile(unit: Unit[Context], day: date) -> None:
    """Days are locked; the newest file of that day stands in `days`."""
    touched = {day} | await _found_at_last(unit)
    for other in sorted({day} | await _leaning_on(unit)):
        touched.add(other)
        await kept.keep(unit, other, await compare_lines(unit, other), OF_LINES)
    await _look_for_missing(unit, day)
    for other in (day, day + _ONE_DAY):
        touched.add(other)
        await kept.keep(unit, other, await compare_opening(unit, other), {Difference.BALANCE})
    await _stop_waiting(unit)
    for other in sorted(touched):
        await close_if_settled(unit, other)


async def _found_at_last(unit: Unit[Context]) -> set[date]:
    """What a file lacked has come: in a corrected file of that day, or in another day's. The days that lacked it."""
    waiting = and_(
        _d.kind == Difference.OURS_ONLY, _d.state.in_((State.HELD, State.OPEN, State.CARRIED)), covered(_d.bank_serial)
    )
    corrected = in_files(_d.bank_serial, of=_d.day).label("corrected")
    rows = (await unit.execute(select(differences, corrected).where(waiting))).all()
    here, elsewhere = [row for row in rows if row.corrected], [row for row in rows if not row.corrected]
    await kept.end(unit, here, State.HEALED, "该日更正后的对账文件已有这笔款项。")
    await kept.end(unit, elsewhere, State.RESOLVED, "银行已将这笔款项记入其他日期的对账文件。")
    return {row.day for row in rows}


async def _leaning_on(view: View[Any]) -> set[date]:
    """Days whose findings rest on what other days' files have, and do no longer."""
    stale = or_(
        and_(_d.our_serial.is_not(None), _d.state == State.RESOLVED, in_files(_d.our_serial)),
        and_(_d.kind == Difference.DOUBLED, _d.state.in_((State.OPEN, State.CARRIED))),
    )
    return set((await view.execute(select(_d.day).where(stale).distinct())).scalars())


async def _look_for_missing(unit: Unit[Context], day: date) -> None:
    found: dict[date, list[Finding]] = {}
    for finding in await missing(unit, day):
        found.setdefault(finding.day, []).append(finding)
    for booked, findings in sorted(found.items()):
        await kept.keep_also(unit, booked, findings)


async def _stop_waiting(unit: Unit[Context]) -> None:
    """As many files of later days are in as we wait for."""
    query = select(differences).where(_d.kind == Difference.OURS_ONLY, _d.state == State.HELD).order_by(_d.id)
    held = (await unit.execute(query)).all()
    waits = unit.context.settings.differences_hold_days
    later = {day: await _files_after(unit, day) for day in {row.day for row in held}}
    await kept.escalate(unit, [row for row in held if later[row.day] >= waits])


async def _files_after(view: View[Any], day: date) -> int:
    query = select(func.count()).select_from(days).where(days.c.day > day, days.c.statement_id.is_not(None))
    return int((await view.execute(query)).scalar_one())


# -- healing -----------------------------------------------------------------------------------------------------------


@timers.on(kept.HEAL)
async def take_in_line(unit: Unit[Context], timer: Timer) -> None:
    """What only the bank's file told us, as if its message had come. Nothing, where it came meanwhile."""
    await kept.lock_days(unit)
    waiting = and_(
        _d.bank_serial == timer.key,
        _d.kind.in_((Difference.BANK_ONLY, Difference.STATUS)),
        _d.state.in_((State.OPEN, State.CARRIED)),
    )
    for row in (await unit.execute(select(differences).where(waiting).order_by(_d.day))).all():
        proof = await _proof(unit, row)
        if proof is not None:
            outcome = await _take_in(unit, *proof)
            await kept.end(unit, [row], State.HEALED, f"已按银行对账文件入账（{outcome}）。")
            await close_if_settled(unit, row.day)


async def _proof(view: View[Any], row: Found) -> tuple[Line, Signed] | None:
    """The line in the newest file of the day, and the file's signature."""
    statement = await statement_of(view, row.day)
    if statement is None:
        return None
    lines = statement_lines.c
    query = select(statement_lines).where(lines.statement_id == statement.id, lines.bank_serial == row.bank_serial)
    line = (await view.execute(query.order_by(lines.line).limit(1))).one_or_none()
    m = bank_messages.c
    file = select(m.sent_at, m.signature).where(m.key_serial == statement.key_serial, m.nonce == statement.nonce)
    signed = (await view.execute(file)).one()
    # Its body is the whole file, which nobody here reads again.
    return line and (
        line_of(line),
        Signed(statement.key_serial, statement.nonce, signed.sent_at, signed.signature, b""),
    )


async def _take_in(unit: Unit[Context], line: Line, signed: Signed) -> str:
    account = unit.context.settings.fiscal_account
    if line.incoming:
        taken = Taken(
            bank_serial=line.bank_serial,
            payment_code=line.reference,
            amount=line.amount,
            currency=CURRENCY,
            account=account,
            method=line.method or _UNKNOWN_METHOD,
            paid_at=line.occurred_at,
        )
        return await collect(unit, signed, taken)
    kind = PayoutKind(line.kind)
    paid = PaidOut(line.bank_serial, kind, line.reference, line.amount, account, CURRENCY, line.occurred_at)
    return await pay_out(unit, signed, paid)
