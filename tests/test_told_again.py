"""A messenger and a supervisor that lost a whole day are told it again: by the supervisor's archive, and by intake what this
never keeps."""

from pathlib import Path

import orjson
import pytest

from deploy.outside import data_keys_in
from services.intake import private
from services.intake.tables import metadata as intake_tables
from services.monitor import archive
from services.monitor.tests.test_archive import heard
from tests.support.replay import Recording, differences, replayed
from tests.support.tap import meta_of
from yimen.bus import Message, Queue, Units
from yimen.bus.rabbit import RabbitCarrier
from yimen.clock import FrozenClock
from yimen.db import Database
from yimen.keys import Keys

pytestmark = pytest.mark.real

NEVER_KEPT = ("intake.contact.", "intake.credential.")
"""What the journal refuses: how a person is reached, and what opens their case."""


@pytest.fixture
async def told_again(
    recording: Recording, amqp_vhost_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[Message]:
    """Out of monitor's database into files, and out of these into a queue."""
    monkeypatch.setenv("YIMEN_MONITOR_DATABASE_URL", f"sqlite+aiosqlite:///{recording.home / 'monitor.db'}")
    queue = Queue("lost", ())
    await RabbitCarrier(amqp_vhost_url).declare(queue)
    await archive.write(tmp_path / "archive")
    await archive.send("lost", archive=tmp_path / "archive", bus_url=amqp_vhost_url)
    kept = [message for message in recording.messages if not message.key.startswith(NEVER_KEPT)]
    return await heard(amqp_vhost_url, queue, len(kept))


@pytest.fixture
async def from_intake(recording: Recording) -> list[Message]:
    database = Database(
        f"sqlite+aiosqlite:///{recording.home / 'intake.db'}", keys=Keys.told(data_keys_in(recording.home))
    )
    units = Units(database, FrozenClock(recording.ended_at), None, intake_tables, private.SOURCE)
    told = [message async for portion in private.told(units, "notify") for message in portion]
    await database.close()
    return told


async def test_everything_but_contacts_is_told_again_word_for_word(
    recording: Recording, told_again: list[Message]
) -> None:
    def plain(messages: list[Message]) -> dict[str, tuple[str, object]]:
        return {str(meta_of(message).id): (message.key, orjson.loads(message.body)) for message in messages}

    assert any(message.key.startswith(NEVER_KEPT) for message in recording.messages)
    assert plain(told_again) == plain(
        [message for message in recording.messages if not message.key.startswith(NEVER_KEPT)]
    )


async def test_a_messenger_draws_up_the_same_papers_and_messages(
    recording: Recording, told_again: list[Message], from_intake: list[Message]
) -> None:
    """What follows from the event alone is under the id that it had, by which gateways drop what they took in. Before intake
    says how a citizen is reached nothing goes out to them."""
    without = await replayed("notify", recording, [told_again])
    assert {row["state"] for row in without["messages"] if row["recipient"].startswith("case/")} == {"waiting_contact"}
    found = await replayed("notify", recording, [told_again, from_intake])
    whole = await replayed("notify", recording, [recording.messages])
    assert found["documents"]
    assert differences(found, whole) == {}


async def test_a_supervisor_has_the_same_journal_cases_and_passwords(
    recording: Recording, told_again: list[Message], from_intake: list[Message]
) -> None:
    hashes = [message for message in from_intake if message.key.startswith("intake.credential.")]
    found = await replayed("monitor", recording, [told_again, hashes])
    heard = [message for message in recording.messages if not message.key.startswith("intake.contact.")]
    assert found["journal"]
    assert differences(found, await replayed("monitor", recording, [heard])) == {}
