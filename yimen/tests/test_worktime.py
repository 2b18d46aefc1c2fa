"""The calendar and the limits at the law's edges, against published dates and a count by fingers."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yimen.worktime import (
    SHANGHAI,
    STATUTORY_DAYS,
    Calendar,
    Day,
    Hours,
    Limit,
    Pause,
    PlanError,
    YearPlan,
    end_of_day,
    local_date,
    paused_days,
    same_visit_due,
    start_of_day,
)

CALENDAR = Calendar.seeded()
COLUMNS = (1, 5, 10, 20, 30, 45)
ROWS = """
2025-01-24 01-26 02-07 02-13 02-27 03-13 04-03
2025-09-26 09-28 10-10 10-16 10-30 11-13 12-04
2026-01-02 01-04 01-08 01-15 01-29 02-12 03-11
2026-02-13 02-14 02-27 03-05 03-19 04-02 04-24
2026-02-14 02-24 02-28 03-06 03-20 04-03 04-27
2026-04-30 05-06 05-11 05-18 06-01 06-15 07-07
2026-05-08 05-09 05-14 05-21 06-04 06-18 07-10
2026-09-18 09-20 09-24 10-09 10-22 11-05 11-26
2026-09-30 10-08 10-13 10-20 11-03 11-17 12-08
"""
VECTORS = [
    (date.fromisoformat(start), days, date.fromisoformat(f"{start[:4]}-{due}"))
    for start, *dues in (row.split() for row in ROWS.strip().splitlines())
    for days, due in zip(COLUMNS, dues, strict=True)
] + [
    (date(2025, 12, 31), days, due)
    for days, due in zip(
        COLUMNS,
        (
            date(2026, 1, 4),
            date(2026, 1, 8),
            date(2026, 1, 15),
            date(2026, 1, 29),
            date(2026, 2, 12),
            date(2026, 3, 11),
        ),
        strict=True,
    )
]

OFF = holidays.country_holidays("CN", years=range(2004, 2027), expand=False)
WORKED = frozenset(OFF.weekend_workdays)


def works(day: date) -> bool:
    """The oracle's own idea of a working day; 2027 has no plan."""
    return day in WORKED or (day.weekday() < 5 and not (day.year <= 2026 and day in OFF))


def finger_count(limit: Limit, on: date) -> tuple[date | None, int]:
    """Due date and days left after `on`, a day at a time and slowly."""
    used, used_on, day, came = 0, 0, limit.start, list[Pause]()
    while day < limit.start + timedelta(days=700):
        inside = any(p.start < day and (p.end is None or day <= p.end) for p in came)
        if day > limit.start and works(day) and not inside:
            used += 1
        if day <= on:
            used_on = used
        came += [p for p in limit.pauses if p.start == day or (day == limit.start and p.start < day)]
        stands = any(p.start <= day and (p.end is None or day < p.end) for p in came)
        if used >= limit.total and works(day) and not stands:
            if on > day:
                return day, -sum(works(day + timedelta(days=n)) for n in range(1, (on - day).days + 1))
            return day, max(0, limit.total - used_on)
        day += timedelta(days=1)
    return None, max(0, limit.total - used_on)


starts = st.dates(date(2004, 1, 1), date(2027, 6, 30)) | st.dates(date(2026, 1, 20), date(2026, 3, 10))


@st.composite
def limits(draw: st.DrawFn) -> Limit:
    """Limits with up to five pauses, near enough to overlap, touch, lie in one another and begin on the due date."""
    start = draw(starts)
    pauses = []
    for _ in range(draw(st.integers(0, 5))):
        begin = start + timedelta(days=draw(st.integers(-5, 50)))
        length = draw(st.integers(0, 30) | st.none())
        pauses.append(Pause(begin, None if length is None else begin + timedelta(days=length)))
    return Limit(start, draw(st.integers(0, 45)), tuple(pauses), draw(st.sampled_from((0, 0, 10, 15))))


@pytest.mark.rule("R20")
@pytest.mark.parametrize(("start", "days", "due"), VECTORS)
def test_the_promise_ends_on_the_published_working_day(start: date, days: int, due: date) -> None:
    assert Limit(start, days).due(CALENDAR) == Day(due, provisional=False)
    assert CALENDAR.add(start, days).date == due
    assert CALENDAR.working_days(start, due) == days


