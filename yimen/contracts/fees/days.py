"""The days of the bank (R57)."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from yimen.contracts.envelope import Code, Event, Fen, Instant
from yimen.contracts.fees.words import Difference
from yimen.contracts.parts import Tally


class DayEvent(Event):
    """A day of the bank's books."""

    id_field: ClassVar[str] = "day"
    case_field: ClassVar[str | None] = None

    day: date


class DayDiscrepancyFound(DayEvent, type="fees.day.discrepancy_found.v1"):
    """`due_by`: the day by which `owner` has an answer."""

    difference_id: Code
    difference: Difference
    bank_serial: Code | None = None
    amount: Annotated[int, Field(ge=-(10**13), le=10**13)]
    owner: Code
    due_by: date
    found_at: Instant


class DayReconciled(DayEvent, type="fees.day.reconciled.v1"):
    """The day is closed (R57): bank file = confirmed payments = tickets = account, or each difference is listed.

    `closing`: the bank's closing balance in 分. `carried`: differences that are carried to later days."""

    file: Tally
    payments: Tally
    tickets: Tally
    refunds: Tally
    closing: Annotated[int, Field(ge=-(10**13), le=10**13)]
    carried: Annotated[int, Field(ge=0)]
    reconciled_at: Instant


class DayRemitted(DayEvent, type="fees.day.remitted.v1"):
    """The day's money went to the treasury."""

    remittance_number: Code
    bank_serial: Code
    amount: Fen
    remitted_at: Instant
