"""The late fee (滞纳金) of a notice that was paid after its last day (R54).

Guarantees: integer 分, each line rounded half up; only lines whose standard cites the law that lets it run; days count from
the day after the last day to pay through the day on which the bank took the money, in Shanghai; never more than what
it is charged on (《行政强制法》第四十五条第二款).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from yimen.worktime import local_date

_MYRIAD = 10_000


@dataclass(frozen=True, slots=True)
class Principal:
    """What one list has on the notice. `bearing`: amounts of its lines that bear a late fee; `listed`: the amount of all its
    lines; `paid`: what was left of that after reductions (R58), which shrink every line alike."""

    list_id: str
    department: str
    bearing: tuple[int, ...]
    listed: int
    paid: int


@dataclass(frozen=True, slots=True)
class LateFee:
    list_id: str
    department: str
    amount: int


def days_late(pay_by: date, paid_at: datetime) -> int:
    return max(0, (local_date(paid_at) - pay_by).days)


def late_fees(principals: Iterable[Principal], per_myriad: int, days: int) -> list[LateFee]:
    """By list, without those that come to nothing. `per_myriad`: of the principal, a day."""
    found = (LateFee(one.list_id, one.department, _of(one, per_myriad * days)) for one in principals)
    return [late for late in found if late.amount]


def _of(one: Principal, myriadths: int) -> int:
    """A line of `amount` owed amount × paid / listed, and bears that × myriadths / 10,000."""
    if not one.listed:
        return 0
    unit = one.listed * _MYRIAD
    reckoned = sum(_half_up(amount * one.paid * myriadths, unit) for amount in one.bearing)
    most = sum(one.bearing) * one.paid // one.listed
    return min(reckoned, most)


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
