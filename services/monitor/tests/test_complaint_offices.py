"""Whom a complaint reaches (R93), and what nobody hears of whoever complained."""

import logging
from collections.abc import AsyncIterator
from itertools import product

import pytest
from sqlalchemy import select

from services.monitor.tests.harness import rows, supervisor
from services.monitor.tests.samples import at
from services.monitor.tests.voices import ACCEPTANCE, ANSWER, NAME, OFFICE, PHONE, REVISIT, WORDS, Voices
from services.notify.domain.filters import Filters
from yimen.bus import Message
from yimen.contracts import monitor
from yimen.web import Role

CASE = "45072120260302J0000173"
STEPS = {
    "acceptance": ACCEPTANCE,
    "refusal": {"ground": "elsewhere", "reasons": "不属于"},
    "transfer": {"topic": "licensing", "reasons": "应由监察室办理"},
    "extension": {"days": 1, "reasons": "取证"},
    "answer": ANSWER,
    "revisit": REVISIT,
}


@pytest.fixture
async def voices(database_url: str) -> AsyncIterator[Voices]:
    async with supervisor(database_url, at(3, 2, 12)) as harness:
        yield Voices(harness)


@pytest.mark.rule("R93")
@pytest.mark.parametrize(
    ("topic", "office"),
    [
        *(("service", "centre"), ("attitude", "centre"), ("delay", "centre")),
        *(("fee", "discipline"), ("bribery", "discipline"), ("licensing", "supervision")),
    ],
)
async def test_each_topic_has_its_office(voices: Voices, topic: str, office: str) -> None:
    assert (await voices.file(topic=topic))["office"] == office
    (said,) = await voices.harness.events(monitor.ComplaintFiled)
    assert (said.office, said.audience, said.scope) == (office, office, office)


@pytest.mark.rule("R93")
@pytest.mark.parametrize("topic", OFFICE)
async def test_no_other_office_reads_or_handles_it(voices: Voices, topic: str) -> None:
    number = (await voices.file(topic=topic))["complaint_number"]
    for role in OFFICE.values():
        mine = role is OFFICE[topic]
        await voices.get(f"/complaints/{number}", role, status=200 if mine else 404)
        listed = await voices.get("/complaints", role)
        assert [one["number"] for one in listed["items"]] == ([number] if mine else [])
    for role, step in product(set(OFFICE.values()) - {OFFICE[topic]}, STEPS):
        await voices.act(number, step, STEPS[step], role, status=404)
    for role in set(Role) - {*OFFICE.values(), Role.CHIEF_REPRESENTATIVE}:
        await voices.get(f"/complaints/{number}", role, status=403, departments=["planning"])


@pytest.mark.rule("R93")
@pytest.mark.parametrize(
    ("said", "found", "caller"),
    [
        ({"person": "章有序"}, None, {"name": "章有序"}),
        ({}, {"id": "officer", "name": "章某"}, {"name": "改了名字的人"}),
        ({}, {"id": "u-other", "name": "章有序"}, {"name": "章有序"}),
    ],
    ids=["named by the complainant", "identified", "a namesake"],
)
async def test_the_person_complained_of_neither_handles_nor_reads_it(
    voices: Voices, said: dict[str, str], found: dict[str, str] | None, caller: dict[str, str]
) -> None:
    number = (await voices.file(**said))["complaint_number"]
    if found:
        body, other = ACCEPTANCE | {"person": found}, {"id": "officer-2", "name": "另一位"}
        await voices.act(number, "acceptance", body, **other)
    for step, body in STEPS.items():
        await voices.act(number, step, body, status=404, **caller)
    who = {"id": "officer"} | caller
    await voices.get(f"/complaints/{number}", Role.CENTRE_ADMIN, status=404, **who)
    assert (await voices.get("/complaints", Role.CENTRE_ADMIN, **who))["items"] == []
    await voices.get(f"/complaints/{number}", Role.CENTRE_ADMIN, id="officer-2", name="另一位")


@pytest.mark.rule("R93")
async def test_the_department_hears_of_a_service_complaint_once_it_is_accepted_and_not_who_complained(
    voices: Voices,
) -> None:
    number = (await voices.file())["complaint_number"]
    chief = {"departments": ["planning"], "id": "chief-planning", "name": "黄国栋"}
    await voices.get(f"/complaints/{number}", Role.CHIEF_REPRESENTATIVE, status=404, **chief)
    await voices.act(number, "acceptance", ACCEPTANCE)
    shown = await voices.get(f"/complaints/{number}", Role.CHIEF_REPRESENTATIVE, **chief)
    assert (shown["summary"], shown["file"]) == ("反映窗口服务态度", None)
    assert not [one for one in (NAME, PHONE, WORDS) if one in str(shown)]
    (line,) = (await voices.get("/complaints", Role.CHIEF_REPRESENTATIVE, **chief))["items"]
    assert line["number"] == number
    elsewhere = chief | {"departments": ["fire"]}
    await voices.get(f"/complaints/{number}", Role.CHIEF_REPRESENTATIVE, status=404, **elsewhere)
    accused = {"person": {"id": "chief-planning", "name": "黄国栋"}}
    other = (await voices.file())["complaint_number"]
    await voices.act(other, "acceptance", ACCEPTANCE | accused)
    await voices.get(f"/complaints/{other}", Role.CHIEF_REPRESENTATIVE, status=404, **chief)


