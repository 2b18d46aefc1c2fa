"""The month's sheet follows from the set of its facts alone (R74-R76, R79-R83)."""

from dataclasses import replace
from datetime import UTC, date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.monitor.domain.facts import Closing, Facts
from services.monitor.domain.scoring import facts_of
from services.monitor.domain.sheets import sheets
from services.monitor.tests.samples import CHIEF, NUMBER, at
from services.monitor.tests.scored import (
    BOOK,
    CALENDAR,
    MONTH,
    PERSON,
    WINDOW,
    attendance,
    cost,
    facts,
    lifted,
    of,
    part,
    pre_alert,
    raised,
    staffed,
    told,
    upheld,
)
from yimen.contracts.monitor import Light
from yimen.worktime import Limit

DAY = at(3, 10)


def closing(number: int, department: str = "fire", day: date = date(2026, 3, 9), **more: object) -> Closing:
    values: dict[str, object] = {
        "case_number": f"K{number}",
        "department": department,
        "lead": True,
        "month": MONTH,
        "stopped_on": day,
        "statutory": Limit(date(2026, 3, 2), 5),
        "lacking": (),
    }
    return Closing(**values | more)


# -- parts, floors, caps -------------------------------------------------------------------------------------------------


@pytest.mark.rule("R75", "R83")
def test_a_month_without_faults_is_a_hundred_points():
    sheet = of(facts(raised("a", DAY)))
    assert (sheet.tenths, sheet.bonus, sheet.lines) == (1000, 0, ())


@pytest.mark.rule("R75")
def test_no_part_falls_below_nothing_and_the_others_keep_theirs():
    many = [raised(f"a{n}", DAY, cost(-100, "time")) for n in range(5)]
    sheet = of(facts(*many))
    assert part(sheet, "time") == 0
    assert sheet.tenths == 1000 - 140
    assert sum(line.tenths for line in sheet.lines) == -500, "every line stands, although the part is used up"


@pytest.mark.rule("R74", "R75", "R81")
def test_an_event_that_touches_two_parts_or_parties_costs_in_both():
    known = facts(
        raised("a", DAY, cost(-100, "time"), cost(-100, "liability"), cost(-50, "limit", kind=WINDOW)),
    )
    assert (part(of(known), "time"), part(of(known), "liability")) == (40, 0)
    assert part(of(known, WINDOW), "limit") == 100
    assert of(known, WINDOW).tenths == 950


@pytest.mark.rule("R74")
@pytest.mark.parametrize(("code", "level", "tenths"), [("promised", "yellow", -50), ("statutory", "red", -100)])
def test_a_yellow_card_costs_five_points_and_a_red_one_ten(code, level, tenths):
    rule = BOOK.alert(code)
    assert rule.level == level
    assert ("time", tenths) in [(charge.part, charge.tenths) for charge in rule.charges]


@pytest.mark.rule("R75")
def test_the_bonus_comes_on_top_up_to_its_cap():
    praise = [cost(20, "bonus", kind=WINDOW, code="commended")] * 7
    sheet = of(facts(raised("a", DAY, *praise)), WINDOW)
    assert (sheet.bonus, sheet.tenths) == (100, 1100)


def test_people_have_no_floor():
    costs = [cost(-750, "conduct", kind=PERSON, party=CHIEF.id, code="bad_press")] * 2
    sheet = of(facts(attendance(DAY.date(), DAY, *costs)), PERSON, CHIEF.id)
    assert (sheet.tenths, sheet.name) == (-500, CHIEF.name)


def test_a_part_that_the_book_does_not_have_stands_on_the_sheet_and_counts_in_none():
    sheet = of(facts(raised("a", DAY, cost(-50, "abolished"))))
    assert (sheet.tenths, len(sheet.lines)) == (1000, 1)


# -- months --------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R83")
def test_the_month_ends_at_midnight_in_shanghai():
    last = at(3, 31, 23, 59).astimezone(UTC)
    first = last + timedelta(minutes=1)
    known = facts(raised("last", last, cost(-50, "time")), raised("first", first, cost(-100, "time")))
    assert of(known, month="2026-03").tenths == 950
    assert of(known, month="2026-04").tenths == 900


@pytest.mark.rule("R83")
def test_what_was_entered_later_counts_on_the_day_it_happened():
    known = facts(attendance(date(2026, 3, 31), at(4, 2), cost(-20, "conduct", kind=PERSON, party=CHIEF.id)))
    assert of(known, PERSON, CHIEF.id).tenths == 980
    assert sheets("2026-04", known, BOOK, CALENDAR) == ()


def test_a_persons_name_stands_on_no_sheet_that_colleagues_read():
    costs = [cost(-30, "attendance", kind=WINDOW), cost(-50, "conduct", kind=PERSON, party=CHIEF.id)]
    known = facts(attendance(DAY.date(), DAY, *costs))
    assert CHIEF.name not in of(known, WINDOW).lines[0].reason
    assert CHIEF.name in of(known, PERSON, CHIEF.id).lines[0].reason


