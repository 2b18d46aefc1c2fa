"""Lays the bank's files beside our books, in the database, and takes out only what does not agree.

Guarantees: a line is matched by its bank serial first; failing that, by kind, code and amount within a day, with something
of ours that no file has. Every line of the newest file of a day, and everything of ours that its file should have, is
matched or found. Does not: change anything.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, not_, or_, select

from services.fees.context import Context
from services.fees.domain.reconciling import (
    Finding,
    Record,
    State,
    booked_on,
    classify,
    cut_off_of,
    doubled,
    opening_differs,
    pair_alike,
)
from services.fees.domain.refunds import RefundState, ours
from services.fees.domain.statements import Line, LineKind
from services.fees.queries import Found
from services.fees.tables import bank_payments, bank_payouts, days, differences, refunds, statement_lines, statements
from yimen.bus import View
from yimen.contracts.fees import Difference
from yimen.worktime import end_of_day, start_of_day

OF_LINES: Final = (
    *(Difference.BANK_ONLY, Difference.AMOUNT, Difference.STATUS),
    *(Difference.DATE_SHIFTED, Difference.DOUBLED),
)
LOOKED_BACK: Final = timedelta(days=10)
"""How far back something of ours is looked for that came after its day's file: a message is told for a day at most."""

_l, _p, _o = statement_lines.c, bank_payments.c, bank_payouts.c


# -- what the files have -----------------------------------------------------------------------------------------------


def in_files(
    serial: ColumnElement[str], *, until: date | None = None, of: date | ColumnElement[date] | None = None
) -> ColumnElement[bool]:
    """Whether the newest file of some day has that serial; of a day `until` then, or of that very day."""
    standing = select(literal(1)).join_from(statement_lines, days, days.c.statement_id == _l.statement_id)
    standing = standing.where(_l.bank_serial == serial)
    if until is not None:
        standing = standing.where(days.c.day <= until)
    if of is not None:
        standing = standing.where(days.c.day == of)
    return exists(standing)


def under_another_serial(serial: ColumnElement[str], *, until: date | None = None) -> ColumnElement[bool]:
    """Whether a file has it under a serial of its own."""
    d = differences.c
    known = exists().where(d.our_serial == serial, d.kind == Difference.STATUS, d.state == State.RESOLVED)
    return known if until is None else known.where(d.day <= until)


def covered(serial: ColumnElement[str], until: date | None = None) -> ColumnElement[bool]:
    return or_(in_files(serial, until=until), under_another_serial(serial, until=until))


async def statement_of(view: View[Any], day: date) -> Found | None:
    """The newest good file of that day."""
    query = select(statements).join(days, days.c.statement_id == statements.c.id).where(days.c.day == day)
    return (await view.execute(query)).one_or_none()


def line_of(row: Found) -> Line:
    return Line(row.bank_serial, LineKind(row.kind), row.reference, row.amount, row.method, row.occurred_at)


# -- line by line ------------------------------------------------------------------------------------------------------


async def compare_lines(view: View[Context], day: date) -> list[Finding]:
    statement = await statement_of(view, day)
    if statement is None:
        return []
    differing = await _differing(view, day, statement.id)
    found = [finding for line, record in differing if record and (finding := classify(day, line, record))]
    unknown = [line for line, record in differing if record is None]
    if unknown:
        alike = pair_alike(unknown, await _in_no_file(view, day))
        failed = await _failed(view, unknown)
        about = ((line, alike.get(line.bank_serial), line in failed) for line in unknown)
        findings = (classify(day, line, None, alike=other, failed=held) for line, other, held in about)
        found += [finding for finding in findings if finding]
    return found + await _doubled(view, day, statement.id)


async def _differing(view: View[Any], day: date, statement_id: int) -> list[tuple[Line, Record | None]]:
    """Each serial once: the first of its lines."""
    since, until = start_of_day(day), end_of_day(day)
    agrees = or_(
        and_(
            _l.kind == LineKind.PAYMENT,
            _p.serial.is_not(None),
            _p.amount == _l.amount,
            _p.payment_code == _l.reference,
            _p.paid_at >= since,
            _p.paid_at < until,
        ),
        and_(
            _o.serial.is_not(None),
            _o.kind == _l.kind,
            _o.amount == _l.amount,
            _o.number == _l.reference,
            _o.paid_at >= since,
            _o.paid_at < until,
        ),
    )
    query = (
        select(statement_lines, *_labelled("p", _payment()), *_labelled("o", _payout()))
        .select_from(
            statement_lines.outerjoin(bank_payments, _p.serial == _l.bank_serial).outerjoin(
                bank_payouts, _o.serial == _l.bank_serial
            )
        )
        .where(_l.statement_id == statement_id, not_(func.coalesce(agrees, False)))
        .order_by(_l.line)
    )
    found: dict[str, tuple[Line, Record | None]] = {}
    for row in await view.execute(query):
        found.setdefault(row.bank_serial, (line_of(row), _known(row)))
    return list(found.values())


def _payment() -> tuple[ColumnElement[Any], ...]:
    return (_p.serial, literal(LineKind.PAYMENT.value), _p.payment_code, _p.amount, _p.paid_at)


def _payout() -> tuple[ColumnElement[Any], ...]:
    return (_o.serial, _o.kind, _o.number, _o.amount, _o.paid_at)


_FACTS: Final = ("serial", "kind", "reference", "amount", "paid_at")


