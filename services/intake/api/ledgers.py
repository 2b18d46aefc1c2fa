"""The ledger of acceptance (受理台账) and the ledger of service (送达台账), to be read and to be taken away as CSV.

Guarantees: a department's staff see their department's lines, those who oversee the hall all; identification is masked;
an export holds one page in memory at a time, whatever its length. Does not: keep a separate book; a line is the case
as it stands now.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from services.intake.api import sheets
from services.intake.api.desk import within
from services.intake.api.ledger_lines import LedgerLine, ledger_line
from services.intake.api.paging import After, From, Limit, To, bounds, place_of, written
from services.intake.context import Context
from services.intake.domain.case import Case, Status
from services.intake.queries import lists
from services.intake.queries.paging import Stretch
from yimen.bus import Units, View
from yimen.contracts.envelope import Code
from yimen.contracts.parts import Kind
from yimen.errors import Unfit
from yimen.web import Principal, Role, allow, current_view, new_router
from yimen.worktime import local_date

router = new_router(prefix="/ledgers", tags=["ledgers"])

OVERSEERS = frozenset({Role.SUPERVISOR, Role.LEADER, Role.CENTRE_ADMIN})
READERS = (Role.WINDOW_CLERK, Role.CHIEF_REPRESENTATIVE, *sorted(OVERSEERS))
MOST_DAYS = 31
"""Of one export: the longest month."""

PAGE = 200
Read = Callable[[View[Context], lists.Chosen, Stretch], Awaitable[list[lists.Entry]]]


class LedgerPage(BaseModel):
    items: list[LedgerLine]
    next: str | None


class Asked:
    """Whose lines, of which days, of which kind and state."""

    def __init__(
        self,
        first: date | None,
        last: date | None,
        department: Code | None,
        kind: Kind | None,
        state: Status | None,
        caller: Principal,
    ) -> None:
        self.chosen = lists.Chosen(within(caller, department, everywhere=OVERSEERS), kind, state)
        self.first, self.last = first, last
        self.since, self.until = bounds(first, last)


async def _asked(
    first: From = None,
    last: To = None,
    department: Code | None = None,
    kind: Kind | None = None,
    state: Annotated[Status | None, Query()] = None,
    caller: Principal = allow(*READERS),
) -> Asked:
    return Asked(first, last, department, kind, state, caller)


Asking = Annotated[Asked, Depends(_asked)]
Reading = Annotated[View[Context], Depends(current_view)]


@router.get("/acceptance")
async def read_acceptance(asked: Asking, view: Reading, limit: Limit = 50, after: After = None) -> LedgerPage:
    """受理台账: every application, in the order in which they came in. `from` and `to` are days of receipt."""
    return await _page(view, asked, lists.page_of_acceptance, _received, limit, after)


@router.get("/service")
async def read_service(asked: Asking, view: Reading, limit: Limit = 50, after: After = None) -> LedgerPage:
    """送达台账: every decision, in the order in which they were made, served (`closed`) or not yet (`decided`). `from` and
    `to` are days of decision."""
    return await _page(view, asked, lists.page_of_service, _decided, limit, after)


@router.get("/acceptance.csv", response_class=sheets.CsvResponse)
async def export_acceptance(asked: Asking, request: Request) -> StreamingResponse:
    """The same lines as a table for spreadsheets, of at most 31 days; without `from` and `to`, of this month."""
    return _export(request, asked, lists.page_of_acceptance, _received, "受理台账")


@router.get("/service.csv", response_class=sheets.CsvResponse)
async def export_service(asked: Asking, request: Request) -> StreamingResponse:
    """The same lines as a table for spreadsheets, of at most 31 days; without `from` and `to`, of this month."""
    return _export(request, asked, lists.page_of_service, _decided, "送达台账")


def _received(case: Case) -> datetime:
    return case.submitted_at


def _decided(case: Case) -> datetime:
    assert case.decided_at is not None
    return case.decided_at


async def _page(
    view: View[Context], asked: Asked, read: Read, key: Callable[[Case], datetime], limit: int, after: str | None
) -> LedgerPage:
    stretch = Stretch(limit + 1, place_of(after), asked.since, asked.until)
    found = await read(view, asked.chosen, stretch)
    last = found[limit - 1].case if len(found) > limit else None
    return LedgerPage(
        items=[ledger_line(entry, view.context.rules) for entry in found[:limit]],
        next=None if last is None else written(key(last), last.case_number),
    )


def _export(
    request: Request, asked: Asked, read: Read, key: Callable[[Case], datetime], title: str
) -> StreamingResponse:
    units: Units[Context] = request.app.state.units
    last = asked.last or _end(asked.first, local_date(units.clock.now()))
    first = asked.first or last.replace(day=1)
    if last - first >= timedelta(days=MOST_DAYS):
        raise Unfit("period-too-long", "导出的期间过长", f"一次导出限{MOST_DAYS}天以内，请缩短起止日期，分次导出。")
    since, until = bounds(first, last)
    lines = _lines(units, asked.chosen, read, key, Stretch(PAGE, None, since, until))
    name = f"{title}{first:%Y%m%d}-{last:%Y%m%d}.csv"
    return sheets.CsvResponse(sheets.sheet(lines), headers=sheets.named(name))


def _end(first: date | None, today: date) -> date:
    """Of a period that only its first day was given of: today, or as much as an export may hold."""
    return today if first is None else max(first, min(today, first + timedelta(days=MOST_DAYS - 1)))


async def _lines(
    units: Units[Context], chosen: lists.Chosen, read: Read, key: Callable[[Case], datetime], stretch: Stretch
) -> AsyncIterator[list[LedgerLine]]:
    """Page by page, each in a view of its own: a slow reader keeps no connection."""
    while True:
        async with units.view() as view:
            found = await read(view, chosen, stretch)
            lines = [ledger_line(entry, view.context.rules) for entry in found]
        yield lines
        if len(found) < stretch.limit:
            return
        last = found[-1].case
        stretch = replace(stretch, after=(key(last), last.case_number))
