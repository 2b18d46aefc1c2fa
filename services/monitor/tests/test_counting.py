"""The counts follow from the set of events: any order, any doubling, any batches, on both databases."""

import secrets
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.monitor.counting import of_complaint
from services.monitor.tests.counted import (
    alert,
    complaint,
    escalated,
    expected,
    given_back,
    kept,
    lifted,
    not_rated,
    plain,
    rated,
    settled,
    sums,
    voided,
)
from services.monitor.tests.harness import change, message, rows, supervisor, tell
from services.monitor.tests.samples import at, joint_case, recorded
from yimen.contracts.monitor import Light
from yimen.contracts.parts import Kind

WHOLE = recorded(
    [
        *joint_case(),
        *plain("K-late", at(3, 20), 2),
        *plain("K-open", at(3, 3))[:2],
        *plain("K-first", at(4, 3), item_code="450721J02", item_name="另一事项", kind=Kind.COMMITTED),
        *(settled(500), settled(70, "L2"), given_back(30)),
        *(rated(2), not_rated(), rated(1, "P9", "K-late"), voided("P9", "K-late")),
        *(
            alert("A1", Light.BLUE),
            escalated("A1", Light.YELLOW),
            alert("A2", Light.RED, "K-late"),
            lifted("A2", "K-late"),
        ),
        *complaint("T1", upheld=True),
        *complaint("T2", upheld=False),
    ]
)
COMPLAINTS = [
    of_complaint({"department": "planning", "filed": "2026-03-18", "upheld": "2026-04-01"}),
    of_complaint({"department": "planning", "filed": "2026-03-18"}),
]
COUNTED = sums(expected(WHOLE, COMPLAINTS))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    order=st.permutations(WHOLE),
    doubles=st.lists(st.sampled_from(WHOLE), max_size=10),
    size=st.integers(min_value=1, max_value=len(WHOLE)),
)
async def test_any_order_of_arrival_and_any_doubling_counts_the_same(tmp_path, order, doubles, size):
    stream = [message(one) for one in (*order, *doubles)]
    async with supervisor(f"sqlite+aiosqlite:///{tmp_path / secrets.token_hex(8)}.db", at(4, 10)) as harness:
        for start in range(0, len(stream), size):
            await harness.process(stream[start : start + size])
        assert await kept(harness) == COUNTED


async def test_the_same_counts_on_both_databases(database_url):
    async with supervisor(database_url, at(4, 10)) as harness:
        await tell(harness, *reversed(WHOLE))
        assert await kept(harness) == COUNTED
        total = await rows(harness, "SELECT sum(fees_settled) AS fees FROM case_counts WHERE grain = 'day'")
        assert int(str(total[0]["fees"])) == 570


async def test_after_every_batch_the_counts_are_the_sums_of_what_the_cases_contribute_by_then(database_url):
    told = [one for one in WHOLE if one.meta.correlation_id is not None]
    async with supervisor(database_url, at(4, 10)) as harness:
        for end in range(7, len(told) + 7, 7):
            await tell(harness, *told[end - 7 : end])
            assert _not_nought(await kept(harness)) == _not_nought(sums(expected(told[:end])))


def _not_nought(tables):
    """What came and went again may stand as 0 in what is expected."""
    days, stages = tables
    return {k: n for k, counts in (days | stages).items() if (n := {name: v for name, v in counts.items() if v})}


async def test_cases_that_were_followed_before_there_were_counts_are_counted_once_the_supervisor_runs(database_url):
    async with supervisor(database_url, at(4, 10)) as harness:
        await tell(harness, *WHOLE)
        await change(harness, "DELETE FROM case_counts WHERE 1 = 1")
        await change(harness, "DELETE FROM stage_counts WHERE 1 = 1")
        await change(harness, "UPDATE cases SET contribution = NULL, item_code = NULL, closed_on = NULL")
    async with supervisor(database_url, at(4, 10)) as again:
        await again.fire_timers()
        assert await kept(again) == COUNTED, "complaints are counted again with them"
        found = await rows(again, "SELECT number FROM cases WHERE closed_on IS NULL AND stopped_at IS NOT NULL")
        assert found == []


async def test_items_go_by_the_name_of_their_newest_version(database_url):
    async with supervisor(database_url, at(4, 10)) as harness:
        newer = plain("K1", at(3, 10), item_version=2, item_name="新名")[:1]
        await tell(harness, *recorded([*newer, *plain("K2", at(3, 10), item_name="旧名")[:1]]))
        assert await rows(harness, "SELECT name, version FROM counted_items") == [{"name": "新名", "version": 2}]


@pytest.mark.parametrize("facts", [{}, {"upheld": "2026-03-02"}])
def test_a_complaint_counts_once_it_is_known_of_whom(facts):
    assert of_complaint(facts).days == {}
    told = of_complaint(facts | {"department": "fire", "filed": "2026-03-01"})
    assert {place.day for place in told.days} >= {date(2026, 3, 1)}
