"""The ten invariants of the books, each with its figures: read from the view `book_figures`, all of the same moment.

I1 every journal is whole and balances · I2 the bank account is what the bank said it took, less what it paid out, and the
closing balance of its newest file, but for differences that did not end by themselves · I3 claims are the unpaid notices ·
I4 suspense is the open exceptions · I5 every bank transaction is posted once, every notice settled at most once · I6 refunds
are held, never more than was paid, and what is approved is owed · I7 what the treasury has to come is on its way or in no
remittance yet · I8 every paid notice has its ticket number, without gaps · I9 every change of state was said once on the
bus · I10 the supervisor's own tallies are the books'.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text

from yimen.bus import View

_Rule = Callable[[Sequence[int]], bool]


def _equal(figures: Sequence[int]) -> bool:
    return len(set(figures)) == 1


def _none(figures: Sequence[int]) -> bool:
    return not any(figures)


def _sum(figures: Sequence[int]) -> bool:
    """The first is the sum of the others."""
    return figures[0] == sum(figures[1:])


def _closing(figures: Sequence[int]) -> bool:
    """A bank whose file is wrong makes a difference that waits, or that somebody answers for. Their answer puts no file
    right: the balances may differ until a corrected file comes."""
    closing, covered, disputed = figures
    return closing == covered or disputed > 0


def _tallied(figures: Sequence[int]) -> bool:
    return figures[1] == 0


# Number, what it says, what must hold, and of which figures.
_RULES: Final[tuple[tuple[str, str, _Rule, tuple[str, ...]], ...]] = (
    ("I1", "借贷平衡", _equal, ("debit", "credit")),
    ("I1", "分录完整", _none, ("broken",)),
    ("I2", "银行存款等于银行通知的收款减付款", _equal, ("bank", "taken")),
    ("I2", "银行对账单余额等于账面已对部分", _closing, ("closing", "covered", "disputed")),
    ("I3", "应收等于未缴通知书", _equal, ("claims", "unpaid")),
    ("I4", "待查款等于未结异常", _equal, ("suspense", "excepted")),
    ("I5", "银行流水各入账一次", _none, ("unposted", "unheard", "unordered", "settled_twice")),
    ("I6", "应退款等于已批未退", _equal, ("refunds_due", "owed")),
    ("I6", "退款不超过已缴", _none, ("held_wrong", "shared_wrong")),
    ("I7", "应缴国库款都已汇缴、在途或待汇缴", _sum, ("to_remit", "on_its_way", "unremitted")),
    ("I8", "已缴通知书各有一个票号", _equal, ("paid", "tickets")),
    ("I8", "票号连续", _none, ("gaps",)),
    ("I9", "状态变化各有一个事件", _none, ("notices_untold", "lists_untold", "exceptions_untold")),
    ("I10", "监察核算等于账面", _tallied, ("days_tallied", "tallies_wrong")),
)


@dataclass(frozen=True, slots=True)
class Invariant:
    id: str
    title: str
    figures: dict[str, int]
    ok: bool


async def check(view: View[Any]) -> list[Invariant]:
    row = (await view.execute(text("SELECT * FROM book_figures"))).one()
    found = {name: int(value) for name, value in row._mapping.items()}
    return [_judge(number, title, holds, names, found) for number, title, holds, names in _RULES]


def _judge(number: str, title: str, holds: _Rule, names: tuple[str, ...], found: Mapping[str, int]) -> Invariant:
    figures = {name: found[name] for name in names}
    return Invariant(number, title, figures, holds([*figures.values()]))
