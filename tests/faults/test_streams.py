"""What a carrier may do to the order of events, and what may not come of it."""

from collections import Counter

import pytest

from tests.faults.dose import dice, dose
from tests.support.consuming import following, publish
from tests.support.driving import until
from tests.support.ledger import Ledger, in_order, story
from tests.support.replay import disorder
from tests.support.tap import meta_of
from yimen.bus import Carrier
from yimen.bus.local import LocalCarrier
from yimen.bus.rabbit import RabbitCarrier

ORDERS = dose(3, 30)
CASES, EVENTS = 12, 15
WINDOWS = [3, 20, 10_000]
"""How far an event may stray: neighbours change places, or everything does."""


@pytest.fixture(params=["local", pytest.param("rabbit", marks=pytest.mark.real)])
def carrier(request: pytest.FixtureRequest) -> Carrier:
    if request.param == "local":
        return LocalCarrier()
    return RabbitCarrier(request.getfixturevalue("amqp_vhost_url"))


@pytest.mark.parametrize("order", range(ORDERS))
async def test_shuffled_duplicated_gapped_streams(carrier: Carrier, ledger: Ledger, order: int) -> None:
    """Same end state for every order: each case's events once, in order, and nothing left waiting.

    A gap is an event that comes after everything else; until then its case stands still and the others go on."""
    throw, told = dice(f"streams/{order}"), story(CASES, EVENTS)
    gaps = [told.pop(case * (EVENTS - 1) + throw.randrange(EVENTS - 1)) for case in range(CASES // 3)]
    before_gaps = {meta.subject: meta.sequence - 1 for meta in map(meta_of, gaps)}
    expected = (CASES - len(gaps)) * EVENTS + sum(before_gaps.values())

    async def effects(count: int) -> bool:
        return len(await ledger.effects()) >= count

    async with following(ledger, carrier):
        for batch in disorder(throw, told, WINDOWS[order % 3]):
            await publish(carrier, *batch)
        await until(lambda: effects(expected))
        stand = Counter(subject for subject, _ in await ledger.effects())
        assert {subject: stand[subject] for subject in before_gaps} == before_gaps
        await publish(carrier, *gaps)
        await until(lambda: effects(CASES * EVENTS))
    assert in_order(await ledger.effects(), CASES, EVENTS)
    assert await ledger.parked() == []
