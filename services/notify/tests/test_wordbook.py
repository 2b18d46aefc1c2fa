"""The centre's own words and choices: kept, checked, in force for whoever is told next."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.notify.app import build
from services.notify.tests import samples
from services.notify.tests.conftest import Messenger, settings_for
from services.notify.wordbook import current, first_book, keep_first_words, write_version
from yimen.contracts import Event
from yimen.contracts.intake import ContactRecorded
from yimen.testing import MONDAY_NINE, start_service
from yimen.web import Role

OWN = "您的申请（{item_name}）已收到，编号{case_number}，{answer_by}前答复。"


async def write(messenger: Messenger, text: str, code: str = "submitted", **more: Any) -> Any:
    headers = messenger.harness.as_(Role.CENTRE_ADMIN, id="a1", name="周管理") | {"Idempotency-Key": str(uuid4())}
    language = more.pop("language", "zh")
    body = {"text": text, "reason": "用语更亲切", **more}
    return await messenger.harness.client.post(f"/templates/{code}/{language}/versions", json=body, headers=headers)


async def read(messenger: Messenger, path: str, **query: Any) -> Any:
    headers = messenger.harness.as_(Role.SUPERVISOR)
    answer = await messenger.harness.client.get(path, headers=headers, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def choose(messenger: Messenger, rule: str, version: int = 0, **choice: Any) -> Any:
    body = {"enabled": True, "channels": ["sms", "inbox"], "urgent": False, "reason": "主任会议决定"} | choice
    headers = messenger.harness.as_(Role.CENTRE_ADMIN, id="a1", name="周管理") | {"If-Match": f'"{version}"'}
    return await messenger.harness.client.put(f"/rules/{rule}", json=body, headers=headers)


async def texts(messenger: Messenger) -> list[tuple[object, object]]:
    return [(row["version"], row["text"]) for row in await messenger.messages()]


async def test_a_new_version_is_told_by_from_then_on_and_not_for_what_was_written(messenger: Messenger) -> None:
    await messenger.harness.deliver(samples.submitted("C1"), source="/intake")
    assert (await write(messenger, OWN)).status_code == 201
    await messenger.harness.deliver(samples.submitted("C2"), samples.contact("C1"), source="/intake")
    rows = {str(row["case_number"]): row for row in await messenger.messages()}
    assert rows["C1"]["version"] == 1
    assert str(rows["C1"]["text"]).startswith("您提交的“食品经营许可”申请材料已收到")
    assert (rows["C2"]["version"], rows["C2"]["text"]) == (
        2,
        "您的申请（食品经营许可）已收到，编号C2，2026年3月9日前答复。",
    )


async def test_every_version_is_kept_with_who_wrote_it_and_when(messenger: Messenger) -> None:
    await write(messenger, OWN)
    await write(messenger, OWN + "谢谢。", subject="收到{case_number}")
    shown = await read(messenger, "/templates/submitted")
    zh = [one for one in shown["versions"] if one["language"] == "zh"]
    assert [(one["version"], one["written_by"]) for one in zh] == [
        (1, None),
        (2, {"id": "a1", "name": "周管理"}),
        (3, {"id": "a1", "name": "周管理"}),
    ]
    assert zh[0]["text"] == first_book().templates["submitted", "zh"].text
    assert shown["words"]["zh"]["version"] == 3
    assert shown["words"]["en"]["version"] == 1
    assert "item_name" in shown["words"]["en"]["places"]


async def test_words_for_a_later_day_are_told_by_from_that_day(messenger: Messenger) -> None:
    tomorrow = MONDAY_NINE + timedelta(days=1)
    assert (await write(messenger, OWN, valid_from=tomorrow.isoformat())).status_code == 201
    await messenger.harness.deliver(samples.submitted("C1"), source="/intake")
    messenger.harness.clock.move_to(tomorrow)
    await messenger.harness.deliver(samples.submitted("C2"), source="/intake")
    assert sorted(version for version, _ in await texts(messenger)) == [1, 2]
    past = await write(messenger, OWN, valid_from=MONDAY_NINE.isoformat())
    assert (past.status_code, past.json()["code"]) == (422, "valid-from-past")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{nothing}您好", "nothing"),
        ("{applicant.masked_id}您好", "applicant.masked_id"),
        ("{item_name!r}", "item_name"),
        ("{item_name.__class__}", "item_name.__class__"),
        ("{materials}", "materials"),
        ("{item_name:yuan}", "item_name:yuan"),
        ("{项目}", "项目"),
        ("{", ""),
        ("您好}", ""),
    ],
)
async def test_words_that_do_not_fit_are_refused_with_the_place_and_those_that_do(
    messenger: Messenger, text: str, place: str
) -> None:
    answer = await write(messenger, text)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["place"]) == (422, "place-unknown", place)
    assert problem["errors"][0]["pointer"] == "/text"
    assert place in problem["detail"]
    assert "{item_name}" in problem["detail"]
    assert "answer_by" in problem["places"]
    assert not any("masked_id" in one for one in problem["places"])
    await messenger.harness.deliver(samples.submitted("C1"), source="/intake")
    assert [version for version, _ in await texts(messenger)] == [1]


async def test_a_template_that_tells_two_events_names_only_what_both_have(messenger: Messenger) -> None:
    """The station and the centre are told by the same words."""
    assert (await write(messenger, "代办件{agency_id}逾期", code="agency_overdue")).status_code == 201
    assert (await write(messenger, "逾期{item_name}", code="agency_overdue")).status_code == 422
    assert (await write(messenger, OWN, code="nothing")).status_code == 404


async def test_a_draft_and_a_version_are_shown_as_they_would_be_read(messenger: Messenger) -> None:
    seen = await read(messenger, "/templates/fees_due/en/preview")
    assert seen["text"].startswith("Case 45072120260928J0000012: CNY 0.01 are due")
    assert (seen["event"], seen["version"]) == ("fees.notice.issued.v1", 1)
    assert await read(messenger, "/templates/fees_due/en/preview", version=1) == seen
    headers = messenger.harness.as_(Role.CENTRE_ADMIN)
    draft = {"text": "缴{amount:yuan}元", "subject": "缴款码{payment_code}"}
    post = messenger.harness.client.post
    answer = (await post("/templates/fees_due/zh/preview", json=draft, headers=headers)).json()
    assert (answer["text"], answer["subject"]) == ("缴0.01元", "缴款码payment-code-1")
    assert (await post("/templates/fees_due/zh/preview", json={"text": "{x}"}, headers=headers)).status_code == 422


async def test_another_replica_tells_by_the_new_version_from_its_next_unit_on(
    messenger: Messenger, database_url: str
) -> None:
    async with start_service(build, settings_for(database_url)) as other:
        await other.deliver(samples.submitted("C1"), source="/intake")
        async with other.units.begin() as unit:
            before = (await current(unit)).templates["submitted", "zh"]
        assert (await write(messenger, OWN)).status_code == 201
        await other.deliver(samples.submitted("C2"), source="/intake")
        assert sorted(version for version, _ in await texts(messenger)) == [1, 2]
        assert before.version == 1


async def test_within_a_unit_the_book_stays_the_same(messenger: Messenger) -> None:
    """A batch is one moment: all of its messages are in the same words."""
    await write(messenger, OWN)
    stream = [messenger.harness.message(samples.submitted(case), "/intake") for case in ("C1", "C2", "C3")]
    await messenger.harness.process(stream)
    assert {version for version, _ in await texts(messenger)} == {2}


async def test_a_newer_programs_words_are_the_next_version_unless_the_centre_wrote_its_own(
    messenger: Messenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(messenger, OWN)
    book = first_book()
    newer = {
        place: type(one)(one.code, 1, one.text + "新版", one.subject, one.language)
        for place, one in book.templates.items()
    }
    released = type(book).of(book.rules.values(), newer)
    monkeypatch.setattr("services.notify.wordbook.first_book", lambda: released)
    for _ in range(2):
        async with messenger.harness.units.begin() as unit:
            await keep_first_words(unit)
    async with messenger.harness.units.begin() as unit:
        templates = (await current(unit)).templates
    assert (templates["submitted", "zh"].version, templates["submitted", "zh"].text) == (2, OWN)
    assert templates["submitted", "en"].version == 2
    assert templates["granted", "zh"].text.endswith("新版")


async def test_kept_words_that_fit_no_more_are_passed_over(messenger: Messenger) -> None:
    """Written for the events of another release: no message fails for them."""
    async with messenger.harness.units.begin() as unit:
        template = first_book().templates["submitted", "zh"]
        odd = type(template)("submitted", 2, "{was_there_once}", None, "zh")
        assert await write_version(unit, odd, unit.now, "旧版", samples.CLERK)
        assert not await write_version(unit, odd, unit.now, "旧版", samples.CLERK)
    await messenger.harness.deliver(samples.submitted("C1"), source="/intake")
    assert await messenger.harness.parked() == []
    assert [version for version, _ in await texts(messenger)] == [1]


@pytest.mark.parametrize(
    ("language", "known_before", "begins"),
    [
        ("en", True, "We have your application for “食品经营许可”, case number C1."),
        ("en", False, "We have your application for “食品经营许可”, case number C1."),
        ("zh", False, "您提交的"),
        ("fr", True, "您提交的"),
        (None, False, "您提交的"),
    ],
)
async def test_whoever_is_told_is_told_in_their_language_whenever_it_comes_to_be_known(
    messenger: Messenger, language: str | None, known_before: bool, begins: str
) -> None:
    contact = ContactRecorded(**samples.contact().model_dump() | {"language": language})
    story: list[Event] = [contact, samples.submitted()] if known_before else [samples.submitted(), contact]
    for event in story:
        await messenger.harness.deliver(event, source="/intake")
    await messenger.work()
    (row,) = await messenger.messages()
    assert str(row["text"]).startswith(begins)
    assert row["words"] == {}
    assert [one["text"] for one in messenger.gateway.shelf.taken()] == [row["text"]]