@pytest.mark.rule("R20")
def test_the_day_a_limit_starts_is_not_counted_and_the_last_counts_to_its_end() -> None:
    limit = Limit(date(2026, 3, 2), 1)
    assert limit.elapsed(CALENDAR, date(2026, 3, 2)) == 0
    assert limit.due(CALENDAR) == Day(date(2026, 3, 3))
    assert end_of_day(date(2026, 3, 3)) == datetime(2026, 3, 3, 16, tzinfo=UTC)


@pytest.mark.rule("R22")
def test_the_statutory_default_is_twenty_working_days() -> None:
    assert Limit(date(2026, 3, 2), STATUTORY_DAYS).due(CALENDAR) == Day(date(2026, 3, 30))


def test_five_days_to_ask_for_what_is_missing_end_on_a_worked_saturday() -> None:
    assert Limit(date(2026, 9, 28), 5).due(CALENDAR) == Day(date(2026, 10, 10))
    assert date(2026, 10, 10).weekday() == 5


@pytest.mark.parametrize(("year", "days"), [(2024, 251), (2025, 248), (2026, 248)])
def test_a_year_has_the_working_days_of_its_plan(year: int, days: int) -> None:
    assert CALENDAR.working_days(date(year - 1, 12, 31), date(year, 12, 31)) == days


def test_a_worked_weekend_is_a_working_day_and_a_day_off_is_not() -> None:
    assert CALENDAR.is_working_day(date(2026, 2, 14))
    assert not CALENDAR.is_working_day(date(2026, 2, 20))
    assert CALENDAR.next_working_day(date(2026, 2, 14)) == CALENDAR.on_or_after(date(2026, 2, 15)) == date(2026, 2, 24)
    assert CALENDAR.on_or_after(date(2026, 2, 14)) == date(2026, 2, 14)


@given(starts, st.integers(0, 400))
def test_counting_agrees_with_fingers(after: date, length: int) -> None:
    through = after + timedelta(days=length)
    assert CALENDAR.working_days(after, through) == sum(works(after + timedelta(days=n + 1)) for n in range(length))
    assert CALENDAR.working_days(through + timedelta(days=1), after) == 0


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)), st.integers(1, 600))
def test_adding_and_counting_are_inverse_in_any_year(start: date, days: int) -> None:
    due = CALENDAR.add(start, days).date
    assert CALENDAR.working_days(start, due) == days
    assert CALENDAR.is_working_day(due)


def test_nothing_is_added_backwards() -> None:
    assert CALENDAR.add(date(2026, 2, 15), 0) == Day(date(2026, 2, 15))
    with pytest.raises(ValueError, match="forward"):
        CALENDAR.add(date(2026, 3, 2), -1)


@pytest.mark.rule("R20", "R27")
@given(limits(), st.integers(-3, 120))
def test_limits_with_any_pauses_agree_with_fingers(limit: Limit, later: int) -> None:
    on = limit.start + timedelta(days=later)
    due, left = finger_count(limit, on)
    derived = limit.due(CALENDAR)
    assert (derived.date if derived else None) == due
    assert limit.left(CALENDAR, on) == left
    assert limit.elapsed(CALENDAR, on) == limit.total - left


@given(limits())
def test_a_limit_is_late_on_the_day_after_it_is_due_and_not_before(limit: Limit) -> None:
    due = limit.due(CALENDAR)
    if due is not None:
        assert CALENDAR.is_working_day(due.date)
        assert limit.left(CALENDAR, due.date) == 0
        assert limit.left(CALENDAR, CALENDAR.next_working_day(due.date)) == -1


@pytest.mark.rule("R27")
def test_overlapping_pauses_count_once() -> None:
    first, inner, second = (
        Pause(date(2026, 3, 9), date(2026, 3, 13)),
        Pause(date(2026, 3, 10), date(2026, 3, 11)),
        Pause(date(2026, 3, 11), date(2026, 3, 18)),
    )
    assert paused_days(CALENDAR, [first], date(2026, 12, 1)) == 4
    assert paused_days(CALENDAR, [first, inner], date(2026, 12, 1)) == 4
    assert paused_days(CALENDAR, [second, inner, first], date(2026, 12, 1)) == 7
    assert Limit(date(2026, 3, 2), 20, (first,)).due(CALENDAR) == Day(date(2026, 4, 3))
    assert Limit(date(2026, 3, 2), 20, (first, inner)).due(CALENDAR) == Day(date(2026, 4, 3))


