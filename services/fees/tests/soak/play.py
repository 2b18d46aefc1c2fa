"""One game: a seeded dice decides who acts next, until so many acts are done; then all is brought to rest, and compared."""

import asyncio
import random
import shutil
import tempfile
import time
import traceback
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog

from services.fees.tests.soak import checks, oracle
from services.fees.tests.soak.banking import Banking
from services.fees.tests.soak.daybook import Daybook
from services.fees.tests.soak.hall import Hall
from services.fees.tests.soak.mains import Mains, at_once
from services.fees.tests.soak.payers import Payers
from services.fees.tests.soak.supervisor import Supervisor
from services.fees.tests.soak.treasury import Treasury
from services.fees.tests.soak.windows import Windows
from sim.bank import Manners

TOLD: Final = 50
"""Of the last acts, when something is wrong."""
RAM: Final = Path("/dev/shm")

Act = Callable[[], Awaitable[int]]


@dataclass
class Outcome:
    """What a game came to. `wrong`: in words, with the last acts; nothing may be in it."""

    seed: str
    acts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    checked: int = 0
    restarts: int = 0
    days: int = 0
    wrong: list[str] = field(default_factory=list)
    verdicts: dict[str, dict[str, int]] = field(default_factory=dict)
    figures: dict[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(self.acts.values())


class Game:
    def __init__(self, hall: Hall, dice: random.Random, outcome: Outcome) -> None:
        self.hall = hall
        self.dice = dice
        self.outcome = outcome
        self.last: deque[str] = deque(maxlen=TOLD)
        self.windows = Windows(hall, dice)
        self.payers = Payers(hall, dice)
        self.treasury = Treasury(hall, dice, self.payers)
        self.banking = Banking(hall, dice)
        self.daybook = Daybook(hall, dice)
        self.supervisor = Supervisor(hall)
        acts = self._acts()
        self._names = list(acts)
        self._weights = [weight for weight, _act in acts.values()]
        self._do: dict[str, Act] = {name: act for name, (_weight, act) in acts.items()}

    def _acts(self) -> dict[str, tuple[float, Act]]:
        """By name: how likely, and what."""
        w, p, t, b, d = self.windows, self.payers, self.treasury, self.banking, self.daybook
        return {
            "case opened": (8, w.open_case),
            "events heard": (20, w.hear),
            "list replaced": (2, w.replace),
            "list added late": (0.5, w.list_late),
            "case ended": (1, w.end_case),
            "case reopened": (0.6, w.reopen_case),
            "standard published": (0.1, w.publish_standard),
            "list verified": (12, w.verify),
            "list sent back": (1.5, w.reject),
            "own list verified": (0.3, w.verify_own),
            "notice paid": (8, p.pay),
            "overdue notice paid": (2, p.pay_late),
            "paid twice": (1.2, p.pay_twice),
            "wrong amount paid": (1, p.pay_wrong),
            "void notice paid": (0.6, p.pay_void),
            "unknown code paid": (0.6, p.pay_unknown),
            "paid elsewhere": (0.05, p.pay_elsewhere),
            "payment looked at": (5, p.look),
            "bank asked by payer": (1.5, p.inquire),
            "dispute filed": (1, p.dispute),
            "refund asked by payer": (1, p.ask_refund),
            "relief asked by payer": (1, p.ask_relief),
            "exception proposed": (5, t.propose),
            "proposal approved": (4.5, t.approve_proposal),
            "proposal sent back": (0.5, t.send_back),
            "money brought back": (0.4, t.bring_back),
            "refund opened": (1, t.open_refund),
            "refund verified": (2, t.verify_refund),
            "refund approved": (2.5, t.approve_refund),
            "refund refused": (0.4, t.refuse_refund),
            "refund sent again": (1, t.send_again),
            "relief opened": (0.6, t.open_relief),
            "relief moved": (3, t.move_relief),
            "dispute answered": (1, t.answer_dispute),
            "violation found": (0.3, t.find_violation),
            "ticket voided": (0.6, t.void_ticket),
            "block given": (0.5, t.give_block),
            "block written off early": (0.1, t.write_off_early),
            "bank's messages": (14, b.tell),
            "forged message": (9, b.forge),
            "keys rotated": (0.1, b.rotate_keys),
            "unordered refund": (0.1, b.refund_unordered),
            "unordered remittance": (0.05, b.remit_unordered),
            "unknown failure told": (0.2, b.fail_unknown),
            "file brought": (0.4, d.bring_file),
            "file corrected": (0.3, d.correct_file),
            "difference answered": (1.5, d.settle_difference),
            "day closed by hand": (0.2, d.close_day),
            "minutes pass": (6, d.pass_minutes),
            "hours pass": (0.5, d.pass_hours),
            "night passes": (0.7, d.pass_night),
            "timers rung": (1, self._ring),
            "jobs sent": (6, self._send),
        }

    async def _ring(self) -> int:
        return 1 if await self.hall.ring_timers() else 0

    async def _send(self) -> int:
        return 1 if await self.hall.send() else 0

    # -- turns --------------------------------------------------------------------------------------------------------------

    async def turn(self) -> None:
        kind = self.dice.choices(("one", "together", "cut"), (93.5, 5, 1.5))[0]
        names = self.dice.choices(self._names, self._weights, k=1 if kind == "one" else self.dice.randint(2, 4))
        if kind == "cut":
            await self._cut(names)
        else:
            await self._together(names)

    async def _together(self, names: list[str]) -> None:
        self.hall.busy = len(names) > 1
        self.last.append(" with ".join(names))
        if len(names) == 1:
            done = [await self._do[names[0]]()]
        else:
            # What moves the clock or the bank's days does not do so while others look at them.
            done = await asyncio.gather(*(self._do[name]() for name in names))
        self.outcome.acts.update({name: count for name, count in zip(names, done, strict=True) if count})

    async def _cut(self, names: list[str]) -> None:
        """The power fails somewhere in these acts, or right behind a commit; then the service starts again."""
        commit = self.dice.random() < 0.4
        self.hall.busy = True
        self.hall.mains.cut_after(self.dice.randint(1, 4 if commit else 60), commit=commit)
        self.last.append(f"power cut {'behind a commit' if commit else 'anywhere'} in {' with '.join(names)}")
        done = await asyncio.gather(*(self._do[name]() for name in names), return_exceptions=True)
        if not self.hall.mains.dead:
            self.hall.mains.restore()
        for name, result in zip(names, done, strict=True):
            if isinstance(result, BaseException):
                if not self.hall.mains.dead:
                    raise result
            elif result:
                self.outcome.acts[name] += result
        if self.hall.mains.dead:
            self.outcome.acts["power cut behind a commit" if commit else "power cut before a commit"] += 1
            await self.hall.restart()

    # -- checked ------------------------------------------------------------------------------------------------------------

    async def check(self) -> None:
        self.hall.busy = False
        self.outcome.checked += 1
        await self._receipts()
        await self.supervisor.count()
        wrong = [
            *self.hall.errors,
            *await checks.invariants(self.hall),
            *checks.nothing_invented(self.hall),
            *checks.nothing_stuck(self.hall),
        ]
        self._complain(wrong)

    async def _receipts(self) -> None:
        """Whoever paid while the numbers were used up has their ticket."""
        while self.hall.value("SELECT COUNT(*) FROM notices WHERE state = 'paid'"):
            if not await self.treasury.give_block():
                await self.treasury.give_block()

    def _complain(self, wrong: list[str]) -> None:
        if wrong:
            raise AssertionError("\n".join(wrong[:20]))

    async def rest(self) -> None:
        """The bank behaves, everybody waits: what is owed is told, every file is read, every order arrives."""
        self.hall.bank.mischief.manners = Manners()
        self.daybook.good_from_now_on = True
        await self.windows.hear_all()
        for _day in range(7):
            while await self.banking.tell():
                await self.daybook.work()
            await self._fund()
            await self.daybook.correct_what_is_lacking()
            await self.daybook.pass_night()
            for _hour in range(3):
                await self.daybook.go(self.hall.clock.now() + timedelta(hours=1, minutes=5))
            for _ in range(40):
                await self.treasury.send_again()
        while await self.banking.tell():
            await self.daybook.work()

    async def _fund(self) -> None:
        """An account that is too low for what was ordered, since money went out that nobody ordered, is filled up."""
        short = self.hall.value(
            "SELECT COUNT(*) FROM outgoing WHERE kind IN ('bank_refund', 'bank_remittance') AND state <> 'done'"
        )
        if short:
            self.hall.bank.take("FILLED-UP", 1_000_000)

    async def finish(self) -> None:
        await self.rest()
        await self.check()
        self._complain(checks.everything_known(self.hall))
        verdicts = oracle.judge(self.hall)
        self.outcome.verdicts = {name: dict(counts) for name, counts in verdicts.counts.items()}
        self.outcome.restarts = self.hall.restarts
        self.outcome.days = self.hall.value("SELECT COUNT(*) FROM days WHERE statement_id IS NOT NULL")
        self.outcome.figures = {
            "notices": self.hall.value("SELECT COUNT(*) FROM notices"),
            "payments": self.hall.value("SELECT COUNT(*) FROM bank_payments"),
            "refunds paid": self.hall.value("SELECT COUNT(*) FROM refunds WHERE state = 'refunded'"),
            "remittances": self.hall.value("SELECT COUNT(*) FROM remittances WHERE state = 'remitted'"),
            "exceptions": self.hall.value("SELECT COUNT(*) FROM exceptions"),
            "journals": self.hall.value("SELECT COUNT(*) FROM journals"),
        }
        self._complain(verdicts.missed)


def play(seed: str, acts: int, every: int, migrated: Path) -> Outcome:
    """`every`: so many acts between two checks. Repeated by its seed."""
    outcome = Outcome(seed)
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    began = time.perf_counter()
    try:
        with tempfile.TemporaryDirectory(dir=RAM if RAM.is_dir() else None) as folder, at_once() as mains:
            asyncio.run(_play(Path(folder), mains, outcome, acts, every, migrated))
    finally:
        structlog.configure(**before)
        outcome.seconds = time.perf_counter() - began
    return outcome


async def _play(folder: Path, mains: Mains, outcome: Outcome, acts: int, every: int, migrated: Path) -> None:
    dice = random.Random(outcome.seed)
    random.seed(outcome.seed)  # the jitter of what is tried again
    database = Path(shutil.copy(migrated, folder / "fees.db"))
    hall = Hall(folder, database, mains, seed=dice.randrange(10_000))
    await hall.open()
    game = Game(hall, dice, outcome)
    try:
        due = every
        while outcome.count < acts:
            await game.turn()
            if outcome.count >= due or hall.errors:
                await game.check()
                due += every
        await game.finish()
    except BaseException as error:
        told = "".join(traceback.format_exception(error)) if not isinstance(error, AssertionError) else str(error)
        outcome.wrong.append("\n".join([told, f"the last {len(game.last)} turns:", *game.last]))
        if not isinstance(error, Exception):
            raise
    finally:
        mains.restore()
        await hall.close()