# -- reversing -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R76")
def test_a_lifted_alert_is_given_back_by_lines_of_their_own_in_the_month_that_it_cost():
    charged = raised("a", DAY, cost(-50, "time"), cost(-50, "limit", kind=WINDOW))
    known = facts(charged, lifted("a", at(4, 20)))
    sheet = of(known)
    assert sheet.tenths == of(known, WINDOW).tenths == 1000
    charge, back = sheet.lines
    assert (charge.tenths, back.tenths, back.reverses) == (-50, 50, charge.entry_id)
    assert (back.subject, back.reason, back.month) == ("alert/a", "冲回：申诉成立", MONTH)


@pytest.mark.rule("R76")
def test_an_upheld_appeal_gives_back_the_one_entry():
    charged = raised("a", DAY, cost(-50, "time"), cost(-50, "liability"))
    entry = next(one for one in facts(charged).entries if one.part == "time")
    known = facts(charged, upheld(entry.entry_id, at(3, 20)))
    assert (part(of(known), "time"), part(of(known), "liability")) == (140, 50)


@pytest.mark.rule("R76")
def test_nothing_is_given_back_twice():
    charged = raised("a", DAY, cost(-50, "time"))
    (entry,) = facts(charged).entries
    known = facts(charged, lifted("a", at(3, 12)), upheld(entry.entry_id, at(3, 20)), lifted("a", at(3, 21)))
    assert of(known).tenths == 1000
    assert [line.at for line in of(known).lines] == [DAY, at(3, 12)], "by the first word that says so"


@pytest.mark.rule("R76")
def test_a_ceiling_is_not_exceeded_by_giving_back():
    known = facts(*(raised(f"a{n}", DAY, cost(-100, "time")) for n in range(3)), lifted("a0", at(3, 12)))
    assert part(of(known), "time") == 0, "two hundred tenths still stand against it"


# -- rows of pre-alerts --------------------------------------------------------------------------------------------------


@pytest.mark.rule("R74")
def test_three_pre_alerts_in_a_row_cost_three_points_at_the_third():
    known = facts(*(pre_alert(f"b{n}", at(3, 10 + n)) for n in range(3)))
    (line,) = of(known).lines
    assert (line.tenths, line.subject, line.about) == (-30, "alert/b2", ("alert/b0", "alert/b1", "alert/b2"))
    assert of(facts(*(pre_alert(f"b{n}", at(3, 10 + n)) for n in range(5)))).tenths == 970
    assert of(facts(*(pre_alert(f"b{n}", at(3, 10 + n)) for n in range(6)))).tenths == 940


@pytest.mark.rule("R74")
@pytest.mark.parametrize(("rule", "level"), [("R71", Light.YELLOW), ("R72", Light.RED)])
def test_a_card_breaks_the_row_and_another_departments_does_not(rule, level):
    row = [pre_alert("b1", at(3, 10)), pre_alert("b2", at(3, 11)), pre_alert("b3", at(3, 13))]
    assert of(facts(*row, raised("c", at(3, 12), rule=rule, level=level))).tenths == 1000
    assert of(facts(*row, raised("c", at(3, 12), rule=rule, level=level, department="planning"))).tenths == 970


@pytest.mark.rule("R74", "R76")
def test_a_row_does_not_stand_without_an_alert_that_was_lifted():
    row = [pre_alert(f"b{n}", at(3, 10 + n)) for n in range(3)]
    sheet = of(facts(*row, lifted("b1", at(3, 20))))
    assert sheet.tenths == 1000
    assert [line.tenths for line in sheet.lines] == [-30, 30]
    shifted = of(facts(*row, pre_alert("b3", at(3, 14)), lifted("b1", at(3, 20))))
    assert sorted(line.tenths for line in shifted.lines) == [-30, -30, 30]
    assert shifted.tenths == 970


@pytest.mark.rule("R74", "R76")
@given(count=st.integers(0, 12), out=st.sets(st.integers(0, 11)), cards=st.sets(st.integers(0, 11)))
def test_what_stands_of_the_rows_is_what_the_standing_alerts_make(count, out, cards):
    def one(n):
        when = at(3, 2) + timedelta(hours=n)
        return raised(f"b{n}", when) if n in cards else pre_alert(f"b{n}", when)

    gone = [lifted(f"b{n}", at(3, 20)) for n in out if n < count]
    everything = of(facts(raised("z", at(3, 1)), *map(one, range(count)), *gone))
    standing = of(facts(raised("z", at(3, 1)), *(one(n) for n in range(count) if n not in out)))
    assert everything.tenths == standing.tenths
    assert sum(line.tenths for line in everything.lines) == sum(line.tenths for line in standing.lines)


# -- early closing, incomplete data -----------------------------------------------------------------------------------------


