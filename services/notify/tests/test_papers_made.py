"""From an event to a paper in the store."""

from hashlib import sha256
from typing import Any

from services.notify.tests.conftest import Messenger
from services.notify.tests.samples import submitted
from yimen.contracts.notify import DocumentRendered


async def papers(messenger: Messenger) -> list[dict[str, Any]]:
    table = messenger.harness.units.metadata.tables["documents"]
    async with messenger.harness.units.view() as view:
        return [dict(row._mapping) for row in await view.execute(table.select().order_by(table.c.created_at))]


async def content(messenger: Messenger, digest: str) -> bytes:
    return b"".join([piece async for piece in await messenger.harness.service.context.papers.get(digest)])


async def test_a_paper_is_rendered_kept_under_its_hash_and_said(messenger: Messenger) -> None:
    await messenger.harness.deliver(submitted(), source="/intake")
    await messenger.work()
    [paper] = await papers(messenger)
    assert paper["state"] == "rendered", paper["error"]
    pdf = await content(messenger, paper["sha256"])
    assert (sha256(pdf).hexdigest(), len(pdf)) == (paper["sha256"], paper["size"])
    [said] = await messenger.harness.events(DocumentRendered)
    assert (said.document_id, said.number, said.sha256) == (paper["id"], "办字〔2026〕12号", paper["sha256"])
    assert said.event_id == str(paper["event_id"])
