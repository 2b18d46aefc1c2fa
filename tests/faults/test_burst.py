"""1, 15, 1, 25, 2, 35, 10 lives a second: nobody is failed, at most sent away for some seconds, and every life ends well.

In `make test` at a hall in one process that may do two things at once: cases are handed in and withdrawn. In `make faults`
on RabbitMQ and PostgreSQL, a process for each service: whole lives with a fee, from the door until the supervisor has seen
the end. The clerks are a few, and work off what has come.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.lives import Lives
from bench.web import ITEM, MATERIALS
from sim.demo.acting import Story
from sim.demo.day import Day
from tests.faults.dose import LONG, dose
from tests.support.bursting import RATES, Witness, burst
from tests.support.hall import HallProcess, running

STEP = dose(0.4, 3.0)
CLERKS = 6
PATIENCE = dose(120.0, 3600.0)
CROWDED = {"YIMEN_REQUESTS_AT_WORK": "2", "YIMEN_REQUESTS_WAITING": "4"}


@pytest.fixture
def hall(tmp_path: Path, request: pytest.FixtureRequest) -> HallProcess:
    if not LONG:
        return HallProcess(tmp_path, YIMEN_LOG_LEVEL="WARNING", **CROWDED)
    bus, database = (request.getfixturevalue(name) for name in ("amqp_vhost_url", "clean_postgres"))
    return HallProcess(tmp_path, "deploy.real", YIMEN_BUS_URL=bus, YIMEN_POSTGRES_URL=database)


class Burst:
    """Each life is handed in when it comes; what follows waits for one of the clerks."""

    def __init__(self, witness: Witness) -> None:
        self.witness, self.day = witness, Day(witness)
        self.clerks = asyncio.Semaphore(CLERKS)
        self.handed_in: list[float] = []
        self.ended: dict[str, str] = {}

    async def one(self) -> None:
        story = Story("承诺件，收费", "不动产登记", "li-qiang", "closed", "granted", code=ITEM, department="planning")
        story.materials = [{"code": code, "copies": 1} for code in MATERIALS]
        began = time.monotonic()
        await self.day.hand_in(story)
        self.handed_in.append(time.monotonic() - began)
        async with self.clerks:
            await (self.whole(story) if LONG else self.withdrawn(story))

    async def whole(self, story: Story) -> None:
        await self.witness.act(story.clerk, story.case, "acceptance")
        await self.day.register_with_fee(story)
        await self.day.serve(story)
        await self.seen(story, "closed")

    async def withdrawn(self, story: Story) -> None:
        await self.witness.act(story.citizen, story.case, "withdrawal", {"reasons": "改日另行申请"})
        await self.seen(story, "withdrawn")

    async def seen(self, story: Story, state: str) -> None:
        path = f"/monitor/cases/{story.number}"
        found = await self.witness.until("supervisor", path, lambda seen: seen["state"] == state, "the end")
        self.ended[story.number] = found["state"]


async def test_burst_of_lives_up_to_35_a_second(
    hall: HallProcess, record_property: Callable[[str, object], None]
) -> None:
    async with running(hall), Witness(hall.base, PATIENCE) as witness:
        await Lives(witness).open()
        lives, began = Burst(witness), time.monotonic()
        late = await burst(lives.one, RATES, STEP)
        seconds = time.monotonic() - began
        left = await parked(witness)
        books = await witness.get("treasurer", "/fees/invariants")
        journal = await witness.get("supervisor", "/monitor/journal/verification")
    record_property("table", ["burst of lives", *told(lives, late, seconds)])
    assert witness.faults == []
    assert len(lives.ended) == len(late) == sum(round(rate * STEP) for rate in RATES)
    assert left == []
    assert [one for one in books["invariants"] if not one["ok"]] == []
    assert journal["faults"] == []
    if not LONG:
        assert witness.sent_away["busy"] > 0, "so crowded a hall has to send some away, or this shows nothing"


async def parked(witness: Witness) -> list[Any]:
    """What no service could handle."""
    services = ("intake", "fees", "monitor", "notify", "approval/departments/planning")
    return [
        one for service in services for one in (await witness.get("operator", f"/{service}/operations/parked"))["items"]
    ]


def told(lives: Burst, late: list[float], seconds: float) -> list[str]:
    waits = sorted(lives.handed_in)
    middle, most = waits[len(waits) // 2], waits[-1]
    answers = dict(sorted(lives.witness.answers.items()))
    return [
        f"{len(late)} lives at {RATES} a second, {STEP:g} s each; all ended after {seconds:.0f} s",
        f"answers {answers}, sent away {dict(lives.witness.sent_away)}, errors {len(lives.witness.faults)}",
        f"handed in, with all coming again: half within {middle:.2f} s, all within {most:.2f} s",
        f"the latest began {max(late):.2f} s after its instant",
    ]
