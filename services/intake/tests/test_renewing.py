"""Renewal by law, at its edges."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.intake.domain import clock, deciding, door, renewing, reviewing
from services.intake.domain.case import Case, Status
from services.intake.domain.grounds import RefusalGround
from services.intake.domain.licensing import Holding, LicenceState, holding, last_valid_day
from services.intake.domain.values import Answer, Deferral, FeeList, RequestedMaterial
from services.intake.tests.samples import CLERK, COMMITTED, INSTANT, JOINT, RULES, item, kinds, review_of, submitted
from services.intake.tests.test_door import refused
from yimen.contracts.intake import CaseDecided, CaseLicenceIssued
from yimen.contracts.parts import Kind, Opinion, Outcome
from yimen.worktime import end_of_day

ZHANG = "11010519491231002X"
LAST = date(2026, 12, 31)
ENDS = end_of_day(LAST)
IN_TIME = datetime(2026, 11, 19, 1, tzinfo=UTC)
"""Thirty working days before the end of the year: 20 November to 31 December."""


def held(**changes: object) -> Holding:
    known = {
        "licence_number": "证字〔2022〕7号",
        "case_number": "OLD",
        "item_code": COMMITTED.code,
        "name": "样例许可证",
        "holder": "张三",
        "id_number": ZHANG,
        "organisation": False,
        "valid_from": date(2022, 1, 1),
        "valid_until": LAST,
    }
    return Holding.model_validate(known | changes)


def renewal(at: datetime = IN_TIME, of: object = COMMITTED, **changes: object) -> Case:
    case = submitted(of, at=at)  # type: ignore[arg-type]
    known = held(**{"item_code": case.item.code} | changes)
    return renewing.renewing(case.but(received_on=at.date()), known, RULES)


def accepted_renewal(at: datetime = IN_TIME, of: object = COMMITTED) -> Case:
    return door.accept(renewal(at, of), CLERK, at, RULES).case


def deemed(case: Case) -> deciding.Change:
    return renewing.deem_renewed(case, ENDS, ENDS + timedelta(hours=3), RULES)


def answered(case: Case, at: datetime, opinion: Opinion, now: datetime | None = None) -> deciding.Change:
    said = Answer(opinion=opinion, reasons="不符合", decided_by="李主任", decided_at=at)
    return reviewing.answer(case, review_of(case, "planning"), said, now or at, RULES)


@pytest.mark.rule("R32")
def test_thirty_working_days_before_the_end_it_is_protected_and_one_day_later_it_is_not() -> None:
    assert renewal().renewal_due == LAST
    late = renewal(IN_TIME + timedelta(days=1))
    assert (late.renewal_due, late.renews, late.renews_until) == (None, "证字〔2022〕7号", LAST)
    assert clock.renewal_ends(late) is None
    assert [name for name, _key in clock.timers(late, RULES)] == [clock.DEEM_ACCEPTANCE]


@pytest.mark.rule("R32", "R36")
def test_thirty_working_days_are_counted_across_a_year_without_a_plan() -> None:
    assert 2027 not in RULES.calendar.plans
    expiring = {"valid_until": date(2027, 1, 29)}
    sunday = datetime(2026, 12, 20, 1, tzinfo=UTC)
    assert renewal(sunday, **expiring).renewal_due == date(2027, 1, 29)
    assert renewal(sunday + timedelta(days=1), **expiring).renewal_due is None


@pytest.mark.rule("R32")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"id_number": "110105194912310038"}, "licence-not-held"),
        ({"item_code": JOINT.code}, "licence-of-another-item"),
        ({"valid_until": None}, "licence-without-end"),
        ({"state": LicenceState.RENEWED, "renewed_by": "证字〔2026〕1号"}, "licence-renewed"),
        ({"valid_until": date(2026, 11, 18)}, "licence-expired"),
    ],
)
def test_what_cannot_be_renewed_is_refused(changes: dict[str, object], code: str) -> None:
    with refused(code):
        renewal(**changes)


@pytest.mark.rule("R32")
def test_on_its_last_day_a_licence_can_still_be_renewed_without_the_laws_protection() -> None:
    assert renewal(valid_until=IN_TIME.date()).renewal_due is None
    with refused("licence-not-held"):
        renewing.renewing(submitted(COMMITTED), None, RULES)


@pytest.mark.rule("R32", "R46")
@pytest.mark.parametrize("state", ["submitted", "accepted", "owing"])
def test_not_decided_by_its_end_the_licence_is_renewed_from_every_state(state: str) -> None:
    case = renewal() if state == "submitted" else accepted_renewal()
    if state == "owing":
        review = review_of(case, "planning").but(lists=(FeeList(list_id="L1", listed_at=IN_TIME),))
        case = answered(case.with_review(review), IN_TIME, Opinion.CONSENT).case
        assert case.status is Status.REVIEWED
    assert clock.timers(case, RULES)[clock.RENEWAL_LIMIT, case.case_number] == ENDS
    change = deemed(case)
    assert kinds(change) == ["decided", "licence_issued", *(["cancelled"] if state == "accepted" else [])]
    decided, licence, *_ = change.events
    assert isinstance(decided, CaseDecided)
    assert (decided.deemed, decided.outcome, decided.decided_by) == (True, Outcome.GRANTED, None)
    assert (decided.decided_at, decided.decided_on) == (ENDS, date(2027, 1, 1))
    assert "视为准予延续" in decided.reasons
    assert "第五十条" in decided.legal_basis
    assert isinstance(licence, CaseLicenceIssued)
    assert (licence.valid_from, licence.valid_until) == (date(2027, 1, 1), date(2031, 12, 31))
    assert licence.renews == "证字〔2022〕7号"
    assert clock.timers(change.case, RULES) == {}


@pytest.mark.rule("R32")
def test_while_the_applicant_owes_an_answer_nothing_is_renewed_by_law() -> None:
    at = IN_TIME + timedelta(hours=1)
    asked = door.request_correction(renewal(), {"02": "未盖章"}, CLERK, at, RULES).case
    assert [name for name, _key in clock.timers(asked, RULES)] == [clock.SUPPLEMENT_LIMIT]
    in_time = door.supplement(asked, asked.materials[1:], ENDS - timedelta(minutes=1), RULES).case
    assert (clock.RENEWAL_LIMIT, in_time.case_number) in clock.timers(in_time, RULES)
    late = door.supplement(asked, asked.materials[1:], ENDS, RULES).case
    assert late.status is Status.ACCEPTED
    assert clock.renewal_ends(late) is None


@pytest.mark.rule("R16", "R32")
def test_while_what_was_deferred_is_overdue_nothing_is_renewed_by_law() -> None:
    gap = {"materials": (RequestedMaterial(code="02", name="平面图", reason="容缺"),), "deferred_at": IN_TIME}
    open_gap = Deferral.model_validate(gap | {"until": date(2026, 12, 1)})
    case = accepted_renewal()
    assert clock.renewal_ends(case.but(deferral=open_gap)) == ENDS
    lapsed = open_gap.but(lapsed_at=ENDS - timedelta(days=9))
    assert clock.renewal_ends(case.but(deferral=lapsed)) is None
    assert clock.renewal_ends(case.but(deferral=lapsed.but(met_at=ENDS - timedelta(minutes=1)))) == ENDS
    assert clock.renewal_ends(case.but(deferral=lapsed.but(met_at=ENDS))) is None


@pytest.mark.rule("R32")
def test_a_decision_in_the_last_minute_wins_though_it_is_heard_of_later() -> None:
    in_time = answered(accepted_renewal(), ENDS - timedelta(minutes=1), Opinion.REFUSE, ENDS + timedelta(hours=1))
    assert in_time.case.outcome is Outcome.DENIED
    assert clock.timers(in_time.case, RULES) == {}


@pytest.mark.rule("R32", "R49")
def test_a_decision_after_the_last_minute_is_too_late() -> None:
    late = answered(accepted_renewal(), ENDS, Opinion.REFUSE)
    decided = next(event for event in late.events if isinstance(event, CaseDecided))
    assert (decided.deemed, decided.outcome, decided.decided_at) == (True, Outcome.GRANTED, ENDS)
    afterwards = deemed(accepted_renewal()).case
    again = answered(afterwards, ENDS + timedelta(hours=4), Opinion.REFUSE)
    assert (again.case, again.events) == (afterwards, ())
    assert not reviewing.takes_answer(afterwards, review_of(afterwards, "planning"))


@pytest.mark.rule("R32")
def test_after_the_last_minute_the_window_can_neither_refuse_nor_deny() -> None:
    at_the_door = renewal().but(received_on=date(2026, 12, 30))
    with refused("renewed-by-law"):
        door.refuse(at_the_door, RefusalGround.NOT_A_LICENCE_MATTER, "不属于许可事项", None, CLERK, ENDS, RULES)
    instant = door.accept(renewal(of=INSTANT), CLERK, IN_TIME, RULES).case
    with refused("renewed-by-law"):
        deciding.decide_at_window(instant, Outcome.DENIED, "不符合", "第五条", CLERK, ENDS, RULES)
    in_time = ENDS - timedelta(minutes=1)
    denied = deciding.decide_at_window(instant, Outcome.DENIED, "不符合", "第五条", CLERK, in_time, RULES)
    assert denied.case.outcome is Outcome.DENIED


@pytest.mark.rule("R32")
def test_a_renewed_licence_begins_the_day_after_the_old_one_or_with_a_later_decision() -> None:
    early = answered(accepted_renewal(), IN_TIME, Opinion.CONSENT).case.licence
    assert early is not None
    assert (early.valid_from, early.renews) == (date(2027, 1, 1), "证字〔2022〕7号")
    unprotected = accepted_renewal(IN_TIME + timedelta(days=1))
    late = answered(unprotected, datetime(2027, 1, 20, 1, tzinfo=UTC), Opinion.CONSENT).case.licence
    assert late is not None
    assert (late.valid_from, late.valid_until) == (date(2027, 1, 20), date(2032, 1, 19))


@pytest.mark.rule("R32")
@pytest.mark.parametrize(
    ("ended", "years", "until"),
    [
        (date(2028, 2, 28), 4, date(2032, 2, 28)),  # begins on 29 February, and so does the next but for a day
        (date(2028, 2, 29), 5, date(2033, 2, 28)),
        (date(2027, 2, 28), 1, date(2028, 2, 29)),
        (date(2028, 2, 28), 1, date(2029, 2, 28)),
    ],
)
def test_a_renewal_around_the_29th_of_february_loses_and_gains_no_day(ended: date, years: int, until: date) -> None:
    assert last_valid_day(ended + timedelta(days=1), years) == until


def test_silence_in_a_case_that_renews_nothing_grants_nothing() -> None:
    case = door.accept(submitted(COMMITTED, at=IN_TIME), CLERK, IN_TIME, RULES).case
    assert clock.renewal_ends(case) is None
    assert [name for name, _key in clock.timers(case, RULES)] == [clock.REVIEW_LIMIT]


def test_an_item_without_a_licence_leaves_nothing_to_hold() -> None:
    bare = item(Kind.COMMITTED, licence=None, stages=COMMITTED.stages)
    case = door.accept(submitted(bare, at=IN_TIME), CLERK, IN_TIME, RULES).case
    assert holding(answered(case, IN_TIME, Opinion.CONSENT).case) is None
