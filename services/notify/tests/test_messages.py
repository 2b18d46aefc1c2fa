"""Messages: none lost, none doubled, whatever comes in what order; phone numbers stay inside."""

import logging
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect

from services.notify.tests import samples
from services.notify.tests.conftest import Messenger, start
from sim.sms import SmsGateway
from tests.faults.dose import dose
from yimen.contracts import Event
from yimen.contracts.notify import MessageDelivered, MessageEvent, MessageFailed, MessageSent
from yimen.web import Role

PHONE = "13800001234"
STORY: tuple[tuple[str, Event], ...] = (
    ("/intake", samples.submitted()),
    ("/intake", samples.accepted()),
    ("/intake", samples.decided()),
    ("/intake", samples.closed()),
    ("/intake", samples.contact()),
    ("/fees", samples.notice()),
    ("/approval/fire", samples.review_decided()),
    ("/monitor", samples.alert()),
)
TOLD = ["accepted", "alert_raised", "fees_due", "granted", "submitted"]


@settings(max_examples=dose(12, 100))
@given(data=st.data())
async def test_no_order_of_contact_and_case_events_loses_or_doubles_a_message(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async for messenger in start(f"sqlite+aiosqlite:///{Path(folder) / 'test.db'}"):
            stream = [messenger.harness.message(event, source) for source, event in STORY]
            again = data.draw(st.lists(st.sampled_from(stream)))
            order = data.draw(st.permutations([*stream, *again]))
            while order:
                size = data.draw(st.integers(1, len(order)))
                batch, order = order[:size], order[size:]
                await messenger.harness.process(batch)
                if data.draw(st.booleans()):
                    await messenger.work()
            await messenger.work()
            assert sorted(str(row["template"]) for row in await messenger.messages()) == TOLD
            assert len(messenger.gateway.shelf.taken(PHONE)) == 4
            assert len(messenger.gateway.shelf.taken("13900005678")) == 1
            assert len(await messenger.harness.events(MessageSent)) == 5
            assert await messenger.harness.parked() == []


async def test_a_message_waits_for_the_contact_and_goes_when_it_comes(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.submitted(), samples.accepted(), source="/intake")
    await messenger.work()
    assert [row["state"] for row in await messenger.messages()] == ["waiting_contact"] * 2
    assert messenger.gateway.shelf.taken() == []
    await messenger.harness.deliver(samples.contact(), source="/intake")
    await messenger.work()
    assert [row["state"] for row in await messenger.messages()] == ["sent"] * 2
    assert len(messenger.gateway.shelf.taken(PHONE)) == 2


async def test_contacts_of_one_case_do_not_release_messages_of_another(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.submitted("C1"), samples.contact("C2"), source="/intake")
    await messenger.work()
    assert messenger.gateway.shelf.taken() == []


async def test_an_event_without_a_rule_leaves_no_message(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.closed(), samples.contact(), source="/intake")
    assert await messenger.messages() == []


async def test_a_department_without_a_duty_officer_gets_no_message(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.alert("health"), source="/monitor")
    assert await messenger.messages() == []


@pytest.mark.parametrize("switch", ["fail_next", "lose_next"])
async def test_a_gateway_that_is_down_gets_the_message_once_when_it_is_back(messenger: Messenger, switch: str) -> None:
    """`lose_next`: the gateway took it, and its answer was lost. The other one is down too."""
    setattr(messenger.gateway.moods, switch, 2)
    messenger.other.moods.fail_next = 2
    await messenger.harness.deliver(samples.contact(), samples.submitted(), source="/intake")
    await messenger.work()
    assert await messenger.harness.events(MessageEvent) == []
    for seconds in (6, 34):
        messenger.harness.clock.advance(timedelta(seconds=seconds))
        await messenger.work()
    assert len(messenger.gateway.shelf.taken(PHONE)) == 1
    assert messenger.other.shelf.taken() == []
    assert len(await messenger.harness.events(MessageSent)) == 1


async def test_a_number_that_the_gateway_refuses_fails_at_once(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.contact(phone="没有电话"), samples.submitted(), source="/intake")
    await messenger.work()
    (failed,) = await messenger.harness.events(MessageEvent)
    assert isinstance(failed, MessageFailed)
    assert "没有电话" not in failed.reason


async def test_a_gateway_that_never_comes_back_leaves_a_failed_message(messenger: Messenger) -> None:
    messenger.gateway.moods.fail_next = messenger.other.moods.fail_next = 1000
    await messenger.harness.deliver(samples.contact(), samples.submitted(), source="/intake")
    for _ in range(9):
        await messenger.work()
        messenger.harness.clock.advance(timedelta(days=1))
    (failed,) = await messenger.harness.events(MessageEvent)
    assert isinstance(failed, MessageFailed)
    assert [row["state"] for row in await messenger.messages()] == ["failed"]


async def test_a_receipt_makes_a_message_delivered_and_the_first_final_status_stands(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.contact(), samples.submitted(), source="/intake")
    await messenger.work()
    (row,) = messenger.gateway.shelf.owed()
    assert await messenger.gateway._send_receipt(messenger.harness.client, row)
    late = dict(row) | {"status": "failed"}
    assert await messenger.gateway._send_receipt(messenger.harness.client, late)  # type: ignore[arg-type]
    assert [type(event) for event in await messenger.harness.events(MessageEvent)] == [MessageSent, MessageDelivered]
    assert [row["state"] for row in await messenger.messages()] == ["delivered"]


async def test_a_receipt_that_is_quicker_than_the_gateways_answer_is_told_in_order(messenger: Messenger) -> None:
    messenger.gateway.moods.lose_next = 1
    await messenger.harness.deliver(samples.contact(), samples.submitted(), source="/intake")
    await messenger.work()
    (row,) = messenger.gateway.shelf.owed()
    assert await messenger.gateway._send_receipt(messenger.harness.client, row)
    messenger.harness.clock.advance(timedelta(seconds=6))
    await messenger.work()
    assert [type(event) for event in await messenger.harness.events(MessageEvent)] == [MessageSent, MessageDelivered]


RECEIPT = {"message_id": "m", "status": "delivered"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"},
        {"webhook-id": "1", "webhook-timestamp": "x", "webhook-signature": "nonsense"},
        {
            "webhook-id": "1",
            "webhook-timestamp": "4102444800",
            "webhook-signature": "v1,é",
        },
    ],
)
async def test_an_unsigned_receipt_is_refused(messenger: Messenger, headers: dict[str, str]) -> None:
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = await messenger.harness.client.post("/sms/receipts/sms", json=RECEIPT, headers=raw)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad-signature")


