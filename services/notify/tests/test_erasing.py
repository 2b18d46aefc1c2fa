"""What is known of a case's people, and was written to them, is gone once intake has said so."""

from datetime import timedelta

from sqlalchemy import text

from services.notify.tests import samples
from services.notify.tests.conftest import Messenger
from yimen.contracts.intake import ContactErased

ERASED = ContactErased(case_number="C1", erased_at=samples.AT)


async def everything(messenger: Messenger) -> str:
    """What stands in the tables of messages and contacts, opened."""
    found = []
    for name in ("contacts", "messages", "inbox_letters"):
        table = messenger.harness.units.metadata.tables[name]
        async with messenger.harness.units.view() as view:
            found += [repr(row) for row in await view.execute(table.select())]
    return "\n".join(found)


async def test_numbers_lie_sealed_and_are_counted_by_their_mark(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.contact("C1"), samples.contact("C2"), source="/intake")
    async with messenger.harness.units.view() as view:
        rows = (await view.execute(text("SELECT phone, phone_mark FROM contacts WHERE recipient LIKE 'case/%'"))).all()
    assert len({row.phone for row in rows}) == 2
    assert len({row.phone_mark for row in rows}) == 1
    assert "13800001234" not in repr(rows)
    assert "13800001234" in await everything(messenger)


async def test_contact_and_letters_are_erased_and_that_one_went_out_stays(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.contact("C1"), samples.submitted("C1"), source="/intake")
    await messenger.harness.deliver(samples.contact("C2"), samples.submitted("C2"), source="/intake")
    await messenger.work()
    sent = [one["id"] for one in await messenger.messages() if one["recipient"] == "case/C1"]
    assert sent
    await messenger.harness.deliver(ERASED, source="/intake")
    mine = [one for one in await messenger.messages() if one["recipient"] == "case/C1"]
    assert [one["id"] for one in mine] == sent
    assert {(one["text"], one["subject"]) for one in mine} == {("", None)}
    others = [one for one in await messenger.messages() if one["recipient"] == "case/C2"]
    assert all(one["text"] for one in others)
    assert [one for one in await messenger.inbox() if one["recipient"] == "case/C1"] == []
    assert (await everything(messenger)).count("13800001234") == 1


async def test_it_waits_for_a_message_that_is_under_way(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.contact("C1"), samples.submitted("C1"), source="/intake")
    await messenger.harness.deliver(ERASED, source="/intake")
    assert "13800001234" in await everything(messenger)
    await messenger.work()
    messenger.harness.clock.advance(timedelta(hours=1))
    await messenger.harness.service.inbox.retry_due()
    assert "13800001234" not in await everything(messenger)
    assert await messenger.harness.parked() == []
