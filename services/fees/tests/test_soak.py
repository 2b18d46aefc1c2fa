"""Any sequence of what clerks, payers, the bank and the clock may do leaves the books sound and equal to the bank's own."""

import asyncio
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.fees.tests import samples
from services.fees.tests.clerks import Clerks
from services.fees.tests.conftest import open_window
from services.fees.tests.samples import CASE
from services.fees.tests.window import Window
from sim.bank import KeyRing, Manners, Refused
from tests.faults.dose import dose

CASES = 3
WHICH = st.integers(0, CASES - 1)
ACTIONS = st.one_of(
    st.tuples(st.sampled_from(["submit", "review", "verify", "reject", "replace", "withdraw", "pay"]), WHICH),
    st.tuples(st.just("take"), st.tuples(WHICH, st.sampled_from([-1, 0, 1, 100, 15999, 16000, 16001, 10**9]))),
    st.tuples(st.sampled_from(["list", "order", "tell", "tell_twice"]), WHICH),
    st.tuples(st.sampled_from(["propose", "approve", "send_back", "void"]), WHICH),
    st.tuples(st.just("wait"), st.sampled_from([0, 20, 86_400, 16 * 86_400])),
)


class Hall:
    """Carries the actions out; what is not possible now is not done, as in life."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.lists = [0] * CASES
        self.clerks = Clerks(window)

    def case(self, n: int) -> str:
        return f"{CASE}-{n}"

    def newest(self, n: int) -> str:
        return f"L{n}-{self.lists[n]}"

    async def open(self, n: int, *, issued: bool) -> None:
        """With a list; half of the cases start with their notice out and ordered, so that money has somewhere to go."""
        await self.list(n)
        if issued:
            for step in (self.submit, self.verify, self.review, self.order):
                await step(n)

    async def list(self, n: int) -> None:
        self.lists[n] += 1
        older = f"L{n}-{self.lists[n] - 1}" if self.lists[n] > 1 else None
        await self.window.approval(samples.listed(self.newest(n), case_number=self.case(n), replaces=older))

    async def replace(self, n: int) -> None:
        if self.lists[n]:
            await self.list(n)

    async def submit(self, n: int) -> None:
        await self.window.intake(samples.submitted(self.case(n)))

    async def review(self, n: int) -> None:
        await self.window.intake(samples.reviewed(f"L{n}-1", case_number=self.case(n)))

    async def withdraw(self, n: int) -> None:
        await self.window.intake(samples.withdrawn(self.case(n)))

    async def verify(self, n: int) -> None:
        if self.lists[n]:
            await self.window.decide(self.newest(n), "verification")

    async def reject(self, n: int) -> None:
        if self.lists[n]:
            await self.window.decide(self.newest(n), "rejection")

    async def order(self, _n: int) -> None:
        await self.window.harness.run_senders()

    async def pay(self, n: int) -> None:
        notice = await self.window.notice(self.case(n))
        if notice is not None:
            try:
                self.window.bank.pay(notice["payment_code"], "qr")
            except Refused:
                return

    async def take(self, what: tuple[int, int]) -> None:
        notice = await self.window.notice(self.case(what[0]))
        self.window.bank.take(notice["payment_code"] if notice else "NOBODY", what[1])

    async def tell(self, _n: int) -> None:
        await self.window.bank.tell()

    async def tell_twice(self, _n: int) -> None:
        await asyncio.gather(self.window.bank.tell(), self.window.bank.tell())

    async def wait(self, seconds: int) -> None:
        self.window.clock.advance(timedelta(seconds=seconds))
        await self.window.harness.fire_timers()

    async def propose(self, n: int) -> None:
        """What fits, where anything does; the case's notice, where it asks for as much."""
        found = await self.clerks.exceptions("?state=open")
        if found:
            one, notice = found[n % len(found)], await self.window.notice(self.case(n))
            fits = notice is not None and notice["amount"] == one["amount"] and n != 1
            target = {"notice_number": notice["notice_number"]} if notice and fits else {}
            how = "noted" if one["amount"] == 0 else "notice" if fits else "refund"
            await self.clerks.propose(one["exception_id"], how, **target)

    async def approve(self, n: int) -> None:
        found = await self.clerks.exceptions("?state=proposed")
        if found:
            await self.clerks.approve(found[n % len(found)]["exception_id"])

    async def send_back(self, n: int) -> None:
        found = await self.clerks.exceptions("?state=proposed")
        if found:
            await self.clerks.send_back(found[n % len(found)]["exception_id"])

    async def void(self, n: int) -> None:
        notice = await self.window.notice(self.case(n))
        if notice is not None:
            await self.clerks.void(notice["notice_number"])

    async def end(self) -> None:
        """All that is owed is told; then both books are compared."""
        while await self.window.bank.tell():
            continue
        await self.window.sound()
        assert await self.window.harness.parked() == []


@settings(max_examples=dose(12, 100), suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    issued=st.lists(st.booleans(), min_size=CASES, max_size=CASES),
    actions=st.lists(ACTIONS, min_size=5, max_size=40),
    seed=st.integers(0, 9999),
)
def test_no_sequence_of_acts_unbalances_the_books(
    issued: list[bool], actions: list[tuple[str, Any]], seed: int, migrated_file: Path, ring: KeyRing
) -> None:
    async def play() -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = shutil.copy(migrated_file, Path(folder) / "fees.db")
            manners = Manners(told_twice=0.3, probed=0.1)
            url = f"sqlite+aiosqlite:///{path}"
            async with open_window(url, Path(folder) / "bank", ring, manners, seed=seed) as window:
                await window.intake(samples.item())
                hall = Hall(window)
                for n in range(CASES):
                    await hall.open(n, issued=issued[n])
                for name, value in actions:
                    await getattr(hall, name)(value)
                await hall.end()

    asyncio.run(play())
