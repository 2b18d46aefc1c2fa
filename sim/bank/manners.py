"""How the bank misbehaves: in shares of what it does, thrown by seeded dice, or once, when somebody asked for it.

Guarantees: whether a fault strikes depends only on the seed, the fault and whom it concerns, never on the order of things.
Does not: do the harm; whoever asks `strikes` does, and notes it in the journal with the difference that it must lead to.
"""

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Fault(StrEnum):
    """Each is also the name of a share in `Manners`."""

    # messages of money that moved; named by serial, by payment code or number, or by event type
    PROBED = "probed"  # told with a wrong signature first
    TOLD_TWICE = "told_twice"  # told again after it was acknowledged
    TOLD_OFTEN = "told_often"  # fifty messages of it at once
    TOLD_LATE = "told_late"  # not before a day has passed
    NEVER_TOLD = "never_told"  # only a query or the daily file shows it
    REPLAYED = "replayed"  # the same bytes, nonce and signature once more
    CHANGED_AMOUNT = "changed_amount"  # told rightly, then under the same serial with another amount
    MISSTATED = "misstated"  # told with another amount only; queries and file have the right one
    # money that is to go out; named by its number
    REFUND_FAILS = "refund_fails"
    FAILS_AFTER_SUCCESS = "fails_after_success"  # the money is out, and then the bank says that it failed
    # answers; named by the order's, refund's or remittance's number, the day, or the operation
    UNSIGNED = "unsigned"  # the effect, and an answer without signature
    MISSIGNED = "missigned"  # the effect, and an answer with a wrong signature
    LATE = "late"  # the effect, and an answer when nobody waits for it any longer
    DEAF = "deaf"  # neither effect nor answer
    BUSY = "busy"  # 503, no effect
    HOLLOW = "hollow"  # a signed success without effect
    # the daily file; named by its day
    LINE_MISSING = "line_missing"
    LINE_EXTRA = "line_extra"
    LINE_DOUBLED = "line_doubled"
    LINE_AMOUNT = "line_amount"
    WRONG_TOTAL = "wrong_total"
    WRONG_OPENING = "wrong_opening"
    TRUNCATED = "truncated"
    EMPTY_FILE = "empty_file"  # nothing in it, though money moved
    GBK = "gbk"  # the CSV only: ISO 20022 knows UTF-8
    BOM = "bom"
    GZIP = "gzip"


ANSWER_FAULTS: Final = (Fault.UNSIGNED, Fault.MISSIGNED, Fault.LATE, Fault.DEAF, Fault.BUSY, Fault.HOLLOW)
FILE_FAULTS: Final = tuple(Fault)[list(Fault).index(Fault.LINE_MISSING) :]

LEADS_TO: Final[dict[Fault, str | None]] = {
    Fault.NEVER_TOLD: "bank_only",
    Fault.MISSTATED: "amount",
    Fault.FAILS_AFTER_SUCCESS: "status",
    Fault.LINE_MISSING: "ours_only",
    Fault.LINE_EXTRA: "bank_only",
    Fault.LINE_DOUBLED: "doubled",
    Fault.LINE_AMOUNT: "amount",
    Fault.WRONG_TOTAL: "file",
    Fault.WRONG_OPENING: "balance",
    Fault.TRUNCATED: "file",
    Fault.EMPTY_FILE: "ours_only",
}
"""The difference (R57) that whoever reconciles must find; none for the others: they must do no harm at all."""


@dataclass(frozen=True, slots=True)
class Manners:
    """Shares, 0 to 1, of messages, refunds, answers and files that go wrong in each way."""

    probed: float = 0.0
    told_twice: float = 0.0
    told_often: float = 0.0
    told_late: float = 0.0
    never_told: float = 0.0
    replayed: float = 0.0
    changed_amount: float = 0.0
    misstated: float = 0.0
    refund_fails: float = 0.0
    fails_after_success: float = 0.0
    unsigned: float = 0.0
    missigned: float = 0.0
    late: float = 0.0
    deaf: float = 0.0
    busy: float = 0.0
    hollow: float = 0.0
    line_missing: float = 0.0
    line_extra: float = 0.0
    line_doubled: float = 0.0
    line_amount: float = 0.0
    wrong_total: float = 0.0
    wrong_opening: float = 0.0
    truncated: float = 0.0
    empty_file: float = 0.0
    gbk: float = 0.0
    bom: float = 0.0
    gzip: float = 0.0


GOOD: Final = Manners()


@dataclass(slots=True)
class _Armed:
    fault: Fault
    name: str | None
    left: int


class Mischief:
    """`manners` may be replaced at any time. What is armed is forgotten when the process ends."""

    def __init__(self, seed: int, manners: Manners) -> None:
        self.manners = manners
        self._seed = seed
        self._armed: list[_Armed] = []

    def arm(self, fault: Fault, name: str | None = None, times: int = 1) -> None:
        """The next `times` chances that bear `name` (without one: any) go wrong."""
        self._armed.append(_Armed(Fault(fault), name, times))

    def strikes(self, fault: Fault, *names: str, nth: int = 0) -> bool:
        """`names[0]` and `nth` say which chance this is: asked again, the dice say the same."""
        if self._armed and self._is_armed(fault, names):
            return True
        share: float = getattr(self.manners, fault)
        return share > 0 and random.Random(f"{self._seed}:{fault}:{names[0]}:{nth}").random() < share

    def may_strike(self, faults: tuple[Fault, ...]) -> bool:
        """Without throwing any dice: whether it is worth asking."""
        return bool(self._armed) or any(getattr(self.manners, fault) for fault in faults)

    def first(self, faults: tuple[Fault, ...], *names: str, nth: int = 0) -> Fault | None:
        """One fault at a time; whatever was asked for goes before the dice."""
        for armed in self._armed:
            if armed.fault in faults and self._is_armed(armed.fault, names):
                return armed.fault
        return next((fault for fault in faults if self.strikes(fault, *names, nth=nth)), None)

    def _is_armed(self, fault: Fault, names: tuple[str, ...]) -> bool:
        for armed in self._armed:
            if armed.fault is fault and (armed.name is None or armed.name in names):
                armed.left -= 1
                if armed.left <= 0:
                    self._armed.remove(armed)
                return True
        return False
