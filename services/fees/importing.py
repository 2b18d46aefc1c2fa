"""Takes in the bank's daily files: by hand or fetched, whole or not at all.

Guarantees: only a file under the bank's signature is kept, and every such file is, with the signature as the proof; the same
bytes for the same day come to the same statement, however often and however many at once they come. A good file of a day
that has one is its next version, and the day is reconciled anew. A file that cannot be right is kept as refused, with a
difference that somebody has to answer for, and touches nothing else.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import structlog
from sqlalchemy import func, insert, select, update

from services.fees import differences as kept
from services.fees.bank.wire import Signed
from services.fees.collecting import keep_answer
from services.fees.context import Context
from services.fees.days import begin, take_file
from services.fees.domain.reconciling import file_refused
from services.fees.domain.statements import Head, OutdatedError, Statement, StatementError, check_head
from services.fees.queries import Found
from services.fees.reconciling import reconcile
from services.fees.statements import Format, read
from services.fees.tables import statement_lines, statements
from yimen.bus import Unit, View
from yimen.contracts.fees import Difference
from yimen.worktime import local_date

log = structlog.get_logger()

ACCEPTED, REFUSED = "accepted", "refused"
_s = statements.c


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file came to: a statement, or why there is none. `head`: as far as it could be told. `outdated`: nobody has to
    do anything about it."""

    head: Head
    format: Format | None
    statement: Statement | None
    refusal: str | None
    outdated: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """`fresh`: nothing like it was known before."""

    row: Found
    fresh: bool


async def import_file(
    unit: Unit[Context], signed: Signed, *, asked: date | None = None, imported_by: str | None = None
) -> Imported:
    """`asked`: the day whose file it should be. Raises `Transient` where its nonce stands for other words."""
    sha256 = hashlib.sha256(signed.body).hexdigest()
    reading = await _read(unit, signed, asked)
    await kept.lock_days(unit)
    known = await _known(unit, reading.head, sha256)
    if known is not None and known.state == ACCEPTED:
        return Imported(known, fresh=False)
    reading = await _judge(unit, reading, asked)
    if known is not None and reading.refusal is not None:
        return Imported(known, fresh=False)
    await keep_answer(unit, signed)
    row = await _store(unit, signed, reading, sha256, imported_by, known)
    if reading.statement is not None:
        await _accept(unit, row, reading.statement)
    elif not reading.outdated:
        await _refuse(unit, reading)
    log.info("statement_imported", day=str(row.day), version=row.version, state=row.state)
    return Imported(row, fresh=True)


async def _read(unit: Unit[Context], signed: Signed, asked: date | None) -> Reading:
    """In a thread: others are answered meanwhile. A file that does not say so is taken for that of the day before it was
    signed."""
    try:
        kind, statement = await asyncio.to_thread(read, signed.body)
    except StatementError as error:
        day = asked or local_date(signed.sent_at) - timedelta(days=1)
        head = error.head or Head(unit.context.settings.fiscal_account, day, 0)
        return Reading(head, None, None, error.detail)
    return Reading(statement.head, kind, statement, None)


async def _judge(view: View[Context], reading: Reading, asked: date | None) -> Reading:
    if reading.refusal is not None:
        return reading
    newest = select(func.max(_s.bank_version)).where(
        _s.account == reading.head.account, _s.day == reading.head.day, _s.state == ACCEPTED
    )
    in_already = (await view.execute(newest)).scalar_one() or 0
    account, today = view.context.settings.fiscal_account, local_date(view.now)
    try:
        check_head(reading.head, account, today, asked=asked, newest=in_already)
    except StatementError as error:
        return Reading(reading.head, reading.format, None, error.detail, isinstance(error, OutdatedError))
    return reading


async def _known(view: View[Any], head: Head, sha256: str) -> Found | None:
    query = select(statements).where(_s.account == head.account, _s.day == head.day, _s.sha256 == sha256)
    return (await view.execute(query)).one_or_none()


async def _store(
    unit: Unit[Context], signed: Signed, reading: Reading, sha256: str, imported_by: str | None, known: Found | None
) -> Found:
    """What was refused before and is good now (its day has come) keeps its place."""
    head, statement = reading.head, reading.statement
    proof = {"key_serial": signed.key_serial, "nonce": signed.nonce}
    facts: dict[str, Any] = {"state": REFUSED if statement is None else ACCEPTED, "refusal": reading.refusal, **proof}
    facts |= {"received_at": unit.now, "imported_by": imported_by, "bank_version": head.version or None}
    if statement is not None:
        totals = ("opening", "count_in", "sum_in", "count_out", "sum_out", "closing")
        facts |= {name: getattr(statement, name) for name in totals}
    if known is not None:
        again = update(statements).where(_s.id == known.id).values(**facts, format=reading.format or "")
        return (await unit.execute(again.returning(statements))).one()
    last = select(func.max(_s.version)).where(_s.account == head.account, _s.day == head.day)
    version = ((await unit.execute(last)).scalar_one() or 0) + 1
    facts |= {"account": head.account, "day": head.day, "version": version, "sha256": sha256}
    made = insert(statements).values(**facts, format=reading.format or "").returning(statements)
    return (await unit.execute(made)).one()


async def _refuse(unit: Unit[Context], reading: Reading) -> None:
    """Of a day that is still to come it is today's matter."""
    assert reading.refusal is not None
    day = min(reading.head.day, local_date(unit.now))
    await refuse_day(unit, day, reading.refusal)


async def refuse_day(unit: Unit[Context], day: date, reason: str) -> None:
    """There is no good file of that day, or not the one that should be. Days are locked."""
    await begin(unit, day)
    await kept.keep(unit, day, [file_refused(day, reason)], {Difference.FILE})


async def _accept(unit: Unit[Context], row: Found, statement: Statement) -> None:
    lines = [
        {
            "statement_id": row.id,
            "line": number,
            "bank_serial": line.bank_serial,
            "kind": line.kind,
            "reference": line.reference,
            "incoming": line.incoming,
            "amount": line.amount,
            "method": line.method,
            "occurred_at": line.occurred_at,
        }
        for number, line in enumerate(statement.lines, start=1)
    ]
    if lines:
        await unit.execute(insert(statement_lines), lines)
    await take_file(unit, row.day, row.id)
    await kept.keep(unit, row.day, [], {Difference.FILE})
    await reconcile(unit, row.day)
