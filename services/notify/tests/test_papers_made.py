"""From an event to a paper in the store: once, in order, and never half."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import orjson
import pytest

from services.notify import printing
from services.notify.tables import documents
from services.notify.tests.conftest import Messenger
from services.notify.tests.samples import published, submitted
from services.notify.tests.sheets import text_of
from yimen.contracts.notify import DocumentFailed, DocumentRendered
from yimen.contracts.parts import Applicant
from yimen.errors import Transient
from yimen.objects import Objects, StoreDown
from yimen.web import Role

UNSETTABLE = submitted().model_copy(update={"applicant": Applicant(name="王𠮷", masked_id="3607**********0011")})


@pytest.fixture
async def messenger(messenger: Messenger) -> Messenger:
    """The item is in the catalogue: a receipt repeats how many copies it asks for."""
    await messenger.harness.deliver(published(), source="/intake")
    return messenger


def mended(data: Any) -> Any:
    return orjson.loads(orjson.dumps(data).decode().replace("𠮷", "吉"))


async def papers(messenger: Messenger) -> list[dict[str, Any]]:
    async with messenger.harness.units.view() as view:
        rows = await view.execute(documents.select().order_by(documents.c.created_at, documents.c.id))
        return [dict(row._mapping) for row in rows]


async def content(messenger: Messenger, digest: str) -> bytes:
    return b"".join([piece async for piece in await messenger.harness.service.context.papers.get(digest)])


async def render_again(messenger: Messenger, paper: dict[str, Any], *roles: Role) -> int:
    answer = await messenger.harness.client.post(
        f"/documents/{paper['id']}/rendering",
        json={"reason": "字体已补齐"},
        headers=messenger.harness.as_(*(roles or (Role.OPERATOR,))),
    )
    return answer.status_code


async def test_a_paper_is_rendered_kept_under_its_hash_and_said(messenger: Messenger) -> None:
    await messenger.harness.deliver(submitted(), source="/intake")
    await messenger.work()
    [paper] = await papers(messenger)
    pdf = await content(messenger, paper["sha256"])
    assert (sha256(pdf).hexdigest(), len(pdf)) == (paper["sha256"], paper["size"])
    assert "赵一" in text_of(pdf)
    [said] = await messenger.harness.events(DocumentRendered)
    assert (said.document_id, said.number, said.sha256) == (paper["id"], "办字〔2026〕12号", paper["sha256"])
    assert (said.event_id, said.template_version) == (str(paper["event_id"]), paper["template_version"])


async def test_an_event_that_comes_twice_makes_one_paper(messenger: Messenger) -> None:
    harness = messenger.harness
    message = harness.message(submitted(), "/intake")
    await harness.process([message, message])
    await messenger.work()
    await harness.process([message])
    await messenger.work()
    assert len(await papers(messenger)) == 1
    assert len(await harness.events(DocumentRendered)) == 1


async def test_two_papers_that_say_the_same_but_their_number_are_two(messenger: Messenger) -> None:
    await messenger.harness.deliver(submitted("C1"), submitted("C2"), source="/intake")
    await messenger.work()
    first, second = await papers(messenger)
    assert first["sha256"] != second["sha256"]


async def test_a_character_that_cannot_be_set_is_said_and_named(messenger: Messenger) -> None:
    await messenger.harness.deliver(UNSETTABLE, source="/intake")
    await messenger.work()
    [paper] = await papers(messenger)
    assert (paper["state"], paper["sha256"]) == ("failed", None)
    [said] = await messenger.harness.events()
    assert isinstance(said, DocumentFailed)
    assert "“𠮷”（U+20BB7）" in said.reason
    listed = await messenger.harness.client.get("/operations/jobs", headers=messenger.harness.as_(Role.OPERATOR))
    [job] = listed.json()["items"]
    assert (job["kind"], job["key"]) == ("document", paper["id"])
    assert "U+20BB7" in job["error"]


async def test_once_it_is_mended_an_operator_has_it_made_again(
    messenger: Messenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    await messenger.harness.deliver(UNSETTABLE, source="/intake")
    await messenger.work()
    [paper] = await papers(messenger)
    assert await render_again(messenger, paper, Role.SUPERVISOR) == 403
    real = printing.render
    monkeypatch.setattr(printing, "render", lambda kind, data: real(kind, mended(data)))
    assert await render_again(messenger, paper) == 202
    await messenger.work()
    [paper] = await papers(messenger)
    assert (paper["state"], paper["error"]) == ("rendered", None)
    assert [type(event) for event in await messenger.harness.events()] == [DocumentFailed, DocumentRendered]
    acts = await messenger.harness.client.get("/operations/acts", headers=messenger.harness.as_(Role.OPERATOR))
    assert acts.json()["items"][0]["target_id"] == f"document/{paper['id']}"


async def test_a_rendered_paper_is_never_made_again(messenger: Messenger) -> None:
    await messenger.harness.deliver(submitted(), source="/intake")
    assert await render_again(messenger, (await papers(messenger))[0]) == 409, "it is on its way"
    await messenger.work()
    [paper] = await papers(messenger)
    assert await render_again(messenger, paper) == 409
    assert await papers(messenger) == [paper]


async def test_killed_between_the_store_and_the_record_it_is_made_once_more_to_the_same_bytes(
    messenger: Messenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness, kept = messenger.harness, list[str]()
    put = Objects.put

    async def put_and_fall(self: Objects, digest: str, pdf: bytes) -> None:
        await put(self, digest, pdf)
        kept.append(digest)
        if len(kept) == 1:
            raise StoreDown("the process was gone before it could say so")

    monkeypatch.setattr(Objects, "put", put_and_fall)
    await harness.deliver(submitted(), source="/intake")
    await messenger.work()
    assert (await papers(messenger))[0]["state"] == "waiting"
    harness.clock.advance(timedelta(seconds=1))
    await messenger.work()
    [paper] = await papers(messenger)
    assert kept == [paper["sha256"]] * 2
    assert len(await harness.events(DocumentRendered)) == 1


async def test_what_is_heard_late_is_waited_for(messenger: Messenger, monkeypatch: pytest.MonkeyPatch) -> None:
    compose, asked = printing.compose, list[str]()

    async def not_yet(conn: Any, row: Any) -> dict[str, Any]:
        asked.append(row.id)
        if len(asked) < 3:
            raise Transient("awaits the item")
        return await compose(conn, row)

    monkeypatch.setattr(printing, "compose", not_yet)
    await messenger.harness.deliver(submitted(), source="/intake")
    for _ in range(3):
        await messenger.work()
        messenger.harness.clock.advance(timedelta(seconds=1))
    assert [paper["state"] for paper in await papers(messenger)] == ["rendered"]


async def test_what_is_never_heard_fails_in_the_end_and_is_said(
    messenger: Messenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_conn: Any, _row: Any) -> dict[str, Any]:
        raise Transient("awaits the item")

    monkeypatch.setattr(printing, "compose", never)
    await messenger.harness.deliver(submitted(), source="/intake")
    for _ in range(len(printing.LADDER) + 1):
        await messenger.work()
        messenger.harness.clock.advance(timedelta(days=1))
    [said] = await messenger.harness.events()
    assert (type(said), said.reason) == (DocumentFailed, "awaits the item")


async def test_a_defect_in_composing_fails_at_once(messenger: Messenger, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_conn: Any, _row: Any) -> dict[str, Any]:
        raise KeyError("promised_due")

    monkeypatch.setattr(printing, "compose", broken)
    await messenger.harness.deliver(submitted(), source="/intake")
    await messenger.work()
    [paper] = await papers(messenger)
    assert paper["state"] == "failed"
    assert "promised_due" in paper["error"]


async def test_what_it_says_is_fixed_before_it_is_rendered(
    messenger: Messenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that is away for an hour changes nothing on the paper, whatever is heard meanwhile."""
    put, compose = Objects.put, printing.compose
    monkeypatch.setattr(Objects, "put", _down)
    await messenger.harness.deliver(submitted(), source="/intake")
    await messenger.work()

    async def otherwise(conn: Any, row: Any) -> dict[str, Any]:
        said = await compose(conn, row)
        return said | {"matter": said["matter"] | {"item": "另一事项"}}

    monkeypatch.setattr(printing, "compose", otherwise)
    monkeypatch.setattr(Objects, "put", put)
    messenger.harness.clock.advance(timedelta(hours=1))
    await messenger.work()
    [paper] = await papers(messenger)
    assert "食品经营许可" in text_of(await content(messenger, paper["sha256"]))


async def _down(_self: Objects, _digest: str, _pdf: bytes) -> None:
    raise StoreDown("away")
