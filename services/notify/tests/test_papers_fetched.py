"""Papers, fetched by whoever holds the case number and the query password."""

from datetime import timedelta
from typing import Any

import pytest

from services.notify.domain.documents import TO_APPLICANTS
from services.notify.domain.papers import KINDS
from services.notify.tests import samples
from services.notify.tests.conftest import Messenger
from services.notify.tests.sheets import CASE, keep_paper
from yimen.contracts.intake import CredentialRecorded
from yimen.contracts.notify import DocumentCollected
from yimen.objects import Objects, StoreDown
from yimen.passwords import MOST_TRIES, hashed
from yimen.web import Role

PASSWORD = "ABCDE23456"
PAPER = b"%PDF-1.7 for the applicant"


async def ask(messenger: Messenger, password: str = PASSWORD, case: str = CASE) -> Any:
    return await messenger.harness.client.post(f"/cases/{case}/documents", headers={"Query-Password": password})


async def fetch(messenger: Messenger, url: str) -> Any:
    return await messenger.harness.client.get(f"/{url}")


@pytest.fixture
async def paper(messenger: Messenger) -> str:
    said = CredentialRecorded(
        case_number=CASE, password_hash=hashed(PASSWORD), recorded_at=messenger.harness.clock.now()
    )
    await messenger.harness.deliver(said, source="/intake")
    return await keep_paper(messenger.harness, PAPER)


async def test_number_and_password_open_the_papers_and_the_first_fetching_is_said_once(
    messenger: Messenger, paper: str
) -> None:
    answer = await ask(messenger)
    [shown] = answer.json()["documents"]
    assert (shown["document_id"], shown["number"], shown["collected_at"]) == (paper, "受字〔2026〕7号", None)
    assert await messenger.harness.events(DocumentCollected) == [], "a list is no paper"
    for _ in range(2):
        fetched = await fetch(messenger, shown["url"])
        assert (fetched.status_code, fetched.content) == (200, PAPER)
    [said] = await messenger.harness.events(DocumentCollected)
    assert (said.document_id, said.case_number, said.kind) == (paper, CASE, "acceptance")
    [again] = (await ask(messenger)).json()["documents"]
    assert again["collected_at"] is not None


async def test_who_handed_the_case_in_and_is_signed_in_needs_no_password(messenger: Messenger, paper: str) -> None:
    await messenger.harness.deliver(samples.contact(CASE, account="zhang"), source="/intake")
    client, path = messenger.harness.client, f"/my/cases/{CASE}/documents"
    opened = await client.post(path, headers=messenger.harness.as_(Role.CITIZEN, id="zhang"))
    [shown] = opened.json()["documents"]
    assert (await fetch(messenger, shown["url"])).content == PAPER
    assert [one.document_id for one in await messenger.harness.events(DocumentCollected)] == [paper]
    li = messenger.harness.as_(Role.CITIZEN, id="li")
    theirs, none = await client.post(path, headers=li), await client.post(path.replace(CASE, "C9"), headers=li)
    assert theirs.status_code == none.status_code == 404
    assert theirs.json() | {"instance": ""} == none.json() | {"instance": ""}


async def test_a_wrong_password_and_an_unknown_number_are_answered_alike(messenger: Messenger, paper: str) -> None:
    wrong, unknown = await ask(messenger, "22222AAAAA"), await ask(messenger, case=CASE[:-2] + "11")
    assert wrong.status_code == unknown.status_code == 404
    assert wrong.json() | {"instance": ""} == unknown.json() | {"instance": ""}
    assert PASSWORD not in wrong.text


async def test_after_too_many_wrong_passwords_nobody_is_let_in(messenger: Messenger, paper: str) -> None:
    for _ in range(MOST_TRIES):
        await ask(messenger, "22222AAAAA")
    assert (await ask(messenger)).status_code == 429
    messenger.harness.clock.advance(timedelta(hours=1, seconds=1))
    assert (await ask(messenger)).status_code == 200


async def test_a_newer_password_takes_the_place_of_the_first(messenger: Messenger, paper: str) -> None:
    newer = CredentialRecorded(
        case_number=CASE, password_hash=hashed("ZZZZZ99999"), recorded_at=messenger.harness.clock.now()
    )
    await messenger.harness.deliver(newer, source="/intake")
    assert (await ask(messenger)).status_code == 404
    assert (await ask(messenger, "zzzzz99999")).status_code == 200


async def test_a_link_opens_for_ten_minutes_and_nothing_else(messenger: Messenger, paper: str) -> None:
    other = await keep_paper(messenger.harness, b"%PDF other", case_number="45072120260302L0000021")
    [shown] = (await ask(messenger)).json()["documents"]
    url = shown["url"]
    assert (await fetch(messenger, url.replace(paper, other))).status_code == 404
    assert (await fetch(messenger, f"documents/links/{'x' * 43}/{paper}")).status_code == 404
    messenger.harness.clock.advance(timedelta(minutes=10))
    assert (await fetch(messenger, url)).status_code == 404
    assert await messenger.harness.events(DocumentCollected) == []


async def test_what_goes_between_departments_and_what_is_not_made_yet_is_not_the_applicants(
    messenger: Messenger, paper: str
) -> None:
    inside = await keep_paper(messenger.harness, b"%PDF inside", kind="joint_notice")
    await keep_paper(messenger.harness, b"%PDF later", kind="grant", state="waiting")
    [shown] = (await ask(messenger)).json()["documents"]
    assert shown["document_id"] == paper
    assert (await fetch(messenger, shown["url"].replace(paper, inside))).status_code == 404


def test_every_kind_of_paper_is_the_applicants_or_goes_between_departments() -> None:
    between = {"joint_notice", "joint_opinion", "minutes", "opinion", "project", "site_visit", "supervision_order"}
    assert between | TO_APPLICANTS == set(KINDS)
    assert not between & TO_APPLICANTS


async def test_a_store_that_is_away_does_not_count_as_fetched(
    messenger: Messenger, paper: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(_self: Objects, _digest: str) -> None:
        raise StoreDown("away")

    [shown] = (await ask(messenger)).json()["documents"]
    with monkeypatch.context() as patched:
        patched.setattr(Objects, "get", down)
        assert (await fetch(messenger, shown["url"])).status_code == 503
    assert await messenger.harness.events(DocumentCollected) == []
    assert (await fetch(messenger, shown["url"])).status_code == 200


async def test_hashes_of_passwords_and_links_go_nowhere_else(messenger: Messenger, paper: str) -> None:
    """Neither into the stream, nor to subscribers, nor into a job; and a link is kept as its hash."""
    [shown] = (await ask(messenger)).json()["documents"]
    token = shown["url"].split("/")[2]
    tables = messenger.harness.units.metadata.sorted_tables
    async with messenger.harness.units.view() as view:
        kept = {table.name: repr((await view.execute(table.select())).all()) for table in tables}
    assert [name for name, rows in kept.items() if token in rows] == []
    assert [name for name, rows in kept.items() if "128$" in rows] == ["credentials"]
    assert samples.DOCUMENT.number not in kept["stream"]
