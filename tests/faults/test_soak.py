"""Everything at once: two services of two replicas each, a broker, clients at full speed, and kills at random moments."""

import asyncio
import random
from collections.abc import Callable

from tests.faults.checker import check
from tests.faults.dose import dice, dose
from tests.support.driving import until
from tests.support.parts import RealParts
from tests.support.rabbit import PrivateRabbit
from tests.support.scribing import Client, Scribe, at_rest, effects

KILLS = dose(3, 40)
SECONDS = dose(8.0, 180.0)
CLIENTS, CASES = 8, 5
PATIENCE = 120

Victim = Scribe | PrivateRabbit


def _order(throw: random.Random, broker: PrivateRabbit, scribes: list[Scribe]) -> list[Victim]:
    """So many victims in no particular order; each sort of process is among them, however few."""
    rest: list[Victim] = [throw.choice([broker, *scribes]) for _ in range(KILLS - 2)]
    victims: list[Victim] = [broker, throw.choice(scribes), *rest]
    throw.shuffle(victims)
    return victims


async def _kill_at_random(throw: random.Random, victims: list[Victim]) -> None:
    """Evenly over the time, at moments of no particular kind; whoever fell is started again a little later."""
    for victim in victims:
        await asyncio.sleep(throw.uniform(0, 1) * SECONDS / KILLS)
        await asyncio.to_thread(victim.kill)
        await asyncio.sleep(throw.uniform(0, 1))
        await asyncio.to_thread(victim.launch)


async def test_soak_at_full_speed_with_random_kills(
    mortal_rabbit: PrivateRabbit, postgres_database: Callable[[], str], real_parts: RealParts
) -> None:
    """0 lost, 0 doubled effects, 0 out of order, by a checker that knows only what was told and what took effect."""
    throw, broker = dice("soak"), mortal_rabbit.new_vhost()
    databases = {"desk": postgres_database(), "archive": postgres_database()}
    scribes = [
        Scribe(real_parts.sandbox, name, database, broker) for name, database in databases.items() for _ in range(2)
    ]
    desks = [scribe.port for scribe in scribes if scribe.instance == "desk"]
    clients = [Client(f"c{number}", CASES, desks) for number in range(CLIENTS)]
    try:
        await _open(scribes, mortal_rabbit)
        loading = [asyncio.create_task(client.run()) for client in clients]
        victims = _order(throw, mortal_rabbit, scribes)
        ends = asyncio.get_running_loop().time() + SECONDS
        await _kill_at_random(throw, victims)
        await asyncio.sleep(ends - asyncio.get_running_loop().time())
        for client in clients:
            client.stop()
        await asyncio.wait_for(asyncio.gather(*loading), PATIENCE)
        told = [step for client in clients for step in client.told]
        await _settled(databases, len(told))
    finally:
        for scribe in scribes:
            scribe.kill()
    verdicts = {name: check(told, await effects(database)) for name, database in databases.items()}
    brokers = sum(victim is mortal_rabbit for victim in victims)
    print(f"{len(victims)} kills, {brokers} of the broker:", *(f"{n}: {v};" for n, v in verdicts.items()))
    assert len(told) >= CLIENTS * CASES, "hardly any load"
    assert all(verdict.clean for verdict in verdicts.values()), verdicts


async def _open(scribes: list[Scribe], broker: PrivateRabbit) -> None:
    for scribe in scribes:
        scribe.launch()
    for scribe in scribes:
        await asyncio.to_thread(scribe.wait_ready)
    for queue in {scribe.instance for scribe in scribes}:
        await asyncio.to_thread(broker.wait_recorded, queue)


async def _settled(databases: dict[str, str], told: int) -> None:
    """Everything has come to rest, or has had all the time in the world: the checker says which."""

    async def done() -> bool:
        return all([await at_rest(one) and len(await effects(one)) >= told for one in databases.values()])

    try:
        await until(done, PATIENCE)
    except TimeoutError:
        print("not at rest after", PATIENCE, "s")