def _labelled(prefix: str, columns: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [column.label(f"{prefix}_{name}") for name, column in zip(_FACTS, columns, strict=True)]


def _known(row: Found) -> Record | None:
    for prefix in ("p", "o"):
        serial, kind, reference, amount, paid_at = (getattr(row, f"{prefix}_{name}") for name in _FACTS)
        if serial is not None:
            return Record(serial, LineKind(kind), reference, amount, paid_at)
    return None


async def _failed(view: View[Any], lines: Sequence[Line]) -> list[Line]:
    """Those that pay out a refund which we hold as failed."""
    named = {line: ordered[0] for line in lines if line.kind is LineKind.REFUND and (ordered := ours(line.reference))}
    if not named:
        return []
    known = set((await view.execute(select(refunds.c.number).where(refunds.c.state == RefundState.FAILED))).scalars())
    return [line for line, number in named.items() if number in known]


async def _doubled(view: View[Any], day: date, statement_id: int) -> list[Finding]:
    """In this file, or in this one and an earlier day's."""
    # Counted in one pass: of a file that is new PostgreSQL has no statistics, and would look through it once for each line.
    times = func.count().over(partition_by=_l.bank_serial).label("times")
    counted = select(statement_lines, times).where(_l.statement_id == statement_id).subquery()
    other = statement_lines.alias()
    elsewhere = (
        select(literal(1))
        .join_from(other, days, days.c.statement_id == other.c.statement_id)
        .where(other.c.bank_serial == _l.bank_serial, days.c.day < day)
    )
    lines = defaultdict[str, list[Line]](list)
    for row in await view.execute(select(counted).where(counted.c.times > 1).order_by(counted.c.line)):
        lines[row.bank_serial].append(line_of(row))
    before = select(statement_lines).where(_l.statement_id == statement_id, exists(elsewhere)).order_by(_l.line)
    for row in (await view.execute(before)).all():
        lines[row.bank_serial] = [line_of(row), *(lines[row.bank_serial] or [line_of(row)])]
    return [doubled(day, found) for found in lines.values()]


# -- what the files have not -------------------------------------------------------------------------------------------


async def _in_no_file(view: View[Any], day: date) -> list[Record]:
    """Of ours, about that day; what stands for a line of this very file counts as in none."""
    since, until = start_of_day(day - timedelta(days=2)), end_of_day(day + timedelta(days=2))
    d = differences.c
    found = list[Record]()
    for query, serial in _records(since, until):
        taken = exists().where(
            d.our_serial == serial, d.kind == Difference.STATUS, d.state == State.RESOLVED, d.day != day
        )
        found += map(_record, await view.execute(query.where(not_(in_files(serial)), not_(taken))))
    return found


async def missing(view: View[Context], day: date) -> list[Finding]:
    """Of ours what the file of its day should have, and no file has; up to that day, and of days whose file is in."""
    cut_off = view.context.settings.bank_cut_off
    until = cut_off_of(day, cut_off)
    found = list[Record]()
    for query, serial in _records(until - LOOKED_BACK, until):
        found += map(_record, await view.execute(query.where(not_(covered(serial)))))
    filed = set((await view.execute(select(days.c.day).where(days.c.statement_id.is_not(None)))).scalars())
    by_day = [(booked_on(record.paid_at, cut_off), record) for record in found]
    findings = (classify(booked, None, record) for booked, record in by_day if booked in filed)
    return [finding for finding in findings if finding is not None]


def _records(since: datetime, until: datetime) -> list[tuple[Select[Any], ColumnElement[str]]]:
    """What moved in that time. What is above nought only: the bank says other amounts, and books none of them."""
    return [
        (select(*_labelled("r", facts)).where(facts[3] > 0, facts[4] >= since, facts[4] < until), facts[0])
        for facts in (_payment(), _payout())
    ]


def _record(row: Found) -> Record:
    return Record(row.r_serial, LineKind(row.r_kind), row.r_reference, row.r_amount, row.r_paid_at)


# -- balances ----------------------------------------------------------------------------------------------------------


async def compare_opening(view: View[Context], day: date) -> list[Finding]:
    """Against the closing of the day before, as its file told it or as its differences explain it; without that file
    against our books."""
    statement = await statement_of(view, day)
    if statement is None:
        return []
    before = day - timedelta(days=1)
    previous = await statement_of(view, before)
    if previous is None:
        expected = [await _known_before(view, day)]
    else:
        expected = [previous.closing, previous.closing - await _explained(view, before)]
    return [] if statement.opening in expected else [opening_differs(day, statement.opening, expected[0])]


async def _explained(view: View[Any], day: date) -> int:
    """By how much that day's file says more than it should, as far as its differences go."""
    d = differences.c
    told = (Difference.OURS_ONLY, Difference.AMOUNT, Difference.DOUBLED, Difference.BALANCE)
    query = select(func.sum(d.amount)).where(d.day == day, d.kind.in_(told), d.state != State.HEALED)
    return int((await view.execute(query)).scalar_one() or 0)


async def _known_before(view: View[Context], day: date) -> int:
    """All of ours that was to be booked before that day and is not in its file."""
    until = cut_off_of(day - timedelta(days=1), view.context.settings.bank_cut_off)
    total = 0
    for table, sign in ((bank_payments, 1), (bank_payouts, -1)):
        own = and_(table.c.amount > 0, table.c.paid_at < until, not_(in_files(table.c.serial, of=day)))
        total += sign * int((await view.execute(select(func.sum(table.c.amount)).where(own))).scalar_one() or 0)
    return total


async def balance_of(view: View[Any], until: date) -> int:
    """What our books hold of all that the files up to that day have."""
    total = 0
    for table, sign in ((bank_payments, 1), (bank_payouts, -1)):
        serial, amounts = table.c.serial, select(func.sum(table.c.amount)).where(table.c.amount > 0)
        filed = in_files(serial, until=until)
        # Two sums of which each is one join; joined by OR they would be asked for each row of many years.
        for half in (filed, and_(under_another_serial(serial, until=until), not_(filed))):
            total += sign * int((await view.execute(amounts.where(half))).scalar_one() or 0)
    return total
