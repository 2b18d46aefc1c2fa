"""What the journal never keeps is told again as it was said, to who may hear it, and an erasure is not undone."""

import asyncio
from datetime import timedelta
from typing import Any

import orjson
import pytest

from services.intake import private
from services.intake.private import Reader, main, told
from services.intake.tests.hall import Hall
from services.intake.tests.test_contacts import AGENT, REACHED
from yimen.bus import Message, Queue
from yimen.bus.rabbit import RabbitCarrier
from yimen.contracts import Event, Meta, read_event
from yimen.contracts.intake import ContactErased, ContactRecorded, CredentialRecorded
from yimen.operations.acts import acts
from yimen.programs import DONE, REFUSED, USAGE

PRIVATE = (ContactRecorded, ContactErased, CredentialRecorded)
SIGNED = ("--by", "yun", "--reason", "the messenger's disk is gone")


async def again(hall: Hall, reader: Reader = "notify") -> list[Message]:
    return [message async for portion in told(hall.harness.units, reader) for message in portion]


def read(messages: list[Message]) -> list[tuple[str, int, str, Event]]:
    metas = [Meta.from_headers(message.headers) for message in messages]
    return [
        (meta.subject, meta.sequence, message.key, read_event(meta.type, message.body))
        for meta, message in zip(metas, messages, strict=True)
    ]


async def said(hall: Hall) -> list[tuple[str, int, str, Event]]:
    found = await hall.harness.emitted()
    return [(meta.subject, meta.sequence, word.routing_key, word) for meta, word in found if isinstance(word, PRIVATE)]


async def test_it_is_told_under_its_numbers_as_it_was_said(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private, "PORTION", 2)
    await hall.submitted()
    await hall.submitted(**REACHED)
    await hall.submitted(**REACHED | {"agent": AGENT | {"email": "li@example.com"}})
    expected = await said(hall)
    assert len(expected) == 6
    found = await again(hall)
    assert sorted(read(found), key=lambda one: one[:2]) == sorted(expected, key=lambda one: one[:2])
    assert [message.headers for message in found] == [message.headers for message in await again(hall)]


async def test_of_an_erased_contact_the_erasure_is_told_and_nothing_else(hall: Hall) -> None:
    number = await hall.submitted(**REACHED)
    assert (await hall.step(number, "withdrawal", {"reasons": "不办了"}, by=hall.citizen)).status_code == 200
    hall.harness.clock.advance(hall.harness.service.context.settings.contact_keep + timedelta(days=1))
    assert await hall.harness.service.house.round() == 1
    assert [type(word) for *_, word in await said(hall)] == [ContactRecorded, CredentialRecorded, ContactErased]
    found = await again(hall)
    contact, credential = f"contact/{number}", f"credential/{number}"
    assert [(subject, place, type(word)) for subject, place, _key, word in read(found)] == [
        (contact, 1, ContactErased),
        (contact, 2, ContactErased),
        (credential, 1, CredentialRecorded),
    ]
    assert not any(b"13800000000" in orjson.dumps(message.headers) + message.body for message in found)


async def test_the_supervisor_hears_hashes_and_no_address(hall: Hall) -> None:
    await hall.submitted(**REACHED)
    assert [type(word) for *_, word in read(await again(hall, "monitor"))] == [CredentialRecorded]


@pytest.fixture
def url(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> str:
    address = hall.harness.service.database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("YIMEN_INTAKE_DATABASE_URL", address)
    return address


@pytest.mark.real
async def test_it_reaches_the_queue_and_who_sent_it_is_written_down(
    hall: Hall, url: str, amqp_vhost_url: str, capsys: Any
) -> None:
    await hall.submitted()

    def sent() -> int:
        return main(["send", "notify", *SIGNED, "--bus-url", amqp_vhost_url])

    assert await asyncio.to_thread(sent) == REFUSED
    assert "no queue notify" in capsys.readouterr().err
    queue = Queue("notify", ())
    await RabbitCarrier(amqp_vhost_url).declare(queue)
    assert await asyncio.to_thread(sent) == DONE
    assert capsys.readouterr().out == "2 events sent to notify\n"
    async with RabbitCarrier(amqp_vhost_url).subscriber(queue) as subscriber:
        heard = await subscriber.batch(2, 5)
        await subscriber.settle(heard)
    assert {incoming.message.key for incoming in heard} == {message.key for message in await again(hall)}
    async with hall.harness.units.view() as view:
        newest = (await acts(view))[0]
    assert (newest.who, newest.act, newest.target_kind, newest.target_id) == ("yun", "send", "private", "notify")


def test_nobody_else_hears_it_and_nobody_sends_it_without_a_name(url: str, capsys: Any) -> None:
    assert main(["send", "fees", *SIGNED]) == USAGE
    assert main(["send", "notify", "--by", "yun", "--reason", " "]) == USAGE
    assert main(["send", "notify"]) == USAGE
