"""Three brokers of one cluster, of which one falls."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product

import pytest
from sqlalchemy import func, select

from tests.faults.dose import dice, dose
from tests.support.consuming import QUEUE, following
from tests.support.driving import until, working
from tests.support.ledger import EFFECTS, Ledger, in_order
from tests.support.publishing import emit, waiting
from tests.support.rabbit import PrivateRabbit
from yimen.bus.rabbit import RabbitCarrier
from yimen.bus.relay import Relay
from yimen.bus.topology import UNROUTED

CASES = [f"c{number}" for number in range(10)]
AHEAD = 50
"""Rounds that may be under way: a load, and no backlog that is still worked off when the cluster has long recovered."""

MEMBERS = 3
QUEUES = (QUEUE.name, QUEUE.parked, UNROUTED)
PATIENCE = 90


@pytest.fixture
def cluster(private_rabbit: Callable[..., PrivateRabbit]) -> Iterator[list[PrivateRabbit]]:
    first = private_rabbit("node-a")
    nodes = [first, *(private_rabbit(name, names=first.names) for name in ("node-b", "node-c"))]
    for node in nodes:
        node.launch()
    for node in nodes:
        node.wait_ready()
    for node in nodes[1:]:
        node.join(first)
    yield nodes
    for node in nodes:
        node.close()


async def test_node_of_a_three_node_cluster_killed_under_load(cluster: list[PrivateRabbit], ledger: Ledger) -> None:
    """0 lost, 0 doubled, order kept. The first to fall is the one on which everything was declared."""
    throw, addresses = dice("cluster"), ",".join(node.amqp_url for node in cluster)
    emitted, stop = 0, asyncio.Event()

    async def load() -> None:
        nonlocal emitted
        while not stop.is_set():
            await emit(ledger, *CASES)
            emitted += 1
            await until(partial(settled, emitted - AHEAD), PATIENCE)

    async def settled(rounds: int) -> bool:
        async with ledger.database.read() as conn:
            count = await conn.scalar(select(func.count()).select_from(EFFECTS))
        return (count or 0) >= rounds * len(CASES)

    relay = Relay(ledger.units, RabbitCarrier(addresses), ledger.metrics)
    async with following(ledger, RabbitCarrier(addresses)), working(relay):
        loading = asyncio.create_task(load())
        await until(partial(settled, 5), PATIENCE)
        for node, queue in product(cluster, QUEUES):
            await asyncio.to_thread(node.wait_recorded, queue, PATIENCE)
        for victim in [cluster[0], *throw.sample(cluster, dose(0, 3))]:
            await until(partial(_whole, cluster[1]), PATIENCE)
            await asyncio.to_thread(victim.kill)
            await until(partial(settled, emitted + 10), PATIENCE)
            await asyncio.to_thread(victim.start)
        stop.set()
        await loading
        await until(partial(settled, emitted), PATIENCE)
        await until(lambda: _drained(ledger), PATIENCE)
    assert in_order(await ledger.effects(), len(CASES), emitted)
    assert await ledger.parked() == []


async def _whole(node: PrivateRabbit) -> bool:
    """Every queue has all its members: two of three are a majority only while the third is not missing already."""
    queues = {queue["name"]: queue for queue in await asyncio.to_thread(node.management.get, "/api/queues")}
    return all(len(queues.get(name, {}).get("online", ())) == MEMBERS for name in QUEUES)


async def _drained(ledger: Ledger) -> bool:
    return await waiting(ledger.units) == 0