async def test_a_receipt_signed_with_another_secret_is_refused(messenger: Messenger) -> None:
    other = SmsGateway(key="k", receipt_url="http://hall.test/sms/receipts/sms", receipt_secret="whsec_b3RoZXI=")
    row: Any = {"id": "m", "status": "delivered"}
    assert not await other._send_receipt(messenger.harness.client, row)


async def test_a_signed_receipt_for_an_unknown_message_is_not_found(messenger: Messenger) -> None:
    row: Any = {"id": "unknown", "status": "delivered"}
    assert not await messenger.gateway._send_receipt(messenger.harness.client, row)


async def test_supervisors_read_messages_with_masked_phones_page_by_page(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.contact(), samples.submitted(), source="/intake")
    messenger.harness.clock.advance(timedelta(minutes=1))
    await messenger.harness.deliver(samples.accepted(), samples.decided(), source="/intake")
    headers = messenger.harness.as_(Role.SUPERVISOR)
    seen: list[dict[str, Any]] = []
    after = ""
    while True:
        query = {"case_number": "C1", "limit": "2"} | ({"after": after} if after else {})
        page = (await messenger.harness.client.get("/messages", headers=headers, params=query)).json()
        seen += page["messages"]
        after = page["next"]
        if after is None:
            break
    assert sorted(message["template"] for message in seen) == ["accepted", "granted", "submitted"]
    assert seen[-1]["template"] == "submitted"
    assert {message["phone"] for message in seen} == {"138****1234"}
    clerk = await messenger.harness.client.get("/messages", headers=messenger.harness.as_(Role.WINDOW_CLERK))
    assert clerk.status_code == 403


async def test_a_phone_number_stands_in_contacts_and_nowhere_else(
    messenger: Messenger, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)  # at DEBUG the SQLite driver prints every parameter
    messenger.gateway.moods.fail_next = 1
    await messenger.harness.deliver(samples.submitted(), samples.contact(), source="/intake")
    await messenger.work()
    messenger.harness.clock.advance(timedelta(seconds=6))
    await messenger.work()
    metadata = messenger.harness.units.metadata
    async with messenger.harness.units.view() as view:
        names = await view.conn.run_sync(lambda conn: inspect(conn).get_table_names())
        for name in set(names) - {"contacts", "alembic_version"}:
            rows = (await view.execute(metadata.tables[name].select())).all()
            assert PHONE not in repr(rows), name
    output = capsys.readouterr()
    assert PHONE not in caplog.text + output.out + output.err