@pytest.mark.rule("R27")
@given(limits(), st.integers(0, 90), st.randoms())
def test_paused_days_are_those_of_the_union_in_any_order(limit: Limit, later: int, dice) -> None:
    through = limit.start + timedelta(days=later)
    union = {
        day
        for day in (limit.start + timedelta(days=n) for n in range(-10, later + 1))
        if works(day) and any(p.start < day <= (p.end or through) for p in limit.pauses)
    }
    shuffled = dice.sample(limit.pauses, len(limit.pauses))
    assert paused_days(CALENDAR, shuffled, through) == len(union)


def test_an_open_pause_stops_the_clock_and_no_date_is_promised() -> None:
    limit = Limit(date(2026, 3, 2), 20, (Pause(date(2026, 3, 9)),))
    assert limit.due(CALENDAR) is None
    assert limit.left(CALENDAR, date(2026, 3, 9)) == limit.left(CALENDAR, date(2026, 11, 9)) == 15


def test_a_pause_after_the_due_date_does_not_make_a_late_case_timely() -> None:
    late = Limit(date(2026, 3, 2), 5, (Pause(date(2026, 3, 10), date(2026, 3, 20)), Pause(date(2026, 4, 1))))
    assert late.due(CALENDAR) == Day(date(2026, 3, 9))
    assert late.left(CALENDAR, date(2026, 3, 11)) == -2
    assert late.left(CALENDAR, date(2026, 3, 20)) == -9


def test_a_pause_on_the_last_day_gives_that_day_back_when_it_ends() -> None:
    begun = Limit(date(2026, 3, 2), 5, (Pause(date(2026, 3, 9)),))
    assert begun.due(CALENDAR) is None
    assert begun.left(CALENDAR, date(2026, 3, 12)) == 0
    ended = Limit(date(2026, 3, 2), 5, (Pause(date(2026, 3, 9), date(2026, 3, 12)),))
    assert ended.due(CALENDAR) == Day(date(2026, 3, 12))
    on_saturday = Limit(date(2026, 3, 2), 5, (Pause(date(2026, 3, 9), date(2026, 3, 14)),))
    assert on_saturday.due(CALENDAR) == Day(date(2026, 3, 16))
    and_again = Limit(date(2026, 3, 2), 5, (*on_saturday.pauses, Pause(date(2026, 3, 16), date(2026, 3, 18))))
    assert and_again.due(CALENDAR) == Day(date(2026, 3, 18))


def test_a_pause_that_one_pause_brought_into_reach_counts_too() -> None:
    first, second = Pause(date(2026, 3, 6), date(2026, 3, 11)), Pause(date(2026, 3, 12), date(2026, 3, 17))
    assert Limit(date(2026, 3, 2), 5, (second,)).due(CALENDAR) == Day(date(2026, 3, 9))
    assert Limit(date(2026, 3, 2), 5, (second, first)).due(CALENDAR) == Day(date(2026, 3, 17))


def test_an_extension_moves_the_date_and_the_share_used_up() -> None:
    limit, extended = Limit(date(2026, 3, 2), 20), Limit(date(2026, 3, 2), 20, extension=10)
    assert extended.due(CALENDAR) == CALENDAR.add(date(2026, 3, 2), 30)
    assert limit.share(CALENDAR, date(2026, 3, 26)) == Fraction(18, 20)
    assert extended.share(CALENDAR, date(2026, 3, 26)) == Fraction(18, 30)
    assert limit.share(CALENDAR, date(2026, 3, 31)) == Fraction(21, 20)
    assert Limit(date(2026, 3, 2), 0).share(CALENDAR, date(2026, 3, 2)) == 1


def test_contradictory_values_are_refused() -> None:
    with pytest.raises(ValueError, match="before it began"):
        Pause(date(2026, 3, 9), date(2026, 3, 8))
    with pytest.raises(ValueError, match="-1"):
        Limit(date(2026, 3, 2), -1)


@pytest.mark.rule("R29")
@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-20T07:30+08:00", date(2026, 11, 20)),  # before opening
        ("2026-11-20T16:59:59.999999+08:00", date(2026, 11, 20)),
        ("2026-11-20T17:00+08:00", date(2026, 11, 23)),  # Friday, closing time
        ("2026-11-20T09:00+00:00", date(2026, 11, 23)),  # the same instant
        ("2026-11-21T10:00+08:00", date(2026, 11, 23)),  # Saturday
        ("2026-10-10T10:00+08:00", date(2026, 10, 10)),  # worked Saturday
        ("2026-10-01T10:00+08:00", date(2026, 10, 8)),  # National Day
    ],
)
def test_an_instant_item_after_hours_is_due_on_the_next_working_day(received: str, due: date) -> None:
    assert same_visit_due(CALENDAR, datetime.fromisoformat(received)) == Day(due)


