"""The played county: its people are well formed, and its clock keeps the hall's hours."""

import random
from datetime import date, datetime, time

from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from sim.county.errands import Town
from sim.county.folk import somebody, wish
from sim.county.living import CLOSES, OPENS, later
from sim.county.standing import Standing
from sim.demo.further import further_stories
from sim.demo.hall import Hall
from yimen.worktime import SHANGHAI, Calendar


@given(st.integers())
def test_whoever_walks_in_has_a_well_formed_number(seed: int) -> None:
    """The area existed under its code only later than some were born: what is checked is the day and the check digit."""
    who = somebody(random.Random(seed))
    number = who["id_number"]
    if who["type"] == "organisation":
        assert uscc.is_valid(number)
    else:
        assert ric.get_birth_date(number)
        assert ric.calc_check_digit(number) == number[-1]


@given(st.integers())
def test_every_wish_takes_a_way_that_there_is(seed: int) -> None:
    dice = random.Random(seed)
    steps = Town(Hall("http://127.0.0.1:1"), dice).course(wish(dice).course)
    assert steps
    assert all(days >= 0 for days, _step in steps)


@given(st.dates(date(2026, 1, 1), date(2027, 12, 30)), st.times())
def test_the_clock_passes_nights_and_days_off_at_once(day: date, at: time) -> None:
    calendar = Calendar.seeded()
    now = datetime.combine(day, at, SHANGHAI)
    then = later(now, calendar)
    assert then > now
    assert calendar.is_working_day(then.date())
    assert OPENS <= then.time() < time(CLOSES.hour, CLOSES.minute)


def test_what_stands_open_is_not_a_matter_that_the_standard_day_brings_to_another_door() -> None:
    """Else the supervisor would see one matter at two doors (R82), and the day would not end as it should."""
    hall = Hall("http://127.0.0.1:1")
    open_ones = Standing(hall, Town(hall, random.Random(0))).stories
    by_an_agent = further_stories()["agency"]
    handed_in = {(one.item, one.citizen) for name, one in open_ones.items() if name != "village"}
    assert (by_an_agent.item, by_an_agent.citizen) not in handed_in
