"""What a service tells Prometheus of the work that waits: the same in each of its processes, whoever did the work."""

from typing import Any
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.driving import until
from tests.support.ledger import message
from tests.support.tiny_running import made, running
from yimen.operations import By, parked, retry_job, retry_timer, skip
from yimen.operations.levels import measure
from yimen.settings import Part

WAITING = {
    "outbox_events": 1,
    "inbox_deferred": 1,
    "inbox_parked": 1,
    "jobs_given_up": 1,
    "jobs_unsettled": 1,
    "timers_parked": 1,
}


async def leave_work(service: Any) -> None:
    """One event parked with one behind it, one that nobody carries, two jobs and a timer that failed to the end."""
    unknown = {"cloudEvents_type": "intake.case.renamed.v9"}
    await service.inbox.process([message("a", 1, **unknown), message("a", 2)])
    async with service.units.begin() as unit:
        common = {"run_at": unit.now, "payload": {}}
        for state in ("given_up", "unsettled", "done"):
            job = {"kind": "letter", "key": state, "created_at": unit.now, "state": state}
            await unit.execute(unit.table("outgoing").insert(), common | job)
        timer = {"name": "ring", "key": "a", "due_at": unit.now, "parked": True}
        await unit.execute(unit.table("timers").insert(), common | timer)
        waiting = {"id": uuid4(), "key": "k", "subject": "s", "headers": {}, "body": b"", "created_at": unit.now}
        await unit.execute(unit.table("outbox").insert(), waiting)


async def told(http: Any) -> dict[str, float]:
    text = (await http.get("/metrics")).text
    return {s.name: s.value for family in text_string_to_metric_families(text) for s in family.samples if not s.labels}


@pytest.mark.parametrize("part", list(Part))
async def test_every_process_tells_what_waits_whatever_its_part(part: Part, database_url: str) -> None:
    """The parts alone: nobody takes the work away in between, but the relay its event."""
    service = made(database_url, None, frozenset({part}))
    await service.begin()
    await leave_work(service)
    expected = WAITING | ({"outbox_events": 0} if part is Part.RELAY else {})
    async with running(service) as http:

        async def right() -> bool:
            seen = await told(http)
            return {name: seen[name] for name in expected} == expected

        await until(right)


async def test_gauges_fall_when_the_operator_has_done_his_work(database_url: str) -> None:
    service, by = made(database_url, None, frozenset({Part.API})), By("yun", "mended")
    await service.begin()
    await leave_work(service)
    async with service.units.begin() as unit:
        (row,) = await parked(unit)
        await skip(unit, row.id, by)
        await retry_job(unit, "letter", "given_up", by)
        await retry_job(unit, "letter", "unsettled", by)
        await retry_timer(unit, "ring", "a", by)
    await service.inbox.retry_due()
    async with running(service) as http:
        await measure(service.units, service.metrics)
        seen = await told(http)
    assert {name: seen[name] for name in WAITING} == dict.fromkeys(WAITING, 0) | {"outbox_events": 1}


@pytest.mark.parametrize(("part", "is_told"), [(Part.API, False), (Part.RELAY, False), (Part.WORKER, True)])
async def test_only_a_process_that_consumes_tells_of_its_session(part: Part, is_told: bool, database_url: str) -> None:
    async with running(made(database_url, None, frozenset({part}))) as http:

        async def connected() -> bool:
            return (await told(http)).get("bus_connected", 1) == 1

        await until(connected)
        assert ("bus_connected" in await told(http)) == is_told