@pytest.mark.rule("R29")
def test_the_hall_sets_its_own_hours() -> None:
    instant = datetime(2026, 7, 1, 17, 20, tzinfo=SHANGHAI)
    assert same_visit_due(CALENDAR, instant, Hours(time(8), time(17, 30))) == Day(date(2026, 7, 1))
    assert same_visit_due(CALENDAR, instant) == Day(date(2026, 7, 2))


def plan_2027(version: int = 1) -> YearPlan:
    days_off = frozenset(date(2027, 1, day) for day in (1, 2, 3)) | {date(2027, 1, 4)}
    return YearPlan(2027, days_off, frozenset({date(2027, 1, 9), date(2026, 12, 27)}), version)


@pytest.mark.rule("R36")
def test_a_year_without_a_plan_is_counted_by_its_weekends_and_marked() -> None:
    start = date(2026, 11, 23)
    assert Limit(start, 20).due(CALENDAR) == Day(date(2026, 12, 21), provisional=False)
    assert Limit(start, 30).due(CALENDAR) == Day(date(2027, 1, 4), provisional=True)
    assert CALENDAR.is_provisional(2027)
    assert not CALENDAR.is_provisional(2026)
    assert CALENDAR.is_working_day(date(2027, 1, 1)), "guesses of the package must not pass for the plan"
    assert not CALENDAR.is_working_day(date(2027, 2, 6))


@pytest.mark.rule("R36")
def test_only_the_days_that_were_counted_make_a_date_provisional() -> None:
    assert CALENDAR.add(date(2003, 12, 31), 5).provisional is False
    assert CALENDAR.add(date(2003, 12, 30), 5).provisional is True
    through_2027 = Calendar([plan for plan in CALENDAR.plans.values() if plan.year != 2025])
    assert through_2027.add(date(2024, 12, 30), 300).provisional is True


@pytest.mark.rule("R36")
@given(st.integers(1990, 2100))
def test_no_year_makes_the_calendar_fail(year: int) -> None:
    assert CALENDAR.add(date(year, 12, 31), 45).provisional is (not 2003 <= year <= 2025)
    assert CALENDAR.working_days(date(year - 1, 12, 31), date(year, 12, 31)) >= 247


@pytest.mark.rule("R35")
def test_a_plan_that_arrives_later_moves_the_open_limits() -> None:
    limit, shorter = Limit(date(2026, 11, 23), 30), Limit(date(2026, 11, 23), 29)
    announced = CALENDAR.with_plan(plan_2027())
    assert limit.due(CALENDAR) == Day(date(2027, 1, 4), provisional=True)
    assert limit.due(announced) == Day(date(2027, 1, 5), provisional=False)
    assert shorter.due(CALENDAR) == Day(date(2027, 1, 1), provisional=True)
    assert shorter.due(announced) == Day(date(2026, 12, 31)), "the Sunday worked in December counts"
    assert limit.due(CALENDAR) == Day(date(2027, 1, 4), provisional=True), "the old calendar is untouched"


@pytest.mark.rule("R35")
def test_a_corrected_plan_takes_the_place_of_the_earlier_one() -> None:
    corrected = YearPlan(2027, frozenset({date(2027, 1, 1)}), frozenset(), version=2)
    assert CALENDAR.with_plan(plan_2027()).with_plan(corrected).is_working_day(date(2027, 1, 4))
    assert Calendar([corrected, plan_2027()]).plans[2027].version == 2


@pytest.mark.parametrize(
    ("off", "worked", "says"),
    [
        ({date(2027, 1, 2)}, {date(2027, 1, 2)}, "2027-01-02既列为"),
        (set(), {date(2027, 1, 4)}, "不是周末"),
        ({date(2026, 11, 30)}, set(), "不在2027年"),
        ({date(2028, 1, 1)}, set(), "不在2027年"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(off: set[date], worked: set[date], says: str) -> None:
    with pytest.raises(PlanError, match=says):
        YearPlan(2027, frozenset(off), frozenset(worked))


@given(st.dates(date(1990, 1, 1), date(2100, 12, 30)))
def test_a_legal_day_is_the_half_open_day_of_shanghai(day: date) -> None:
    begin, end = start_of_day(day), end_of_day(day)
    assert (local_date(begin), local_date(end - timedelta(microseconds=1))) == (day, day)
    assert local_date(end) == day + timedelta(days=1)
    assert begin.tzinfo is end.tzinfo is UTC


def test_a_datetime_without_a_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="time zone"):
        local_date(datetime.fromisoformat("2026-03-02T09:00"))
