"""The supervisor's own count of the fees: from events alone, whatever their order and however often they come (I10)."""

import asyncio
import tempfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.monitor.domain.views import Recorded
from services.monitor.tests.harness import message, supervisor
from services.monitor.tests.samples import NUMBER, at
from services.monitor.tests.samples import recorded as all_recorded
from yimen.bus import Message
from yimen.contracts import Event, fees
from yimen.contracts.monitor import TallyCounted
from yimen.contracts.parts import Tally
from yimen.testing import Harness
from yimen.web import Role

DAY = date(2026, 3, 17)
NOUGHT = Tally(count=0, amount=0)


def recorded(source: str, event: Event, when: datetime) -> Recorded:
    return all_recorded([(source, event, when)])[0]


def paid(number: int, amount: int, hour: int = 9) -> Recorded:
    event = fees.NoticePaid(
        notice_number=f"N{number}", case_number=NUMBER, bank_serial=f"B{number}", amount=amount, paid_at=at(3, 17, hour)
    )
    return recorded("/fees", event, at(3, 17, hour))


def refunded(number: int, amount: int) -> Recorded:
    event = fees.NoticeRefunded(
        notice_number=f"R{number}",
        case_number=NUMBER,
        refund_number=f"TK{number}",
        bank_serial=f"S{number}",
        amount=amount,
        refunded_at=at(3, 17, 10),
    )
    return recorded("/fees", event, at(3, 17, 10))


def closed() -> Recorded:
    event = fees.DayReconciled(
        day=DAY,
        file=NOUGHT,
        payments=NOUGHT,
        tickets=NOUGHT,
        refunds=NOUGHT,
        closing=0,
        carried=0,
        reconciled_at=at(3, 18),
    )
    return recorded("/fees", event, at(3, 18))


async def last_told(harness: Harness) -> TallyCounted | None:
    told: Sequence[TallyCounted] = await harness.events(TallyCounted)
    return told[-1] if told else None


async def test_a_closed_day_is_told_and_told_again_when_a_late_word_changes_it(database_url: str) -> None:
    async with supervisor(database_url) as harness:
        await harness.process([message(paid(1, 500))])
        assert await last_told(harness) is None
        await harness.process([message(closed())])
        first = await last_told(harness)
        assert first is not None
        assert (first.day, first.paid, first.refunded) == (
            DAY,
            Tally(count=1, amount=500),
            NOUGHT,
        )
        await harness.process([message(paid(2, 29)), message(refunded(1, 100))])
        last = await last_told(harness)
        assert last is not None
        assert (last.paid, last.refunded) == (Tally(count=2, amount=529), Tally(count=1, amount=100))


async def test_the_day_is_the_banks_day_in_shanghai(database_url: str) -> None:
    late = paid(1, 500)
    event = late.event.model_copy(update={"paid_at": at(3, 17, 23) + timedelta(hours=1)})
    async with supervisor(database_url) as harness:
        await harness.process([message(recorded("/fees", event, at(3, 18)))])
        overseer = harness.as_(Role.LEADER)
        path = "/fee-days?first=2026-03-17&last=2026-03-18"
        answer = await harness.client.get(path, headers=overseer)
        assert [(day["day"], day["paid_sum"]) for day in answer.json()] == [("2026-03-18", 500)]
        refused = await harness.client.get("/fee-days?first=2026-03-18&last=2026-03-17", headers=overseer)
        assert refused.status_code == 422


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_any_order_and_repetition_counts_the_same(data: st.DataObject) -> None:
    amounts = data.draw(st.lists(st.integers(1, 10**6), min_size=1, max_size=5))
    told = [message(paid(n, amount)) for n, amount in enumerate(amounts)]
    told += [message(refunded(0, 1)), message(closed())]
    stream: list[Message] = data.draw(st.permutations(told * 2))

    async def play() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with supervisor(f"sqlite+aiosqlite:///{folder}/monitor.db") as harness:
                for one in stream:
                    await harness.process([one])
                last = await last_told(harness)
                assert last is not None
                assert (last.paid, last.refunded) == (
                    Tally(count=len(amounts), amount=sum(amounts)),
                    Tally(count=1, amount=1),
                )

    asyncio.run(play())
