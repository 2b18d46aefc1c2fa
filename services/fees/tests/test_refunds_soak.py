"""Whatever is asked, decided and said of refunds, in whatever order: never more goes back than was paid."""

import asyncio
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.fees.tests import refunds as acts
from services.fees.tests.conftest import open_window
from services.fees.tests.window import Window
from sim.bank import KeyRing, Manners
from tests.faults.dose import dose
from yimen.web import Role

WHICH = st.integers(0, 5)
LINE = st.tuples(st.sampled_from([("L1", 2), ("L2", 3)]), st.integers(1, 3)).map(
    lambda drawn: {"list_id": drawn[0][0], "line": 1, "quantity": min(drawn[1], drawn[0][1])}
)
ASKS = st.one_of(
    st.just({}),
    st.lists(st.sampled_from(["L1", "L2"]), min_size=1, max_size=2, unique=True).map(lambda ids: {"lists": ids}),
    st.lists(LINE, min_size=1, max_size=1).map(lambda lines: {"lines": lines}),
    st.just({"cause": "own_finding", "lists": ["L2"]}),
)
ACTIONS = st.one_of(
    st.tuples(st.just("ask"), ASKS),
    st.tuples(st.sampled_from(["verify", "approve", "approve", "refuse", "send_again"]), WHICH),
    st.tuples(st.sampled_from(["order", "tell", "say_failed"]), WHICH),
    st.tuples(st.just("wait"), st.sampled_from([20, 86_400, 15 * 86_400])),
)


class Desk:
    """Carries the actions out; what is not possible now is refused, as in life."""

    def __init__(self, window: Window, notice: str) -> None:
        self.window = window
        self.notice = notice
        self.refunds: list[str] = []

    async def ask(self, body: dict[str, Any]) -> None:
        answer = await acts.ask(self.window, self.notice, **body)
        assert answer.status_code in (201, 409), answer.text
        if answer.status_code == 201:
            self.refunds.append(answer.json()["refund_number"])

    async def _decide(self, n: int, how: str, role: Role, person: str, **body: Any) -> None:
        if n < len(self.refunds):
            answer = await acts.decide(self.window, self.refunds[n], how, role, person, **body)
            assert answer.status_code in (200, 403, 409), answer.text

    async def verify(self, n: int) -> None:
        await self._decide(n, "verification", Role.FEE_OFFICER, acts.OTHER)

    async def approve(self, n: int) -> None:
        await self.verify(n)
        await self._decide(n, "approval", Role.TREASURER, acts.TREASURER)

    async def refuse(self, n: int) -> None:
        for role, person in ((Role.FEE_OFFICER, acts.OTHER), (Role.TREASURER, acts.TREASURER)):
            await self._decide(n, "refusal", role, person, reasons="收费符合标准")

    async def send_again(self, n: int) -> None:
        await self._decide(n, "sending", Role.FEE_OFFICER, acts.OTHER)

    async def order(self, _n: int) -> None:
        await self.window.harness.run_senders()

    async def tell(self, _n: int) -> None:
        await self.window.bank.tell()

    async def say_failed(self, n: int) -> None:
        """Also of what is paid, and of what was never ordered."""
        if n < len(self.refunds):
            await acts.bank_failed(self.window, self.refunds[n])

    async def wait(self, seconds: int) -> None:
        self.window.clock.advance(timedelta(seconds=seconds))
        await self.window.harness.fire_timers()

    async def end(self) -> None:
        """Whatever failed is sent again until it is given back, out of what others pay where the treasury has the money;
        then both books are compared."""
        self.window.bank.mischief.manners = Manners()
        self.window.bank.take("NOBODY", 10**6)
        for _ in range(6):
            for n in range(len(self.refunds)):
                await self.send_again(n)
            await self.wait(86_400)
            await self.window.harness.run_senders()
            await self.window.bank.tell()
        await self.window.sound()
        states = {row[0] for row in await self.window.rows("SELECT state FROM refunds")}
        assert states <= {"requested", "verified", "refused", "refunded"}


@pytest.mark.rule("R59", "R60")
@settings(max_examples=dose(6, 50), suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(actions=st.lists(ACTIONS, min_size=5, max_size=25), seed=st.integers(0, 9999))
def test_no_sequence_of_refunds_gives_back_more_than_was_paid(
    actions: list[tuple[str, Any]], seed: int, migrated_file: Path, ring: KeyRing
) -> None:
    async def play() -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = shutil.copy(migrated_file, Path(folder) / "fees.db")
            manners = Manners(told_twice=0.2, refund_fails=0.3, fails_after_success=0.2, never_told=0.1, hollow=0.1)
            url = f"sqlite+aiosqlite:///{path}"
            async with open_window(url, Path(folder) / "bank", ring, seed=seed) as window:
                desk = Desk(window, await acts.paid_twice(window))
                window.bank.mischief.manners = manners
                for name, value in actions:
                    await getattr(desk, name)(value)
                await desk.end()

    asyncio.run(play())
