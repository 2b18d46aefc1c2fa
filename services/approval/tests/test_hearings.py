"""Hearings at their edges: five working days to ask, seven of notice, twenty to hold; the chair examined nothing."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.approval.domain import hearings, moves
from services.approval.domain.state import ReviewState, Status
from services.approval.tests import samples
from services.approval.tests.desk import CONSENT, REFUSAL, Desk
from services.approval.tests.samples import CALENDAR, CHIEF, MONDAY, OPINION, SIGNER
from yimen.contracts import approval
from yimen.contracts.parts import Opinion, Paper, PauseKind, Staff
from yimen.errors import NotNow, Refusal, Unfit
from yimen.worktime import Calendar

CHAIR = Staff(id="legal-1", name="法制科李主持")
PAPER = Paper(kind="hearing_notice", number="消防救援大队听字〔2026〕1号", dated=date(2026, 3, 2))
TENTH = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)
"""The tenth working day after Monday 2026-03-02."""


def asked(state: ReviewState | None = None, told_on=date(2026, 3, 2), requested_on=date(2026, 3, 2), at=MONDAY):
    return hearings.request(state or samples.received(), "赵一", told_on, requested_on, SIGNER, at, CALENDAR)


def noticed(state: ReviewState, holds_at=TENTH, chair=CHAIR, at=MONDAY, calendar=CALENDAR):
    return hearings.give_notice(state, holds_at, "二楼会议室", chair, PAPER, SIGNER, at, calendar)


def held(state: ReviewState, at=TENTH, record="双方陈述意见，记录属实。"):
    return hearings.hold(state, record, SIGNER, at)


def ready() -> ReviewState:
    return noticed(asked()[0])[0]


def refused(move, *arguments, **more) -> Refusal:
    with pytest.raises(Refusal) as caught:
        move(*arguments, **more)
    return caught.value


def in_shanghai(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.rule("R31")
def test_a_hearing_that_is_asked_for_stops_the_clock_in_the_same_move():
    state, told, stopped = asked()
    assert isinstance(told, approval.ReviewHearingRequested)
    assert (told.requested_by, told.hold_by.on) == ("赵一", date(2026, 3, 30))
    assert isinstance(stopped, approval.ReviewPaused)
    assert (stopped.kind, stopped.planned_days, stopped.paused_at) == (PauseKind.HEARING, 20, MONDAY)
    assert (state.status, state.version) == (Status.PAUSED, samples.received().version + 1)


@pytest.mark.rule("R31")
@pytest.mark.parametrize(
    ("told_on", "last"),
    [
        (date(2026, 3, 2), date(2026, 3, 9)),
        (date(2026, 9, 30), date(2026, 10, 13)),  # off to the 7th; 8, 9, Saturday 10, 12 and 13 are worked
    ],
)
def test_it_is_asked_for_within_five_working_days_of_being_told(told_on: date, last: date):
    at = in_shanghai(2026, 12, 1)
    state, *_ = asked(told_on=told_on, requested_on=last, at=at)
    assert state.awaits_hearing
    refusal = refused(asked, told_on=told_on, requested_on=last + timedelta(days=1), at=at)
    assert (type(refusal), refusal.code) == (NotNow, "hearing-too-late")
    assert str(last) in refusal.detail


@pytest.mark.rule("R31")
@pytest.mark.parametrize(
    ("told_on", "requested_on"),
    [
        (date(2026, 3, 2), date(2026, 3, 3)),
        (date(2026, 3, 2), date(2026, 2, 27)),
        (date(9999, 12, 31), date(9999, 12, 31)),
        (date(2026, 3, 2), date(1, 1, 1)),
    ],
)
def test_nobody_asks_tomorrow_nor_before_being_told(told_on: date, requested_on: date):
    assert refused(asked, told_on=told_on, requested_on=requested_on).code == "hearing-dates"


@pytest.mark.rule("R31")
def test_one_hearing_is_asked_for_once_before_the_decision():
    assert refused(asked, asked()[0]).code == "hearing-already-requested"
    assert refused(asked, samples.opened()).code == "not-received"
    assert refused(asked, samples.decided(samples.received())).code == "already-decided"
    assert refused(asked, samples.deemed(samples.received())).code == "already-deemed"
    assert refused(asked, held(ready())[0]).code == "hearing-already-requested"


@pytest.mark.rule("R31")
def test_seven_working_days_lie_between_the_notice_and_the_hearing():
    """Noticed on Monday the 2nd: Wednesday the 11th is the seventh working day after it."""
    state = asked()[0]
    refusal = refused(noticed, state, in_shanghai(2026, 3, 10, 23, 59, 59))
    assert (type(refusal), refusal.code) == (Unfit, "hearing-notice-too-short")
    assert "2026-03-11" in refusal.detail
    after, event = noticed(state, in_shanghai(2026, 3, 11))
    assert (event.document, event.chair, after.hearing.notice.place) == (PAPER, CHAIR, "二楼会议室")


@pytest.mark.rule("R31")
def test_it_is_held_on_the_twentieth_working_day_at_the_latest():
    state = asked()[0]
    assert noticed(state, in_shanghai(2026, 3, 30, 23, 59, 59))
    refusal = refused(noticed, state, in_shanghai(2026, 3, 31))
    assert (refusal.code, "2026-03-30" in refusal.detail) == ("hearing-beyond-limit", True)


@pytest.mark.rule("R31")
def test_a_hearing_that_can_no_longer_be_in_time_is_still_to_be_held():
    """To be held by Monday the 30th: noticed on Thursday the 19th it still can be, a day later no more."""
    state, last_chance = asked()[0], in_shanghai(2026, 3, 19, 9)
    assert noticed(state, in_shanghai(2026, 3, 30, 9), at=last_chance)
    assert refused(noticed, state, in_shanghai(2026, 3, 31, 9), at=last_chance).code == "hearing-beyond-limit"
    too_late = in_shanghai(2026, 3, 20, 9)
    assert noticed(state, in_shanghai(2026, 3, 31, 9), at=too_late)
    assert noticed(state, in_shanghai(2026, 4, 20, 23, 59), at=too_late)
    assert refused(noticed, state, in_shanghai(2026, 4, 21), at=too_late).code == "hearing-beyond-limit"


@pytest.mark.rule("R31", "R36")
def test_the_twenty_days_run_into_a_year_without_a_plan():
    state = asked(told_on=date(2026, 12, 21), requested_on=date(2026, 12, 21), at=in_shanghai(2026, 12, 21, 9))[0]
    last = hearings.hold_by(state.hearing, CALENDAR)
    assert (last.date, last.provisional) == (date(2027, 1, 18), True)


@pytest.mark.parametrize("odd", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00"])
def test_instants_at_the_ends_of_the_calendar_are_refused(odd: str):
    code = refused(noticed, asked()[0], datetime.fromisoformat(odd)).code
    assert code in ("hearing-notice-too-short", "hearing-beyond-limit")


def examined_by(staff: Staff) -> dict[str, ReviewState]:
    base = samples.received()
    given = moves.assign(base, staff, CHIEF, MONDAY)[0]
    return {
        "signed the receipt": moves.receive(samples.opened(), staff, MONDAY)[0],
        "has it now": given,
        "had it before": moves.assign(given, SIGNER, CHIEF, MONDAY)[0],
        "gave it to somebody": moves.assign(base, SIGNER, staff, MONDAY)[0],
        "visited the site": samples.visited(base, SIGNER, staff),
    }


@pytest.mark.rule("R31")
@pytest.mark.parametrize("how", examined_by(CHAIR))
def test_nobody_who_examined_chairs_the_hearing(how: str):
    state = asked(examined_by(CHAIR)[how])[0]
    refusal = refused(noticed, state, chair=Staff(id=CHAIR.id, name="换个名字"))
    assert (type(refusal), refusal.code) == (Unfit, "chair-examined")


@pytest.mark.rule("R31")
def test_whoever_chairs_examines_nothing_from_then_on():
    state = ready()
    assert refused(moves.assign, state, CHAIR, CHIEF, MONDAY).code == "chair-examines"
    assert refused(moves.assign, state, SIGNER, CHAIR, MONDAY).code == "chair-examines"
    after = held(state)[0]
    assert refused(moves.decide, after, Opinion.CONSENT, "据笔录", "", OPINION, CHAIR, TENTH).code == "chair-examines"
    assert moves.decide(after, Opinion.CONSENT, "据笔录", "", OPINION, CHIEF, TENTH)


@pytest.mark.rule("R31")
def test_a_new_notice_replaces_the_one_before_and_its_days_count_anew():
    moved, _ = noticed(ready(), in_shanghai(2026, 3, 20, 9), at=in_shanghai(2026, 3, 11, 9))
    assert moved.hearing.notice.holds_at == in_shanghai(2026, 3, 20, 9)
    assert refused(noticed, ready(), in_shanghai(2026, 3, 19), at=in_shanghai(2026, 3, 11, 9)).code == (
        "hearing-notice-too-short"
    )


@pytest.mark.rule("R31")
def test_the_record_is_made_once_after_the_hour_that_was_told():
    assert refused(held, samples.received()).code == "hearing-not-requested"
    assert refused(held, asked()[0]).code == "hearing-notice-missing"
    assert refused(held, ready(), at=TENTH - timedelta(microseconds=1)).code == "hearing-not-yet"
    assert refused(held, ready(), record=" ").code == "record-missing"
    state, told, resumed = held(ready())
    assert (told.chair, told.held_at) == (CHAIR, TENTH)
    assert (type(resumed), resumed.resumed_at) == (approval.ReviewResumed, TENTH)
    assert (state.status, state.version) == (Status.IN_REVIEW, ready().version + 1)
    assert refused(held, state).code == "hearing-already-held"
    assert refused(noticed, state).code == "hearing-already-held"


@pytest.mark.rule("R31")
@pytest.mark.parametrize("opinion", Opinion)
def test_nothing_is_decided_between_the_request_and_the_record(opinion: Opinion):
    for state in (asked()[0], ready()):
        refusal = refused(moves.decide, state, opinion, "理由", "依据", OPINION, CHIEF, TENTH)
        assert (type(refusal), refusal.code) == (NotNow, "hearing-missing")


@pytest.mark.rule("R31", "R42")
@pytest.mark.parametrize("opinion", Opinion)
def test_after_a_hearing_every_answer_rests_on_reasons(opinion: Opinion):
    state = held(ready())[0]
    refusal = refused(moves.decide, state, opinion, " ", "依据", OPINION, CHIEF, TENTH)
    assert (type(refusal), refusal.code) == (Unfit, "reasons-missing")
    assert samples.decided(state, opinion).decision.reasons


@pytest.mark.rule("R26", "R31")
def test_the_clock_does_not_go_on_before_the_hearing_was_held():
    assert refused(moves.resume, ready(), SIGNER, MONDAY, CALENDAR).code == "hearing-missing"


@pytest.mark.rule("R27", "R31")
def test_a_hearing_asked_for_in_another_procedure_takes_the_clock_over_without_a_gap():
    tested = moves.pause(samples.received(), PauseKind.TESTING, "消防法第十五条", 5, SIGNER, MONDAY)[0]
    state, *said = asked(tested)
    assert [type(event) for event in said] == [approval.ReviewHearingRequested]
    state, ended, begun = moves.resume(state, SIGNER, in_shanghai(2026, 3, 4, 9), CALENDAR)
    assert (ended.resumed_at, begun.paused_at, begun.kind) == (begun.paused_at, ended.resumed_at, PauseKind.HEARING)
    assert begun.planned_days == 18
    assert state.status is Status.PAUSED
    state, *said = held(noticed(state)[0])
    assert isinstance(said[-1], approval.ReviewResumed)
    # Seven days from the 2nd, the clock stood from the 2nd to the 16th: counted once, not twice.
    assert state.due(CALENDAR).date == date(2026, 3, 25)


@pytest.mark.rule("R27", "R31")
def test_a_hearing_held_within_another_procedure_leaves_that_one_standing():
    tested = moves.pause(samples.received(), PauseKind.TESTING, "消防法第十五条", 5, SIGNER, MONDAY)[0]
    state, *said = held(noticed(asked(tested)[0])[0])
    assert [type(event) for event in said] == [approval.ReviewHearingHeld]
    assert state.standing_procedure.kind is PauseKind.TESTING
    state, *said = moves.resume(state, SIGNER, TENTH, CALENDAR)
    assert [type(event) for event in said] == [approval.ReviewResumed]


@pytest.mark.rule("R27", "R31")
def test_a_hearing_that_the_department_began_by_itself_goes_on_as_the_one_that_is_asked_for():
    """Art. 46; the clock stands once."""
    begun = moves.pause(samples.received(), PauseKind.HEARING, "许可法第四十六条", 20, SIGNER, MONDAY)[0]
    state, *said = asked(begun)
    assert [type(event) for event in said] == [approval.ReviewHearingRequested]
    assert refused(moves.resume, state, SIGNER, MONDAY, CALENDAR).code == "hearing-missing"
    state, *said = held(noticed(state)[0])
    assert [type(event) for event in said] == [approval.ReviewHearingHeld, approval.ReviewResumed]
    assert state.status is Status.IN_REVIEW


@pytest.mark.rule("R31", "R35")
def test_the_days_of_a_hearing_follow_the_calendar_that_stands():
    state = asked()[0]
    plain = Calendar()
    assert hearings.hold_by(state.hearing, plain) == plain.add(date(2026, 3, 2), 20)


# -- at the desk --------------------------------------------------------------------------------------------------------

ASK = {"requested_by": "赵一", "told_on": "2026-03-02", "requested_on": "2026-03-02"}
TELL = {
    "holds_at": "2026-03-16T09:00:00+08:00",
    "place": "二楼会议室",
    "chair": {"id": "legal-1", "name": "法制科李主持"},
}


@pytest.mark.rule("R31")
async def test_from_the_request_to_the_decision_on_the_record(asked: Desk):
    await asked.done("receipt")
    review = await asked.done("hearing", ASK)
    assert (review["state"], review["hearing_by"]["on"], review["due"]) == ("paused", "2026-03-30", None)
    review = await asked.done("hearing/notice", TELL)
    assert review["hearing"]["notice"]["document"]["number"] == "消防救援大队听字〔2026〕1号"
    early = await asked.act("hearing/record", {"record": "记录"})
    assert (early.status_code, early.json()["code"]) == (409, "hearing-not-yet")
    asked.harness.clock.move_to(TENTH)
    review = await asked.done("hearing/record", {"record": "双方陈述意见。"})
    assert (review["state"], review["hearing_by"], review["due"]["on"]) == ("in_review", None, "2026-03-25")
    assert (await asked.act("decision", CONSENT)).json()["code"] == "reasons-missing"
    await asked.done("decision", REFUSAL)
    assert [type(event) for event in await asked.harness.events()] == [
        approval.ReviewReceived,
        approval.ReviewHearingRequested,
        approval.ReviewPaused,
        approval.ReviewHearingNoticed,
        approval.ReviewHearingHeld,
        approval.ReviewResumed,
        approval.ReviewDecided,
    ]
    metas = [meta.sequence for meta, _ in await asked.harness.emitted()]
    assert metas == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.rule("R31")
async def test_a_hearing_that_is_late_is_shown_in_the_queue(asked: Desk):
    await asked.done("receipt")
    await asked.done("hearing", ASK)
    asked.harness.clock.move_to(in_shanghai(2026, 3, 30, 23, 59, 59))
    assert (await asked.queue())["items"][0]["hearing_by"]["late"] is False
    asked.harness.clock.move_to(in_shanghai(2026, 3, 31))
    (line,) = (await asked.queue())["items"]
    assert (line["hearing_by"]["late"], "听证已逾期" in line["notice"]) == (True, True)


@pytest.mark.rule("R31")
async def test_a_hearing_costs_nobody_anything(asked: Desk):
    await asked.done("receipt")
    assert (await asked.act("hearing", ASK | {"fee": 100})).status_code == 422


@pytest.mark.rule("R31")
async def test_a_refused_notice_takes_no_number(asked: Desk):
    await asked.done("receipt")
    await asked.done("hearing", ASK)
    assert (await asked.act("hearing/notice", TELL | {"holds_at": "2026-03-10T09:00:00+08:00"})).status_code == 422
    review = await asked.done("hearing/notice", TELL)
    assert review["hearing"]["notice"]["document"]["number"].endswith("1号")