@pytest.mark.rule("R93")
@pytest.mark.parametrize("topic", ["bribery", "fee", "licensing"])
async def test_a_department_hears_nothing_of_bribery_fees_and_unlawful_licensing(voices: Voices, topic: str) -> None:
    role = OFFICE.get(topic, Role.DISCIPLINE_OFFICER)
    filed = await voices.file(topic=topic, case_number=CASE)
    for step in ("acceptance", "extension", "answer", "revisit"):
        await voices.act(filed["complaint_number"], step, STEPS[step], role)
    said = await voices.harness.events(*monitor.ComplaintEvent.__subclasses__())
    assert len(said) == 5
    assert not [event for event in said if Filters(["planning", "all"]).may_take(event)]
    assert {event.scope for event in said} == {said[0].office}
    assert {event.correlation_id for event in said} == {None}, "nor does whoever works on the case"


@pytest.mark.rule("R93")
async def test_handed_over_it_is_the_other_offices_alone(voices: Voices) -> None:
    """It began as a complaint of manners; the department that had heard of it hears no more."""
    number = (await voices.accepted())["complaint_number"]
    same = {"topic": "delay", "reasons": "本是拖延"}
    assert (await voices.act(number, "transfer", same, status=422))["code"] == "transfer-to-the-same-office"
    await voices.act(number, "transfer", {"topic": "bribery", "reasons": "涉嫌索贿"})
    await voices.get(f"/complaints/{number}", Role.CENTRE_ADMIN, status=404)
    chief = {"departments": ["planning"]}
    await voices.get(f"/complaints/{number}", Role.CHIEF_REPRESENTATIVE, status=404, **chief)
    officer = Role.DISCIPLINE_OFFICER
    await voices.act(number, "acceptance", ACCEPTANCE | {"complexity": "complex"}, officer)
    await voices.act(number, "answer", ANSWER, officer)
    told = await voices.harness.events(*monitor.ComplaintEvent.__subclasses__())
    by_record: dict[str, list[str]] = {}
    for event in told:
        by_record.setdefault(event.record, []).append(event.action)
    assert by_record == {
        f"{number}.centre": ["filed", "accepted"],
        f"{number}.planning": ["accepted"],
        f"{number}.discipline": ["transferred", "accepted", "answered"],
    }


async def test_words_name_and_phone_stay_in_the_service(
    voices: Voices, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """In nothing that is said, recorded, or logged; in nobody's answer but the office's."""
    caplog.set_level(logging.INFO)
    filed = await voices.file(case_number=CASE)
    number = filed["complaint_number"]
    for step in ("acceptance", "extension", "answer", "revisit"):
        await voices.act(number, step, STEPS[step])
    other = await voices.file(topic="bribery")
    withdrawal = f"/complaints/{other['complaint_number']}/withdrawal"
    headers = {"Query-Password": other["query_password"], "If-Match": '"1"'}
    assert (await voices.client.post(withdrawal, headers=headers)).is_success
    await voices.file(topic="licensing")
    await voices.pause(days=90)
    emitted = await voices.harness.emitted()
    for meta, event in emitted:  # as the bus brings them back
        await voices.harness.process([Message(event.routing_key, meta.to_headers(), event.to_body())])
    secrets = (NAME, PHONE, WORDS, filed["query_password"])
    tables = voices.harness.units.metadata.tables
    async with voices.harness.units.view() as view:
        outbox = (await view.execute(select(tables["outbox"]))).all()
    recorded = await rows(voices.harness, "SELECT * FROM journal")
    assert len(recorded) == len(emitted) > 10
    said = [row.body.decode() for row in outbox] + [str(row) for row in (*outbox, *recorded)]
    out = capfd.readouterr()
    everything = "\n".join([*said, out.out, out.err, caplog.text, str(await voices.progress(filed))])
    assert "request_answered" in everything
    assert not [one for one in secrets if one in everything]
    file = (await voices.get(f"/complaints/{number}", Role.CENTRE_ADMIN))["file"]
    assert (file["complainant"], file["contact"], file["content"]) == (NAME, PHONE, WORDS)
