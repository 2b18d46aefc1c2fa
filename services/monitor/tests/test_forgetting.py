"""Who complained is forgotten some years after the end; what was complained of, and what was done about it, is not."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from services.monitor.tables import complaints
from services.monitor.tests.harness import supervisor
from services.monitor.tests.samples import at
from services.monitor.tests.voices import NAME, PHONE, WORDS, Voices
from yimen.web import Role

REFUSAL = {"ground": "elsewhere", "reasons": "所反映的是小区物业"}


@pytest.fixture
async def voices(database_url: str) -> AsyncIterator[Voices]:
    async with supervisor(database_url, at(3, 2, 12)) as harness:
        yield Voices(harness)


async def test_who_it_was_is_forgotten_after_three_years_and_the_words_are_not(voices: Voices) -> None:
    ended, open_one = (await voices.file())["complaint_number"], (await voices.file())["complaint_number"]
    await voices.act(ended, "refusal", REFUSAL)
    house = voices.harness.service.house
    voices.clock.advance(timedelta(days=1094))
    assert await house.round() == 0
    voices.clock.advance(timedelta(days=2))
    assert await house.round() == 1
    async with voices.harness.units.view() as view:
        c = complaints.c
        rows = (await view.execute(select(c.number, c.complainant, c.contact, c.content))).all()
    assert {row.number: tuple(row)[1:] for row in rows} == {
        ended: (None, None, WORDS),
        open_one: (NAME, PHONE, WORDS),
    }


async def test_words_and_names_lie_sealed(voices: Voices) -> None:
    await voices.file()
    async with voices.harness.units.view() as view:
        raw = repr((await view.execute(text("SELECT complainant, contact, content FROM complaints"))).all())
    assert not [told for told in (NAME, PHONE, WORDS) if told in raw]


async def test_the_office_that_reads_a_complaint_is_written_down(voices: Voices) -> None:
    number = (await voices.file())["complaint_number"]
    reader = voices.harness.as_(Role.CENTRE_ADMIN, id="admin")
    other = voices.harness.as_(Role.DISCIPLINE_OFFICER, id="elsewhere")
    assert (await voices.client.get(f"/complaints/{number}", headers=reader)).json()["file"]["contact"] == PHONE
    assert (await voices.client.get(f"/complaints/{number}", headers=other)).status_code == 404
    answer = await voices.client.get("/personal-access", headers=voices.harness.as_(Role.SUPERVISOR))
    assert [(one["who"], one["about"]) for one in answer.json()["items"]] == [("admin", f"complaint/{number}")]
