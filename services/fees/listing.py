"""Fee lists as they come in, and what is decided about them.

Guarantees: the case's row is locked while its lists are worked on, so that lists, verification and notice are never decided
side by side. What came before its case or its standard waits here and is completed when they come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import select, update

from services.fees import calendars, queries
from services.fees.context import Context
from services.fees.domain.lists import (
    Listed,
    ListState,
    Refusal,
    Rejection,
    admit,
    case_over,
    earlier_round,
    may_be_of_next_round,
    of_round,
)
from services.fees.domain.standards import total, unfit, unlawful
from services.fees.queries import Found
from services.fees.tables import cases, list_lines, lists, shares
from services.fees.violations import write_down
from yimen.bus import Unit
from yimen.contracts.fees import ListRejected, ListSettled, ListVerified, ViolationKind
from yimen.contracts.parts import Fee, PricedLine, Staff
from yimen.worktime import local_date

FROM_STANDARD: Final = {"name", "unit", "calculator", "rate", "price", "amount", "standard_version"}
"""What a line has from its standard once it is verified; the rest is what the department listed."""


async def lock_case(unit: Unit[Context], case_number: str) -> Found:
    """The case's row, which stands from the first word about it. The yearly plans first: its lists' next steps are reckoned
    by them (R51)."""
    await calendars.held(unit)
    await unit.execute(unit.insert(cases).values(case_number=case_number).on_conflict_do_nothing())
    return (await unit.execute(queries.lock_of_case(case_number))).one()


async def complete_lists(unit: Unit[Context], case: Found, *, notice_is_out: bool) -> None:
    """Admits or refuses the lists that waited for their standard; ends what is pending in a case that is over."""
    published = await queries.standards_of(unit, case.item_code, case.item_version)
    if published is None:
        return
    rows = await queries.lists_of(unit, case.case_number)
    known = {row.list_id: queries.listed(row) for row in rows}
    present = {one.list_id for one in of_round([*known.values()], case.fee_lists or [], case.reopened_at)}
    for row in rows:
        listed = known[row.list_id]
        if not listed.pending or may_be_of_next_round(listed, case.ended_as, case.ended_at):
            continue
        if row.list_id not in present:
            known[row.list_id] = await reject(unit, row, earlier_round())
        elif listed.state is ListState.WAITING:
            await _sort(unit, case, row, published, known, notice_is_out=notice_is_out)
        elif case.ended_as is not None:
            known[row.list_id] = await reject(unit, row, case_over())


async def _sort(
    unit: Unit[Context],
    case: Found,
    row: Found,
    published: Mapping[str, Fee],
    known: dict[str, Listed],
    *,
    notice_is_out: bool,
) -> None:
    replaced = known.get(row.replaces)
    lines = await queries.bare_lines(unit, row.list_id)
    no_standard = unlawful(lines, published, local_date(row.listed_at))
    refusal = admit(
        unlawful=no_standard,
        unfit=None if no_standard else unfit(lines, published),
        replaced=replaced,
        notice_is_out=notice_is_out,
        ended=case.ended_as is not None,
    )
    if refusal is None:
        await _set(unit, row, state=ListState.OPEN)
        known[row.list_id] = replace(queries.listed(row), state=ListState.OPEN)
    else:
        known[row.list_id] = await reject(unit, row, refusal)
    stands_in = refusal is None or refusal.rejection is not Rejection.TOO_LATE
    if replaced is not None and replaced.pending and stands_in:
        older = await queries.list_row(unit, replaced.list_id)
        assert older is not None
        gone = Refusal(Rejection.REPLACED, f"已由收费清单{row.list_id}替换。")
        known[replaced.list_id] = await reject(unit, older, gone)


async def reject(unit: Unit[Context], row: Found, refusal: Refusal, by: Staff | None = None) -> Listed:
    """`by` None: by rule."""
    decided = {
        "decided_at": unit.now,
        "decided_by": by.id if by else None,
        "decided_by_name": by.name if by else None,
    }
    return await _reject(unit, row, refusal, by, **decided)


async def overrule(unit: Unit[Context], row: Found, refusal: Refusal, by: Staff) -> Listed:
    """A verified list was found wrong in a dispute (R55): who had verified it stays known (票款分离)."""
    return await _reject(unit, row, refusal, by, overruled_at=unit.now)


async def _reject(unit: Unit[Context], row: Found, refusal: Refusal, by: Staff | None, **more: Any) -> Listed:
    await _set(unit, row, state=ListState.REJECTED, rejection=refusal.rejection, reason=refusal.reason, **more)
    unit.emit(
        ListRejected(
            list_id=row.list_id,
            department=row.department,
            case_number=row.case_number,
            review_id=row.review_id,
            reason=refusal.reason,
            rejected_by=by,
            rejected_at=unit.now,
        )
    )
    if refusal.rejection is Rejection.NO_STANDARD:
        await write_down(unit, row, ViolationKind.UNLISTED_ITEM, refusal.reason, by)
    return replace(queries.listed(row), state=ListState.REJECTED, rejection=refusal.rejection)


async def verify(unit: Unit[Context], row: Found, priced: Sequence[PricedLine], by: Staff) -> None:
    """Keeps each line's standard beside it, so that the amount can be explained for ever (R50)."""
    for line, one in enumerate(priced, start=1):
        place = (list_lines.c.list_id == row.list_id) & (list_lines.c.line == line)
        await unit.execute(update(list_lines).where(place).values(one.model_dump(include=FROM_STANDARD)))
    verified = {"decided_by": by.id, "decided_by_name": by.name, "decided_at": unit.now}
    await _set(unit, row, state=ListState.VERIFIED, amount=total(priced), **verified)
    unit.emit(
        ListVerified(
            list_id=row.list_id,
            department=row.department,
            case_number=row.case_number,
            review_id=row.review_id,
            lines=tuple(priced),
            amount=total(priced),
            verified_by=by,
            verified_at=unit.now,
        )
    )


async def settle_lists(unit: Unit[Context], number: str) -> None:
    """Those that the notice asks for, each at what was left of it after reductions (R58)."""
    mine = (shares.c.list_id == lists.c.list_id) & (shares.c.notice_number == lists.c.notice_number)
    query = select(lists, shares.c.amount.label("left")).join(shares, mine).where(lists.c.notice_number == number)
    for row in (await unit.execute(query.order_by(lists.c.list_id))).all():
        settled = {"state": ListState.SETTLED, "settled_at": unit.now, "version": row.version + 1}
        await unit.execute(update(lists).where(lists.c.list_id == row.list_id).values(**settled))
        unit.emit(
            ListSettled(
                list_id=row.list_id,
                department=row.department,
                case_number=row.case_number,
                notice_number=number,
                amount=row.left,
                settled_at=unit.now,
            )
        )


async def _set(unit: Unit[Context], row: Found, **values: Any) -> None:
    changed = update(lists).where(lists.c.list_id == row.list_id)
    await unit.execute(changed.values(version=lists.c.version + 1, **values))
