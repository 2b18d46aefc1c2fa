"""Complaints (R90-R94): each limit at its edges, each office its own, and nothing of the complainant outside the service."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from services.monitor.tests.harness import supervisor
from services.monitor.tests.samples import at
from services.monitor.tests.voices import ACCEPTANCE, ANSWER, REVISIT, Voices
from yimen.contracts import monitor
from yimen.web import Role

MINUTE = timedelta(minutes=1)
REFUSAL = {"ground": "elsewhere", "reasons": "所反映的是小区物业"}


@pytest.fixture
async def voices(database_url: str) -> AsyncIterator[Voices]:
    """Monday 2 March 2026, noon."""
    async with supervisor(database_url, at(3, 2, 12)) as harness:
        yield Voices(harness)


async def overdue(voices: Voices) -> list[tuple[str, date, str]]:
    told = await voices.harness.events(monitor.ComplaintOverdue)
    return [(event.step, event.due.on, event.audience) for event in told]


# -- acceptance, R90 ----------------------------------------------------------------------------------------------------


@pytest.mark.rule("R90")
async def test_whether_it_is_taken_up_is_decided_in_five_working_days(voices: Voices) -> None:
    filed = await voices.file()
    assert filed["accept_by"]["on"] == "2026-03-09"
    await voices.wait_until(at(3, 9, 23, 59))
    assert await overdue(voices) == []
    await voices.wait_until(at(3, 10, 0))
    assert await overdue(voices) == [("acceptance", date(2026, 3, 9), "centre")]
    await voices.pause(days=30)
    assert len(await overdue(voices)) == 1
    (said,) = await voices.harness.events(monitor.ComplaintOverdue)
    assert said.overdue_at == at(3, 10, 0)


@pytest.mark.rule("R90")
async def test_a_saturday_that_is_worked_counts(database_url: str) -> None:
    """The holiday ends on 23 February 2026; Saturday the 28th is worked."""
    async with supervisor(database_url, at(2, 24)) as harness:
        filed = await Voices(harness).file()
        assert filed["accept_by"]["on"] == "2026-03-02"


@pytest.mark.rule("R90")
async def test_decided_in_the_last_minute_it_is_in_time(voices: Voices) -> None:
    filed = await voices.file()
    voices.clock.move_to(at(3, 9, 23, 59))
    await voices.act(filed["complaint_number"], "refusal", REFUSAL)
    await voices.pause(days=30)
    assert await overdue(voices) == []


@pytest.mark.rule("R90")
@pytest.mark.parametrize(("complainant", "in_writing"), [("覃小满", True), (None, False)])
async def test_whoever_gave_a_name_gets_the_reasons_in_writing(
    voices: Voices, complainant: str | None, in_writing: bool
) -> None:
    filed = await voices.file(complainant=complainant)
    await voices.act(filed["complaint_number"], "refusal", REFUSAL)
    (said,) = await voices.harness.events(monitor.ComplaintRefused)
    assert (said.ground, said.in_writing, said.audience) == ("elsewhere", in_writing, "centre")
    shown = await voices.progress(filed)
    assert (shown["state"], shown["refusal"]) == ("refused", "不属于政务大厅办理的事项。所反映的是小区物业")
    await voices.act(filed["complaint_number"], "acceptance", ACCEPTANCE, status=409)


async def test_an_anonymous_complaint_about_nobody_is_invalid(voices: Voices) -> None:
    refused = await voices.try_to_file(complainant=None, contact=None, department=None)
    assert (refused.status_code, refused.json()["ground"]) == (422, "no_object")
    assert (await voices.try_to_file(complainant=None, contact=None, department=None, person="李窗口")).is_success
    assert (await voices.try_to_file(department=None)).is_success


# -- answer, R91 --------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R91")
@pytest.mark.parametrize(
    ("complexity", "departments", "due"),
    [
        ("simple", 1, "2026-03-03"),
        ("written", 1, "2026-03-05"),
        ("complex", 1, "2026-03-09"),
        ("simple", 2, "2026-03-09"),
    ],
)
async def test_it_is_answered_by_its_difficulty(voices: Voices, complexity: str, departments: int, due: str) -> None:
    filed = await voices.file()
    body = ACCEPTANCE | {"complexity": complexity, "departments": departments}
    shown = await voices.act(filed["complaint_number"], "acceptance", body)
    assert (shown["due"]["on"], shown["state"]) == (due, "accepted")
    last = date.fromisoformat(due)
    await voices.wait_until(at(last.month, last.day, 23, 59))
    assert await overdue(voices) == []
    await voices.wait_until(voices.clock.now() + MINUTE)
    assert await overdue(voices) == [("answer", last, "centre"), ("answer", last, "planning")]


@pytest.mark.rule("R91")
async def test_ten_working_days_after_the_filing_is_the_outer_limit(voices: Voices) -> None:
    """Taken up on the sixth, late: of the five days four are left."""
    filed = await voices.file()
    voices.clock.move_to(at(3, 11))
    shown = await voices.act(filed["complaint_number"], "acceptance", ACCEPTANCE | {"complexity": "complex"})
    assert shown["due"]["on"] == "2026-03-16"


@pytest.mark.rule("R91")
async def test_a_changed_calendar_moves_what_is_open(voices: Voices) -> None:
    from yimen.contracts import intake

    filed = await voices.accepted()
    day_off = {"days_off": (date(2026, 3, 4),), "worked_weekends": (date(2026, 3, 7),)}
    plan = intake.CalendarRevised(year=2026, version=9, revised_at=at(3, 2, 13), **day_off)
    await voices.harness.deliver(plan, source="/intake")
    await voices.harness.fire_timers()
    assert (await voices.progress(filed))["answer_by"]["on"] == "2026-03-06"
    await voices.wait_until(at(3, 6, 0))
    assert await overdue(voices) == []
    await voices.wait_until(at(3, 7, 0))
    assert [due for _, due, _ in await overdue(voices)] == [date(2026, 3, 6)] * 2


@pytest.mark.rule("R91")
async def test_written_and_named_is_answered_in_writing(voices: Voices) -> None:
    filed = await voices.accepted()
    refused = await voices.act(filed["complaint_number"], "answer", ANSWER | {"in_writing": False}, status=422)
    assert refused["code"] == "written-answer-required"


# -- extension, R92 -----------------------------------------------------------------------------------------------------


@pytest.mark.rule("R92")
async def test_it_is_extended_once_and_told_before_the_limit_has_passed(voices: Voices) -> None:
    filed = await voices.accepted()
    number, body = filed["complaint_number"], {"days": 20, "reasons": "需要向上级机关调取材料"}
    await voices.act(number, "extension", body | {"days": 21}, status=422)
    voices.clock.move_to(at(3, 5, 23, 59))
    shown = await voices.act(number, "extension", body)
    assert (shown["due"]["on"], shown["extended_days"]) == ("2026-04-02", 20)
    assert (await voices.act(number, "extension", body, status=409))["code"] == "complaint-already-extended"
    told = await voices.harness.events(monitor.ComplaintExtended)
    assert [(event.days, event.answer_by.on) for event in told] == [(20, date(2026, 4, 2))] * 2
    await voices.wait_until(at(4, 2, 23, 59))
    assert await overdue(voices) == []
    await voices.wait_until(at(4, 3, 0))
    assert len(await overdue(voices)) == 2


@pytest.mark.rule("R92")
async def test_told_one_minute_too_late_it_is_no_extension(voices: Voices) -> None:
    filed = await voices.accepted()
    voices.clock.move_to(at(3, 6, 0))
    body = {"days": 1, "reasons": "来不及"}
    refused = await voices.act(filed["complaint_number"], "extension", body, status=409)
    assert (refused["code"], refused["due"]) == ("extension-too-late", "2026-03-05")
    await voices.harness.fire_timers()
    assert len(await overdue(voices)) == 2


# -- upheld, R94 --------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R94")
async def test_upheld_it_costs_points_and_is_followed_by_a_revisit(voices: Voices) -> None:
    filed = await voices.file(case_number="45072120260302J0000173")
    number = filed["complaint_number"]
    person = {"id": "clerk-planning", "name": "陈思远"}
    await voices.act(number, "acceptance", ACCEPTANCE | {"person": person})
    shown = await voices.act(number, "answer", ANSWER)
    assert (shown["state"], shown["due"]["on"]) == ("answered", "2026-03-09")
    office, department = await voices.harness.events(monitor.ComplaintAnswered)
    assert [(one.kind, one.party, one.tenths) for one in office.deductions] == [
        ("window", "planning", -30),
        ("department", "planning", -30),
        ("person", "clerk-planning", -15),
    ]
    assert (office.case_number, department.case_number) == ("45072120260302J0000173", None)
    assert department.deductions == (), "points are said once"
    await voices.wait_until(at(3, 9, 23, 59))
    assert await overdue(voices) == []
    await voices.wait_until(at(3, 10, 0))
    assert ("revisit", date(2026, 3, 9), "centre") in await overdue(voices)
    shown = await voices.act(number, "revisit", REVISIT)
    assert (shown["state"], shown["late"], shown["left"]) == ("closed", False, None)


@pytest.mark.rule("R94")
async def test_not_upheld_it_costs_nothing_and_is_closed(voices: Voices) -> None:
    filed = await voices.accepted()
    shown = await voices.act(filed["complaint_number"], "answer", ANSWER | {"upheld": False})
    assert shown["state"] == "closed"
    assert {event.deductions for event in await voices.harness.events(monitor.ComplaintAnswered)} == {()}
    await voices.act(filed["complaint_number"], "revisit", REVISIT, status=409)
    await voices.pause(days=60)
    assert await overdue(voices) == []


# -- the complainant ----------------------------------------------------------------------------------------------------


async def test_the_complainant_follows_it_and_may_take_it_back_until_it_is_answered(voices: Voices) -> None:
    filed = await voices.accepted()
    path = f"/complaints/{filed['complaint_number']}/withdrawal"
    headers = {"Query-Password": filed["query_password"]}
    assert (await voices.client.post(path, headers=headers | {"If-Match": '"1"'})).status_code == 412
    done = await voices.client.post(path, headers=headers | {"If-Match": '"2"'})
    assert (done.status_code, done.json()["state"]) == (200, "withdrawn")
    assert len(await voices.harness.events(monitor.ComplaintWithdrawn)) == 2
    await voices.act(filed["complaint_number"], "answer", ANSWER, status=409)
    again = await voices.client.post(path, headers=headers | {"If-Match": '"3"'})
    assert again.json()["code"] == "complaint-not-withdrawable"
    await voices.pause(days=60)
    assert await overdue(voices) == []


async def test_a_wrong_password_opens_nothing_and_ten_of_them_close_the_door(voices: Voices) -> None:
    filed = await voices.file()
    unknown = {"complaint_number": "TS20269999999", "query_password": "X"}
    wrong = await voices.progress(filed, status=404, password="AAAAAAAAAA")
    assert wrong["detail"] == (await voices.progress(unknown, status=404))["detail"]
    for _ in range(9):
        await voices.progress(filed, status=404, password="AAAAAAAAAA")
    assert (await voices.progress(filed, status=429))["code"] == "too-many-tries"
    voices.clock.advance(timedelta(hours=1))
    assert (await voices.progress(filed))["state"] == "filed"


async def test_what_came_by_telephone_is_entered_by_the_centre(voices: Voices) -> None:
    from uuid import uuid4

    body = {"topic": "delay", "content": "久拖不办", "person": "李窗口", "channel": "phone"}
    headers = voices.harness.as_(Role.CENTRE_ADMIN, id="admin", name="章有序") | {"Idempotency-Key": str(uuid4())}
    made = await voices.client.post("/complaints/entered", json=body, headers=headers)
    assert made.status_code == 201, made.text
    (said,) = await voices.harness.events(monitor.ComplaintFiled)
    assert (said.channel, said.named, said.department) == ("phone", False, None)
    assert (await voices.progress(made.json()))["state_text"] == "已登记，待决定是否受理"
