"""Any days of payments, lost words, lying files and late imports: each lie is found as what it is, and once the bank has put
its files right every day closes, all of the treasury's money reaches it, and both books agree."""

import asyncio
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.fees.tests.bank_days import agree, booked, bring, morning
from services.fees.tests.conftest import open_window
from services.fees.tests.samples import CASE, TODAY
from services.fees.tests.window import Window
from sim.bank import Fault, KeyRing, Manners
from sim.bank.errors import Refused
from tests.faults.dose import dose

ON_A_LINE = (Fault.LINE_MISSING, Fault.LINE_DOUBLED, Fault.LINE_AMOUNT)
LIES = (
    None,
    *ON_A_LINE,
    Fault.EMPTY_FILE,
    Fault.WRONG_OPENING,
    Fault.WRONG_TOTAL,
    Fault.TRUNCATED,
    Fault.GBK,
    Fault.GZIP,
)
CASES = 3
PAID = st.lists(st.integers(0, CASES), max_size=3)
"""Which notice; the last number: money for nobody's code."""


@dataclass(frozen=True)
class Play:
    """A day. `lost`: so many of its payments are not told. `brought`: in which format, if not left to be fetched."""

    by_day: list[int]
    in_the_evening: list[int]
    lost: int
    lie: Fault | None
    brought: str
    corrected: bool


PLAYS = st.builds(
    Play,
    PAID,
    PAID,
    st.integers(0, 2),
    st.sampled_from(LIES),
    st.sampled_from(["csv", "xml", "both", "fetched", "not yet"]),
    st.booleans(),
)


class Days:
    def __init__(self, window: Window) -> None:
        self.window, self.bank, self.harness = window, window.bank, window.harness
        self.ended: list[date] = []
        self.today = TODAY

    async def open(self) -> None:
        for n in range(CASES):
            await self.window.issued(f"{CASE}-{n}", f"L{n}")

    async def play(self, play: Play) -> None:
        for _ in range(play.lost):
            self.bank.arm(Fault.NEVER_TOLD)
        for n in play.by_day:
            await self.pay(n)
        await self.bank.tell()
        morning(self.window, self.today, 18)
        for n in play.in_the_evening:
            await self.pay(n)
        await self.night(play.lie)
        await self.import_all(play.brought)
        await self.bank.tell()
        if play.corrected:
            self.bank.correct(self.ended[0])

    async def pay(self, n: int) -> None:
        if n == CASES:
            self.bank.take("NOBODYS", 500)
            return
        notice = await self.window.notice(f"{CASE}-{n}")
        assert notice is not None
        try:
            self.bank.pay(notice["payment_code"], "qr")
        except Refused:
            self.bank.take(notice["payment_code"], notice["amount"])  # a second time, over the counter

    async def night(self, lie: Fault | None) -> None:
        """The bank's file lies about what we know, if at all; the next day begins at seven."""
        serials = {line.serial for line in booked(self.window, self.today)}
        known = sorted(serials & {row.serial for row in await self.window.rows("SELECT serial FROM bank_payments")})
        if lie in (*ON_A_LINE, Fault.EMPTY_FILE) and not known:
            lie = None
        self.bank.close_day(self.today, lie, known[0] if lie in ON_A_LINE else None)
        self.ended.append(self.today)
        self.today += timedelta(days=1)
        morning(self.window, self.today, 7)

    async def import_all(self, how: str) -> None:
        """All that there are, the newest first; or what the morning's timer fetches."""
        for form in {"csv": ["csv"], "xml": ["xml"], "both": ["csv", "xml"]}.get(how, []):
            for ended in reversed(self.ended):
                assert (await bring(self.window, self.bank.statement(ended, form))).status_code in (200, 201, 422)
        await self.harness.fire_timers()
        if how == "fetched":
            await self.harness.run_senders()

    async def end(self) -> None:
        """The bank puts right whatever was wrong, and all files come in; then the money goes, and its word of that comes."""
        for _ in range(2):
            await self.night(None)
            for ended in self.ended:
                self.bank.correct(ended)
            await self.import_all("csv")
            while await self.harness.fire_timers() + await self.harness.run_senders() + await self.bank.tell():
                continue

    async def check(self) -> None:
        unsettled = "SELECT kind, day, bank_serial FROM differences WHERE state IN ('open', 'held', 'carried')"
        assert await self.window.rows(unsettled) == []
        days = await self.window.rows("SELECT day, state, closing, balance FROM days ORDER BY day")
        assert {row.state for row in days} == {"closed"}
        assert len(days) == len(self.ended)
        assert days[-1].closing == days[-1].balance
        await agree(self.window)
        await self.window.sound()
        states = {row.state for row in await self.window.rows("SELECT state FROM notices")}
        assert states <= {"issued", "overdue", "remitted"}, "what was paid has reached the treasury"
        assert await self.window.balance("1002") == -await self.window.balance("2241")

    async def every_lie_was_found(self) -> None:
        """Where the version that lied has come in."""
        read = {
            (str(row.day), row.bank_version)
            for row in await self.window.rows("SELECT day, bank_version FROM statements WHERE state = 'accepted'")
        }
        found = {(str(row.day), row.kind) for row in await self.window.rows("SELECT day, kind FROM differences")}
        for entry in self.bank.books.journal(limit=10_000, what="fault"):
            if entry["difference"] is not None and (entry.get("day"), entry.get("version")) in read:
                assert (entry["day"], entry["difference"]) in found, entry


@pytest.mark.rule("R57", "R60", "R61")
@settings(max_examples=dose(3, 20), suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(plays=st.lists(PLAYS, min_size=1, max_size=3), seed=st.integers(0, 9999))
def test_no_lie_of_the_bank_outlives_its_correction(
    plays: list[Play], seed: int, migrated_file: Path, ring: KeyRing
) -> None:
    async def play() -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = shutil.copy(migrated_file, Path(folder) / "fees.db")
            url = f"sqlite+aiosqlite:///{path}"
            async with open_window(url, Path(folder) / "bank", ring, Manners(told_twice=0.2), seed) as window:
                days = Days(window)
                await days.open()
                for one in plays:
                    await days.play(one)
                await days.end()
                await days.check()
                await days.every_lie_was_found()

    asyncio.run(play())
