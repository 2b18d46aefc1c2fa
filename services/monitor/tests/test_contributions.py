"""What a case contributes to the counts, from its events alone."""

from datetime import date

import pytest

from services.monitor.domain.contributions import Contribution, Place, StagePlace, contribution
from services.monitor.domain.fold import fold
from services.monitor.tests.counted import (
    CALENDAR,
    alert,
    escalated,
    given_back,
    lifted,
    not_rated,
    rated,
    settled,
    voided,
)
from services.monitor.tests.samples import (
    NUMBER,
    accepted,
    at,
    closed,
    decided,
    joint_case,
    paused,
    recorded,
    resumed,
    submitted,
)
from yimen.contracts import intake
from yimen.contracts.monitor import Light
from yimen.contracts.parts import Document, DocumentKind, Kind, Staff
from yimen.worktime import Calendar

ITEM = "450721J01"


def of(*told, calendar: Calendar = CALENDAR) -> Contribution:
    return contribution(fold(NUMBER, recorded(told)), calendar)


def by_intake(*events):
    return [("/intake", event, at(3, 2)) for event in events]


def day(month, number, department="planning"):
    return Place(date(2026, month, number), department, ITEM)


def stage(days, name, department="planning"):
    return StagePlace(date(2026, 3, 1), department, ITEM, days, name)


def test_a_joint_case_counts_for_its_lead_and_each_review_for_its_department():
    found = of(*joint_case())
    assert found.days == {
        day(3, 2): {
            "submitted": 1,
            "accepted": 1,
            "joint": 1,
            "by_window": 1,
            "promised_days": 10,
            "statutory_days": 45,
        },
        day(3, 5): {"reviews": 1},
        day(3, 9, "fire"): {"reviews": 1},
        day(3, 12, "environment"): {"reviews": 1, "reviews_late": 1, "reviews_deemed": 1},
        day(3, 17): {"ended": 1, "closed": 1, "granted": 1, "closed_early": 1, "used_days": 9, "allowed_days": 10},
    }


@pytest.mark.rule("R78")
def test_stages_are_told_in_working_days_without_their_pauses():
    found = {place: dict(counts) for place, counts in of(*joint_case()).stages.items()}
    assert found == {
        stage(0, "case.acceptance"): {"count": 1, "minutes": 60},
        stage(9, "case.handling"): {"count": 1, "minutes": 15 * 24 * 60},
        stage(3, "case.service"): {"count": 1, "minutes": 3 * 24 * 60},
        stage(3, "review.并联审查"): {"count": 1, "minutes": 3 * 24 * 60},
        stage(3, "review.并联审查", "fire"): {"count": 1, "minutes": 7 * 24 * 60},
        stage(8, "review.并联审查", "environment"): {
            "count": 1,
            "late": 1,
            "deemed": 1,
            "minutes": 9 * 24 * 60 + 14 * 60,
        },
    }


@pytest.mark.rule("R37", "R78")
def test_lateness_is_that_of_the_day_of_the_decision_whenever_it_is_fetched_and_pauses_do_not_count():
    promised = by_intake(submitted(), accepted(2))
    late = of(*promised, *by_intake(decided(at(3, 5)), closed(at(5, 20))))
    assert late.days[day(3, 5)] == {
        "ended": 1,
        "ended_late": 1,
        "closed": 1,
        "closed_late": 1,
        "granted": 1,
        "used_days": 3,
        "allowed_days": 2,
    }
    assert day(5, 20) not in late.days
    in_pause = by_intake(paused(at(3, 3)), resumed(at(3, 5), None, None), decided(at(3, 6)), closed(at(3, 6)))
    assert of(*promised, *in_pause).days[day(3, 6)]["used_days"] == 2
    assert "closed_late" not in of(*promised, *in_pause).days[day(3, 6)]


def test_what_left_without_a_decision_ended_and_is_not_closed():
    paper = Document(kind=DocumentKind.RETURN, number="灵退〔2026〕1号", dated=date(2026, 3, 4))
    returned = intake.CaseReturned(
        case_number=NUMBER,
        document=paper,
        reasons="材料不符",
        policy_basis="办法第三条",
        returned_by=Staff(id="c1", name="李窗口"),
        returned_at=at(3, 4),
    )
    found = of(*by_intake(submitted(), returned))
    assert found.days == {day(3, 2): {"submitted": 1}, day(3, 4): {"ended": 1, "returned": 1}}
    reopened = intake.CaseReopened(
        case_number=NUMBER, received_on=date(2026, 3, 9), answer_by=submitted().answer_by, reopened_at=at(3, 9)
    )
    assert of(*by_intake(submitted(), returned, reopened)).days == {day(3, 2): {"submitted": 1}}


def test_the_day_is_that_of_shanghai():
    found = of(*by_intake(submitted(when=at(3, 3, 0, 30)), accepted(), decided(at(3, 10, 23, 30))))
    assert [place.day.day for place in found.days] == [3, 2, 10]


def test_an_instant_case_is_done_on_its_day_or_late():
    said = by_intake(submitted(Kind.INSTANT), accepted(0, kind=Kind.INSTANT))
    assert of(*said, *by_intake(decided(at(3, 2, 11)))).days[day(3, 2)]["closed"] == 1
    assert "ended_late" not in of(*said, *by_intake(decided(at(3, 2, 11)))).days[day(3, 2)]
    assert of(*said, *by_intake(decided(at(3, 3)))).days[day(3, 3)]["closed_late"] == 1


def test_fees_are_what_was_settled_and_given_back_of_each_list():
    told = (*by_intake(submitted()), settled(500), settled(70, "L2"), given_back(30))
    assert of(*told).days[day(3, 17)] == {"fees_settled": 570}
    assert of(*told).days[day(4, 2)] == {"fees_refunded": 30}


@pytest.mark.rule("R95")
def test_a_rating_that_nobody_gave_is_counted_apart_and_a_voided_one_nowhere():
    said = by_intake(submitted())
    assert of(*said, rated(2)).days[day(3, 20)] == {"ratings": 1, "stars": 2, "bad_ratings": 1}
    assert of(*said, rated(5)).days[day(3, 20)] == {"ratings": 1, "stars": 5}
    assert of(*said, not_rated()).days[day(3, 27)] == {"default_ratings": 1, "default_stars": 4}
    late = of(*said, rated(3, "P2"), not_rated("P2"))
    assert day(3, 27) not in late.days, "what somebody said counts before what was put down for them"
    assert of(*said, rated(1), voided()).days.keys() == {day(3, 2)}


def test_an_alert_counts_once_under_the_worst_level_that_it_came_to():
    said = (*by_intake(submitted()), alert("A1", Light.BLUE))
    assert of(*said).days[day(3, 13, "fire")] == {"alerts_blue": 1}
    worse = of(*said, escalated("A1", Light.YELLOW))
    assert worse.days[day(3, 13, "fire")] == {"alerts_yellow": 1, "alerts_escalated": 1}
    assert of(*said, lifted("A1")).days[day(3, 13, "fire")] == {"alerts_lifted": 1}


def test_what_is_kept_with_the_case_is_read_back_as_it_was():
    found = of(*joint_case(), settled(5))
    assert Contribution.read(found.kept()) == found
    assert found.minus(found) == Contribution({}, {})
    assert found.minus(Contribution({}, {})) == found
