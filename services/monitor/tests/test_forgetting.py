"""Who complained, asked or rated is forgotten some years after the end, or when they ask for it; what was said, and what was
done about it, is not."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table, select, text

from services.monitor import forgetting
from services.monitor.tables import complaints, consultations, ratings
from services.monitor.tests.harness import supervisor
from services.monitor.tests.raters import BAD, GOOD, NAMED, Raters, story
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


# -- when they ask for it -----------------------------------------------------------------------------------------------


async def erase(voices: Voices, path: str, role: Role = Role.CENTRE_ADMIN, **who: Any) -> tuple[int, str | None]:
    headers = voices.harness.as_(role, **({"id": "officer", "name": "章有序"} | who))
    answer = await voices.client.post(f"{path}/contact-erasure", json={"reason": "本人申请"}, headers=headers)
    return answer.status_code, answer.json()["code"] if answer.content else None


async def kept(voices: Voices, table: Table) -> list[tuple[Any, ...]]:
    async with voices.harness.units.view() as view:
        rows = await view.execute(select(*(table.c[name] for name in forgetting.PEOPLE[table])))
        return [tuple(row) for row in rows]


async def acts(voices: Voices) -> list[tuple[str, str, str, str]]:
    found = await voices.get("/operations/acts", Role.OPERATOR)
    return [(one["who"], one["why"], one["target_kind"], one["target_id"]) for one in found["items"]]


async def test_a_complainant_is_forgotten_by_the_office_of_the_complaint_once_it_has_ended(voices: Voices) -> None:
    filed = await voices.file(topic="bribery")
    number, office = filed["complaint_number"], Role.DISCIPLINE_OFFICER
    path = f"/complaints/{number}"
    assert await erase(voices, path, office) == (409, "matter-not-ended")
    await voices.act(number, "refusal", REFUSAL, office)
    assert (await erase(voices, path))[0] == 404, "the centre does not know of what is complained of to the discipline"
    assert await kept(voices, complaints) == [(NAME, PHONE)]
    assert await erase(voices, path, office) == (204, None)
    assert await erase(voices, path, office) == (409, "nobody-known")
    assert await kept(voices, complaints) == [(None, None)]
    assert await acts(voices) == [("officer", "本人申请", "complaints", number)]
    assert (await voices.progress(filed))["state"] == "refused", "who knows the number and the password reads on"


async def test_the_person_complained_of_does_not_erase(voices: Voices) -> None:
    number = (await voices.file(topic="licensing", person="章有序"))["complaint_number"]
    await voices.act(number, "refusal", REFUSAL, Role.SUPERVISOR, name="韦清")
    assert (await erase(voices, f"/complaints/{number}", Role.SUPERVISOR))[0] == 404
    assert await erase(voices, f"/complaints/{number}", Role.SUPERVISOR, id="other", name="韦清") == (204, None)


async def test_who_asked_is_forgotten_once_it_was_answered_and_question_and_answer_stay(voices: Voices) -> None:
    asked = {"department": "planning", "question": WORDS, "asker": NAME, "contact": PHONE}
    made = await voices.client.post("/consultations", json=asked, headers={"Idempotency-Key": "q"})
    path = f"/consultations/{made.json()['consultation_number']}"
    chief: dict[str, Any] = {"role": Role.CHIEF_REPRESENTATIVE, "departments": ["planning"]}
    assert await erase(voices, path, **chief) == (409, "matter-not-ended")
    clerk = voices.harness.as_(Role.WINDOW_CLERK, departments=["planning"]) | {"If-Match": '"1"'}
    assert (await voices.client.post(f"{path}/answer", json={"answer": "带身份证。"}, headers=clerk)).is_success
    assert (await erase(voices, path, **chief | {"departments": ["fire"]}))[0] == 403
    assert await erase(voices, path, **chief) == (204, None)
    assert await erase(voices, path, **chief) == (409, "nobody-known")
    assert await kept(voices, consultations) == [(None, None)]
    shown = await voices.get(path, Role.SUPERVISOR)
    assert (shown["question"], shown["answer"], shown["asker"]) == (WORDS, "带身份证。", None)


@pytest.mark.rule("R96")
async def test_who_rated_badly_is_forgotten_once_it_was_put_right(voices: Voices) -> None:
    await voices.harness.deliver(*story(), source="/intake")
    raters = Raters(voices.harness)
    rating_id = (await raters.at_window(BAD, "acceptance"))["rating_id"]
    path = f"/ratings/{rating_id}"
    assert await erase(voices, path) == (409, "matter-not-ended")
    assert (await raters.act(rating_id, "call-back", {"reached": True, "note": "已致歉"})).is_success
    assert await erase(voices, path) == (409, "matter-not-ended")
    assert (await raters.act(rating_id, "rectification", {"measures": "增设窗口"}, version=2)).is_success
    assert await erase(voices, path) == (204, None)
    assert await erase(voices, path) == (409, "nobody-known")
    assert await kept(voices, ratings) == [(None, None)]
    shown = await voices.get(path, Role.SUPERVISOR)
    assert (shown["stars"], shown["comment"], shown["rater"]) == (1, BAD["comment"], None)


async def test_who_rated_well_is_forgotten_at_once(voices: Voices) -> None:
    await voices.harness.deliver(*story(), source="/intake")
    given = await Raters(voices.harness).at_window(GOOD | NAMED, "acceptance")
    assert await erase(voices, f"/ratings/{given['rating_id']}") == (204, None)


async def test_what_is_not_there_is_not_erased(voices: Voices) -> None:
    for path, role in (("complaints", Role.SUPERVISOR), ("ratings", Role.CENTRE_ADMIN)):
        assert (await erase(voices, f"/{path}/none", role))[0] == 404
    assert (await erase(voices, "/consultations/none", Role.CHIEF_REPRESENTATIVE, departments=["fire"]))[0] == 404
