"""The window and the bank as real processes on real parts, and what a crash or an outage between them can do to money.

One pair for all tests, since starting takes longer than what happens to it; each test begins with all of it at work again.
The window is killed with SIGKILL at an exact point: what it waits for is held by a lock of the test's own in the database,
or by a line that carries nothing. Afterwards the bank repeats itself, and both books have to agree within a minute.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from bench.rig import Rig
from tests.faults.dose import dice, dose
from tests.support.driving import until
from tests.support.parts import RealParts
from tests.support.postgres import run_sql
from tests.support.proxy import Way
from tests.support.till import PAID, QUICK, WITHIN, Office, Till, open_till

pytestmark = pytest.mark.asyncio(loop_scope="module")

KILLS = dose(3, 15)
PAYERS = dose(3, 4)
TROUBLE = ("told_twice", "probed", "replayed", "deaf")
LADDER = dose(QUICK, 1.0)
"""The long form waits on the bank's own ladder, 15 s before the first repetition."""

COMMITTING = 4711
TO_COMMIT_WAITS = (
    f"""CREATE FUNCTION hold_commit() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock({COMMITTING}); RETURN NULL; END $$""",
    """CREATE CONSTRAINT TRIGGER hold_commit AFTER INSERT ON bank_payments DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION hold_commit()""",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(
    real_parts: RealParts,
    amqp_url: str,
    postgres_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Till]:
    rig = Rig(real_parts, 1)
    with rig.virtual_host() as broker, rig.database() as database:
        office = Office(real_parts.sandbox, database, broker, tmp_path_factory.mktemp("bank"))
        async with open_till(office, LADDER) as till:
            yield till


@pytest_asyncio.fixture(loop_scope="module")
async def till(opened: Till) -> Till:
    await opened.revive()
    return opened


@pytest.mark.fault("killed before commit")
@pytest.mark.parametrize("held", dose(["ticket_blocks"], ["notices", "ticket_blocks"]))
async def test_a_window_killed_before_it_commits_has_taken_nothing_and_then_takes_it_once(
    till: Till, held: str
) -> None:
    """With the money posted and the notice paid, before it is receipted. In the long form also before it is looked for."""
    notice = await till.notice()
    async with till.holding(f"SELECT 1 FROM {held} FOR UPDATE"):
        await till.pay(notice["payment_code"])
        await till.waiting()
        await till.kill()
    await till.forgotten()
    assert await till.booked(notice["payment_code"]) == 0
    await till.start()
    await till.paid_once(notice)


@pytest.fixture
def commits_wait(till: Till) -> Iterator[str]:
    """Whatever books a payment waits, at the end of its commit, for the lock that the statement takes."""
    run_sql(till.database, *TO_COMMIT_WAITS)
    yield f"SELECT pg_advisory_xact_lock({COMMITTING})"
    run_sql(till.database, "DROP FUNCTION hold_commit() CASCADE")


async def _killed_as_it_commits(till: Till, code: str, lock: str) -> None:
    async with till.holding(lock):
        await till.pay(code)
        await till.waiting()
        await till.kill()
    await until(lambda: _booked(till, code))


async def _killed_as_it_answers(till: Till, code: str) -> None:
    till.lines.notify.stall(Way.DOWN)
    await till.pay(code)
    await until(lambda: _booked(till, code))
    await till.kill()


async def _booked(till: Till, code: str) -> bool:
    return await till.booked(code) == 1


@pytest.mark.fault("killed after commit, before answer")
@pytest.mark.parametrize("point", dose(["its commit"], ["its commit", "its answer"]))
async def test_a_window_killed_before_the_bank_has_its_answer_takes_the_money_once(
    till: Till, commits_wait: str, point: str
) -> None:
    """As it waits for its commit, which the database carries out all the same; and as its answer is under way."""
    notice = await till.notice()
    code = notice["payment_code"]
    if point == "its commit":
        await _killed_as_it_commits(till, code, commits_wait)
    else:
        await _killed_as_it_answers(till, code)
    assert 204 not in await till.told(code)
    till.lines.heal()
    await till.start()
    await until(lambda: _answered(till, code), WITHIN)
    await till.paid_once(notice)


async def _answered(till: Till, code: str) -> bool:
    return 204 in await till.told(code)


@pytest.mark.fault("killed after answer, before publish")
async def test_what_a_killed_window_had_still_to_say_is_said_by_its_successor(till: Till) -> None:
    notice = await till.notice()
    await till.rest()
    till.lines.broker.stall(Way.UP)
    await till.pay(notice["payment_code"])
    await until(lambda: _answered(till, notice["payment_code"]), WITHIN)
    await till.agree()
    await till.kill()
    till.lines.heal()
    assert await till.count("outbox WHERE subject = 'notice/" + notice["notice_number"] + "'") == len(PAID) - 1
    await till.start()
    await till.paid_once(notice)
    assert await till.told(notice["payment_code"]) == [204]


@pytest.mark.fault("broker down")
async def test_while_the_broker_is_down_the_bank_is_answered_and_the_books_agree(till: Till) -> None:
    """What there is to say waits in the outbox, and is said when the broker is back."""
    notice = await till.notice()
    await till.rest()
    till.lines.broker.refuse()
    till.lines.broker.cut()
    await till.pay(notice["payment_code"])
    await until(lambda: _answered(till, notice["payment_code"]), WITHIN)
    await till.agree()
    assert await till.heard(f"notice/{notice['notice_number']}") == ["issued"]
    await till.lines.broker.accept()
    await till.paid_once(notice)
    assert await till.told(notice["payment_code"]) == [204]


@pytest.mark.fault("we answer slower than 5 s")
async def test_a_bank_that_gave_up_waiting_and_repeats_itself_is_one_payment(till: Till) -> None:
    """Both messages are in hand at once; both find the notice locked."""
    notice = await till.notice()
    code = notice["payment_code"]
    async with till.holding("SELECT 1 FROM notices FOR UPDATE"):
        await till.pay(code)
        await till.waiting(sessions=2)
        assert await till.told(code) == [None]
    await until(lambda: _answered(till, code), WITHIN)
    await till.paid_once(notice)


class Payers:
    """People of all sorts at the counter, as long as it lasts. `astray`: how much money must end up in suspense."""

    def __init__(self, till: Till, throw: random.Random) -> None:
        self._till, self._throw = till, throw
        self._stopping = False
        self.paid = 0
        self.astray: Counter[int] = Counter()

    def stop(self) -> None:
        self._stopping = True

    async def run(self) -> None:
        while not self._stopping:
            notice = await self._till.notice()
            await self._pay(notice["payment_code"], notice["amount"])

    async def _pay(self, code: str, amount: int) -> None:
        if self._throw.random() < 0.3:
            await self._till.control("POST", "/faults", {"fault": self._throw.choice(TROUBLE), "name": code})
        await self._till.pay(code)
        self.paid += 1
        if self._throw.random() < 0.3:
            await self._stray(self._throw.choice([code, "UNKNOWN"]), self._throw.choice([1, amount, amount + 1]))

    async def _stray(self, code: str, amount: int) -> None:
        await self._till.take(code, amount)
        self.astray[amount] += 1


async def test_books_agree_within_a_minute_of_kills_at_random_points(till: Till) -> None:
    """While cases come in, clerks verify, notices are issued and people pay, rightly and wrongly."""
    throw, payers = dice("money"), [Payers(till, dice(f"money-{number}")) for number in range(PAYERS)]
    await till.hasten()
    suspense = await till.count("exceptions")
    paying = [asyncio.create_task(one.run()) for one in payers]
    for _ in range(KILLS):
        await asyncio.wait(paying, timeout=throw.uniform(0.05, 1.2), return_when=asyncio.FIRST_COMPLETED)
        await till.kill()
        await till.start()
    for one in payers:
        one.stop()
    try:
        await asyncio.wait_for(asyncio.gather(*paying), 2 * WITHIN)
    except TimeoutError:
        raise AssertionError(f"still waiting: {await till.waits()}") from None
    await till.agree()
    await till.rest()
    paid, astray = sum(one.paid for one in payers), sum((one.astray for one in payers), Counter[int]())
    print(f"{KILLS} kills, {paid} notices paid, {astray.total()} payments astray")
    assert paid >= PAYERS, "hardly any load"
    assert await till.count("exceptions") - suspense == astray.total()
    assert await till.count("notices WHERE state <> 'receipted'") == 0
