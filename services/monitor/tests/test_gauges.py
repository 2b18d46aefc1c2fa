"""Which department is behind, as metrics tell it: counts, and nothing of who is counted."""

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from services.monitor.gauges import Gauges
from services.monitor.tests.harness import supervisor, tell
from services.monitor.tests.samples import accepted, at, due, recorded, submitted
from yimen.testing import Harness


def told(gauge: Gauge) -> dict[tuple[str, ...], float]:
    return {tuple(sample.labels.values()): sample.value for family in gauge.collect() for sample in family.samples}


async def measured(harness: Harness, gauges: Gauges) -> Gauges:
    async with harness.units.view() as view:
        await gauges.measure(view)
    return gauges


async def test_running_cases_are_counted_by_their_lead_and_their_light(database_url: str) -> None:
    mine = (submitted(case_number="K1"), accepted(10, due(3, 16), case_number="K1"))
    async with supervisor(database_url) as harness:
        await tell(harness, *recorded(("/intake", event, at(3, 2)) for event in mine))
        gauges = Gauges()
        harness.clock.move_to(at(3, 12))
        (((department, light), number),) = told((await measured(harness, gauges)).open_cases).items()
        assert (light, number) == ("green", 1)
        harness.clock.move_to(at(3, 13, 0))
        assert told((await measured(harness, gauges)).open_cases) == {(department, "blue"): 1}
        assert told(gauges.overdue_rungs) == {(): 1}, "it is due, and nobody has raised it yet"
        await harness.fire_timers()
        assert told((await measured(harness, gauges)).overdue_rungs) == {(): 0}
        harness.clock.move_to(at(3, 30))
        assert told((await measured(harness, gauges)).open_cases) == {(department, "red"): 1}


async def test_alerts_count_until_they_are_answered_and_cases_until_they_end(blue: Harness) -> None:
    gauges = await measured(blue, Gauges())
    assert told(gauges.open_cases) == {}
    assert [(light, number) for (_department, light), number in told(gauges.unanswered).items()] == [("blue", 1)]
    gauges.register(registry := CollectorRegistry())
    assert b"K1" not in generate_latest(registry)