@pytest.mark.rule("R79")
@pytest.mark.parametrize(("early", "points"), [(0, 0), (1, 0), (2, 10), (3, 10), (4, 20), (20, 100)])
def test_each_tenth_of_the_cases_that_closed_before_the_statutory_limit_earns_a_point(early, points):
    on_the_day, before = date(2026, 3, 9), date(2026, 3, 6)
    closed = [closing(n, day=before if n < early else on_the_day) for n in range(20)]
    sheet = of(Facts(closings=frozenset(closed)))
    assert (sheet.bonus, sheet.tenths) == (points, 1000 + points)


@pytest.mark.rule("R79")
def test_only_the_leads_cases_and_those_with_a_limit_count_for_early_closing():
    mine = closing(1, day=date(2026, 3, 3))
    known = Facts(closings=frozenset({mine, replace(closing(2), lead=False, statutory=None)}))
    assert of(known).bonus == 100
    assert of(Facts(closings=frozenset({closing(3, statutory=Limit(date(2026, 3, 2), 0))}))).bonus == 0


@pytest.mark.rule("R80")
@pytest.mark.parametrize(("faulty", "cost_"), [(0, 0), (1, 0), (2, -10), (3, -10), (9, -40), (10, -50), (200, -50)])
def test_each_per_cent_of_cases_told_incompletely_costs_a_point_at_most_five(faulty, cost_):
    closed = [closing(n, lacking=("没有受理记录",) if n < faulty else ()) for n in range(200)]
    sheet = of(Facts(closings=frozenset(closed)))
    assert part(sheet, "oversight") == 140 + cost_


@pytest.mark.rule("R80")
def test_a_date_that_contradicts_the_events_is_incomplete_data_until_the_alert_is_lifted():
    wrong = raised("d", at(2, 20), code="date-mismatch", rule="R20", case_number="K1")
    case = Facts(closings=frozenset({closing(1)}))
    assert part(of(Facts.gathered([facts(wrong), case])), "oversight") == 90
    assert part(of(Facts.gathered([facts(wrong, lifted("d", at(3, 12))), case])), "oversight") == 140


# -- parties ----------------------------------------------------------------------------------------------------------------


def test_who_sits_at_a_window_at_the_months_end_is_scored_with_it():
    small = staffed("small", ("fire", "culture"), date(2026, 3, 15), CHIEF)
    known = facts(small, raised("a", DAY, cost(-50, "limit", kind=WINDOW, party="small")))
    found = {(one.kind, one.party) for one in sheets(MONTH, known, BOOK, CALENDAR)}
    assert found == {("department", "fire"), ("department", "culture"), ("window", "small"), ("person", CHIEF.id)}
    window = of(known, WINDOW, "small")
    assert (window.name, window.departments, window.scope) == ("small综合窗口", ("culture", "fire"), "all")
    assert of(known, PERSON, CHIEF.id).departments == ("culture", "fire")
    earlier = {(one.kind, one.party) for one in sheets("2026-02", known, BOOK, CALENDAR)}
    assert earlier == set()


# -- order ------------------------------------------------------------------------------------------------------------------

EVENTS = told(
    *(pre_alert(f"b{n}", at(3, 10 + n)) for n in range(4)),
    raised("a", DAY, cost(-50, "time"), cost(-50, "limit", kind=WINDOW)),
    raised("c", at(3, 31, 23, 59), cost(-100, "time"), level=Light.RED, rule="R72"),
    attendance(date(2026, 3, 31), at(4, 2), cost(-20, "conduct", kind=PERSON, party=CHIEF.id)),
    lifted("a", at(3, 12)),
    lifted("b1", at(3, 20)),
    staffed("small", ("fire", "culture"), date(2026, 3, 15), CHIEF),
)


@pytest.mark.rule("R83", "R76")
@settings(max_examples=60)
@given(data=st.data())
def test_any_order_and_repetition_of_the_same_events_gives_the_same_sheets(data):
    stream = data.draw(st.permutations(EVENTS + EVENTS[: data.draw(st.integers(0, len(EVENTS)))]))
    expected = sheets(MONTH, Facts.gathered(facts_of(one.meta, one.event) for one in EVENTS), BOOK, CALENDAR)
    again = sheets(MONTH, Facts.gathered(facts_of(one.meta, one.event) for one in stream), BOOK, CALENDAR)
    assert again == expected
    assert [one.digest for one in again] == [one.digest for one in expected]


def test_the_digest_tells_every_change_of_what_counts():
    known = facts(raised("a", DAY, cost(-50, "time")))
    usual = of(known).digest
    (entry,) = known.entries
    for change in ({"tenths": -51}, {"part": "process"}, {"code": "x"}, {"subject": "alert/x"}, {"entry_id": "x"}):
        other = Facts(entries=frozenset({replace(entry, **change)}), marks=known.marks)
        assert of(other).digest != usual
    assert entry.case_number == NUMBER
