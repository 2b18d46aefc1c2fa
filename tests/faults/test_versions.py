"""A release is rolled out: for a while the old and the new one run side by side."""

import asyncio
from collections.abc import Callable

from tests.support.driving import until, working
from tests.support.parts import RealParts
from tests.support.scribing import Client, Scribe, at_rest, rows

BOTH = {(writer, reader) for writer in ("old", "new") for reader in ("old", "new")}
READ = "SELECT DISTINCT writer, reader FROM effects"
STEPS = "SELECT case_number, step FROM effects ORDER BY n"


async def test_old_and_new_version_of_a_service_side_by_side(
    amqp_vhost_url: str, postgres_database: Callable[[], str], real_parts: RealParts
) -> None:
    """Both read both: an event that has gained an optional field, and one that lacks it; one queue, one database."""
    database = postgres_database()
    replicas = [Scribe(real_parts.sandbox, "scribe", database, amqp_vhost_url, release) for release in ("old", "new")]
    # Each asked twice in a row: the broker serves its consumers by turns, and would keep step with writers by turns.
    client = Client("c", 20, [replica.port for replica in replicas for _ in range(2)])

    async def all_read_by_all() -> bool:
        return set(await rows(database, READ)) == BOTH

    async def settled() -> bool:
        return await at_rest(database) and len(await rows(database, STEPS)) == len(client.told)

    try:
        for replica in replicas:
            await asyncio.to_thread(replica.start)
        async with working(client):
            await until(all_read_by_all, 30)
        await until(settled, 30)
    finally:
        for replica in replicas:
            replica.kill()
    found = await rows(database, STEPS)
    assert sorted(found) == sorted(client.told)
    assert [step for case, step in found if case == "c-0"] == [step for case, step in client.told if case == "c-0"]
