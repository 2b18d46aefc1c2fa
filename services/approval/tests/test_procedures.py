"""What is shown of special procedures, of files to send up, of meetings: days to keep, kept or not."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.approval.domain import moves, terms
from services.approval.domain.state import ReviewState
from services.approval.tests import samples
from services.approval.tests.desk import HEARING, Desk
from services.approval.tests.samples import CALENDAR, MONDAY, SIGNER
from yimen.contracts import intake
from yimen.contracts.parts import Due, Kind, PauseKind, Staff
from yimen.errors import NotNow

TESTING = {"kind": "testing", "basis": "消防法第十五条", "planned_days": 3}


def at(month: int, day: int, hour: int = 12) -> datetime:
    """In Shanghai."""
    return datetime(2026, month, day, hour, tzinfo=UTC) - timedelta(hours=8)


def paused(state: ReviewState, when: datetime, kind: PauseKind = PauseKind.TESTING, days: int = 3) -> ReviewState:
    return moves.pause(state, kind, "消防法第十五条", days, SIGNER, when)[0]


def resumed(state: ReviewState, when: datetime) -> ReviewState:
    return moves.resume(state, SIGNER, when, CALENDAR)[0]


@pytest.mark.rule("R27")
def test_a_pause_inside_a_pause_is_refused_whatever_its_kind():
    state = paused(samples.received(), at(3, 4))
    for kind in PauseKind:
        with pytest.raises(NotNow) as caught:
            paused(state, at(3, 5), kind)
        assert caught.value.code == "already-paused"


@pytest.mark.rule("R26")
def test_a_pause_on_the_last_day_gives_that_day_back():
    state = resumed(paused(samples.received(), at(3, 11, 23)), at(3, 16))
    assert state.due(CALENDAR).date == date(2026, 3, 16)
    late = resumed(paused(samples.received(), at(3, 12, 0)), at(3, 16))
    assert late.due(CALENDAR).date == date(2026, 3, 11)


@pytest.mark.rule("R27")
def test_pauses_on_the_same_day_are_counted_once():
    state = samples.received(limit_days=20)
    for kind in (PauseKind.TESTING, PauseKind.APPRAISAL):
        state = resumed(paused(state, at(3, 9), kind), at(3, 9, 13))
    again = resumed(paused(state, at(3, 9, 14)), at(3, 11))
    assert (state.due(CALENDAR).date, again.due(CALENDAR).date) == (date(2026, 3, 30), date(2026, 4, 1))


@pytest.mark.rule("R28")
@pytest.mark.parametrize(("today", "late"), [(date(2026, 3, 5), False), (date(2026, 3, 6), True)])
def test_a_procedure_is_overlong_after_the_last_of_its_planned_days(today: date, late: bool):
    state = paused(samples.received(), at(3, 2))
    planned = terms.procedure(state.procedures[0], CALENDAR, today)
    assert (planned.by.date, planned.late) == (date(2026, 3, 5), late)


@pytest.mark.rule("R28")
def test_a_procedure_that_ended_late_stays_overlong_and_one_that_ended_in_time_does_not_become_so():
    state = paused(samples.received(), at(3, 2))
    ends = {day: resumed(state, at(3, day)).procedures[0] for day in (5, 6)}
    assert {day: terms.procedure(one, CALENDAR, date(2026, 6, 1)).late for day, one in ends.items()} == {
        5: False,
        6: True,
    }


@pytest.mark.rule("R28")
async def test_an_overlong_procedure_is_shown_in_the_queue_with_its_planned_end(asked: Desk):
    await asked.done("receipt")
    review = await asked.done("pause", TESTING)
    assert review["procedure"]["planned_end"] == {"on": "2026-03-05", "provisional": False, "late": False}
    assert review["notice"] is None
    asked.harness.clock.move_to(at(3, 6, 0))
    (line,) = (await asked.queue())["items"]
    assert (line["procedure"]["planned_end"]["late"], "2026-03-05" in line["notice"]) == (True, True)
    await asked.done("resumption")
    assert (await asked.queue())["items"][0]["procedure"] is None


@pytest.mark.rule("R28")
async def test_a_procedure_of_the_same_kind_again_is_let_pass_and_marked(asked: Desk):
    await asked.done("receipt")
    for body in (TESTING, HEARING, TESTING):
        assert (await asked.act("pause", body | {"basis": " "})).json()["code"] == "basis-missing"
        review = await asked.done("pause", body)
        await asked.done("resumption")
    assert [one["repeated"] for one in review["pauses"]] == [False, False, True]
    assert "检测已在本审查中重复启动" in review["notice"]
    assert (await asked.read())["notice"] is None


# -- files that go up ---------------------------------------------------------------------------------------------------


@pytest.mark.rule("R48")
async def test_a_file_that_is_not_sent_up_in_its_three_days_is_shown_as_overdue(desk: Desk):
    until = Due(on=date(2026, 3, 5))
    await desk.intake(samples.requested(kind=Kind.FORWARDED, silence_consents=False, forward_by=until))
    await desk.done("receipt")
    desk.harness.clock.move_to(at(3, 5, 23))
    (line,) = (await desk.queue())["items"]
    assert line["sending_up"] == {"on": "2026-03-05", "provisional": False, "late": False}
    desk.harness.clock.move_to(at(3, 6, 0))
    (line,) = (await desk.queue())["items"]
    assert (line["sending_up"]["late"], "转报上级已逾期" in line["notice"]) == (True, True)
    review = await desk.done("forwarding", {"superior": "省民宗委", "opinion": "拟同意"})
    assert (review["sending_up"], review["notice"]) == (None, None)


@pytest.mark.rule("R48")
def test_what_goes_nowhere_has_no_day_to_be_sent_up():
    told = {"forward_by": Due(on=date(2026, 3, 5))}
    assert terms.sending_up(samples.received(**told), date(2026, 3, 6)) is None
    state = samples.received(kind=Kind.FORWARDED, **told)
    assert terms.sending_up(samples.cancelled(state), date(2026, 3, 6)) is None
    assert terms.sending_up(samples.received(kind=Kind.FORWARDED), date(2026, 3, 6)) is None


# -- meetings and urgings -----------------------------------------------------------------------------------------------


def meeting(**changes) -> intake.ReviewMeetingConvened:
    values = {
        "place": "大厅三楼会议室",
        "meets_at": at(3, 6, 9),
        "convened_at": MONDAY,
        "meeting_id": "M1",
        "convened_by": Staff(id="w1", name="牵头窗口"),
    }
    return intake.ReviewMeetingConvened(**samples.named(), **(values | changes))


@pytest.mark.rule("R45")
async def test_a_meeting_is_shown_in_the_queue_and_moves_when_it_is_called_anew(asked: Desk):
    await asked.intake(meeting(), meeting(meeting_id="M2", occasion="site_visit", place="工地"))
    (line,) = (await asked.queue())["items"]
    assert [(one["meeting_id"], one["occasion"], one["place"]) for one in line["meetings"]] == [
        ("M1", "meeting", "大厅三楼会议室"),
        ("M2", "site_visit", "工地"),
    ]
    assert line["meetings"][0]["meets_at"] == "2026-03-06T01:00:00Z"
    await asked.intake(meeting(meets_at=at(3, 9, 9)), meeting(meeting_id=None), meeting(meeting_id=None))
    shown = (await asked.read())["meetings"]
    assert [one["meeting_id"] for one in shown] == ["M2", "M1", None, None]
    assert shown[1]["meets_at"] == "2026-03-09T01:00:00Z"


@pytest.mark.rule("R45")
async def test_consent_by_absence_is_labelled_as_such(asked: Desk):
    await asked.done("receipt")
    await asked.intake(samples.deeming().model_copy(update={"ground": "absence"}))
    review = await asked.read()
    assert (review["state_text"], review["deemed_ground"]) == ("缺席视为同意", "absence")
    assert "缺席视为同意" in review["notice"]


async def test_an_urging_says_by_which_rule_and_whom(asked: Desk):
    by = Staff(id="s1", name="严明")
    await asked.intake(samples.urging().model_copy(update={"rule": "R41", "urged_by": by}))
    (urging,) = (await asked.read())["urgings"]
    assert (urging["rule"], urging["urged_by"]["name"]) == ("R41", "严明")


async def test_who_had_the_review_before_is_kept(asked: Desk):
    await asked.done("receipt")
    for person in ("u7", "u8", "u9"):
        review = await asked.done("assignment", {"assignee": {"id": person, "name": person}})
    assert review["assignment"]["assignee"]["id"] == "u9"
    assert [one["assignee"]["id"] for one in review["former_assignments"]] == ["u7", "u8"]
