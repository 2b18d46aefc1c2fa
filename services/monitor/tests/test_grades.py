"""Ranks, red flags, the quarter's grade and its quota (S13, W4)."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from services.monitor.domain import months
from services.monitor.domain.ranking import grade, mean_hundredths, places, quota
from services.monitor.tables import rulebooks, score_sheets
from services.monitor.tests.harness import supervisor, tell
from services.monitor.tests.samples import at
from services.monitor.tests.scored import BOOK, WINDOW, cost, lifted, raised, staffed, told
from yimen.contracts.monitor import ScoreGraded, ScorePublished
from yimen.web import Role


@dataclass(frozen=True)
class One:
    party: str
    tenths: int
    reds: int = 0


SCORED = st.lists(st.builds(One, st.text("abcdef", min_size=1), st.integers(990, 1000), st.integers(0, 2)))


# -- pure ----------------------------------------------------------------------------------------------------------------


def test_of_as_many_points_the_one_with_fewer_red_alerts_comes_first_and_equals_share_a_rank():
    found = places([One("d", 900), One("c", 950, 1), One("b", 950), One("a", 950, 1), One("e", 900)], 2)
    assert {party: place.rank for party, place in found.items()} == {"b": 1, "a": 2, "c": 2, "d": 4, "e": 4}
    assert [party for party, place in found.items() if place.chosen] == ["b", "a"], "the code decides the last place"
    assert {party for party, place in found.items() if place.last} == {"d", "e"}


@given(scored=SCORED, at_most=st.integers(0, 9))
def test_places_are_limited_and_follow_the_points(scored, at_most):
    parties = {one.party: one for one in scored}
    found = places(parties.values(), at_most)
    assert sum(place.chosen for place in found.values()) == min(at_most, len(parties))
    for one in parties.values():
        better = sum((other.tenths, -other.reds) > (one.tenths, -one.reds) for other in parties.values())
        assert found[one.party].rank == better + 1
    assert places(reversed(parties.values()), at_most) == found


def test_nobody_is_last_where_all_are_alike():
    assert not any(place.last for place in places([One("a", 1000), One("b", 1000)], 1).values())


@pytest.mark.parametrize(
    ("count", "most"), [(0, 0), (1, 1), (6, 1), (7, 1), (13, 1), (14, 2), (20, 3), (100, 15), (106, 15), (107, 16)]
)
def test_the_quota_is_the_whole_number_below_fifteen_per_cent_and_one_at_the_least(count, most):
    assert quota(count, 15) == most


@pytest.mark.rule("R75")
@pytest.mark.parametrize(
    ("tenths", "hundredths"),
    [((1000, 1000, 1000), 10000), ((1000, 999, 999), 9993), ((1000, 1000, 999), 9997), ((900, 901), 9005), ((7,), 70)],
)
def test_the_quarter_is_the_mean_of_its_months_to_the_hundredth(tenths, hundredths):
    assert mean_hundredths(tenths) == hundredths


@pytest.mark.rule("R75")
@given(tenths=st.lists(st.integers(-2000, 1100), min_size=1, max_size=3))
def test_half_a_hundredth_counts_up_and_nothing_is_lost_in_between(tenths):
    assert mean_hundredths(tenths) == floor(Fraction(sum(tenths) * 10, len(tenths)) + Fraction(1, 2))


@pytest.mark.parametrize(
    ("hundredths", "name"),
    [
        (9000, "excellent"),
        (8999, "good"),
        (8000, "good"),
        (7999, "pass"),
        (6000, "pass"),
        (5999, "fail"),
        (-10, "fail"),
    ],
)
def test_grades_follow_the_thresholds(hundredths, name):
    assert grade(hundredths, BOOK) == name


@given(day=st.dates(date(2001, 1, 1), date(2090, 12, 31)))
def test_months_and_quarters_follow_one_another(day):
    month = months.month_of(day)
    assert months.first_day(month) <= day <= months.last_day(month)
    assert months.after(months.after(month), -1) == month
    assert months.after(month, 12) == f"{day.year + 1}{month[4:]}"
    assert month in months.months_of(months.quarter_of(month))


# -- published -----------------------------------------------------------------------------------------------------------


async def pass_to(harness, *instants):
    for instant in instants:
        harness.clock.move_to(instant)
        await harness.fire_timers()


WINDOWS = [staffed(f"w{n:02}", (f"d{n:02}",), date(2026, 1, 5)) for n in range(10)]
FAULTS = [
    raised("w9-march", at(3, 5), cost(-50, "limit", kind=WINDOW, party="w09"), department="d09"),
    raised("w8-march", at(3, 5), cost(-30, "limit", kind=WINDOW, party="w08"), department="d08"),
    raised("w9-april", at(4, 5), cost(-10, "limit", kind=WINDOW, party="w09"), department="d09"),
]


async def test_the_best_eight_windows_get_the_red_flag_and_the_last_is_told_how_often_it_was(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *told(*WINDOWS, *FAULTS))
        await pass_to(harness, at(4, 3, 1), at(5, 3, 1))
        said = [one for one in await harness.events(ScorePublished) if one.kind is WINDOW]
        march = {one.party: one for one in said if one.month == "2026-03"}
        assert [party for party, one in march.items() if not one.red_flag] == ["w08", "w09"]
        assert (march["w00"].rank, march["w08"].rank, march["w09"].rank) == (1, 9, 10)
        april = {one.party: one for one in said if one.month == "2026-04"}
        assert (march["w09"].last_months, april["w09"].last_months, april["w08"].last_months) == (1, 2, 0)


async def test_a_quarter_is_graded_with_its_last_month_and_again_when_a_month_of_it_changes(database_url):
    events = told(
        raised("j", at(4, 5), cost(-100, "time")),
        raised("m", at(5, 5), cost(-100, "time"), cost(-100, "process"), cost(-100, "liability")),
        raised("o", at(4, 5), cost(-50, "time", party="planning"), department="planning"),
    )
    async with supervisor(database_url, now=at(4, 1, 12)) as harness:
        await tell(harness, *events)
        await pass_to(harness, at(5, 3, 1), at(6, 3, 1))
        assert await harness.events(ScoreGraded) == []
        await pass_to(harness, at(7, 3, 1))
        said = {one.party: one for one in await harness.events(ScoreGraded) if one.kind == "department"}
        assert (said["fire"].quarter, said["fire"].hundredths, said["fire"].grade_name) == ("2026-Q2", 8000, "良好")
        assert (said["planning"].hundredths, said["planning"].rank, said["planning"].excellent) == (9500, 1, True)
        await tell(harness, told(raised("m", at(5, 5)), lifted("m", at(7, 6)))[1])
        await harness.fire_timers()
        last = [one for one in await harness.events(ScoreGraded) if one.party == "fire" and one.kind == "department"]
        assert [(one.revision, one.hundredths, one.grade) for one in last] == [
            (1, 8000, "good"),
            (2, 9500, "excellent"),
        ]
        assert last[-1].excellent, "the quota of two is one; of as many points the code decides"
        headers = harness.as_(Role.LEADER)
        shown = (await harness.client.get("/grades/2026-Q2", headers=headers)).json()["items"]
        assert [(one["party"], one["rank"], one["excellent"]) for one in shown] == [
            ("fire", 1, True),
            ("planning", 1, False),
        ]


@pytest.mark.rule("R75")
async def test_a_year_is_the_mean_of_the_months_that_were_published(database_url):
    events = told(raised("a", at(4, 5), cost(-50, "time")), raised("b", at(5, 5), cost(-100, "time")))
    async with supervisor(database_url, now=at(4, 1, 12)) as harness:
        await tell(harness, *events)
        await pass_to(harness, at(5, 3, 1))
        path, headers = "/grades/2026", harness.as_(Role.LEADER)
        (so_far,) = (await harness.client.get(path, headers=headers)).json()["items"]
        assert (so_far["months"], so_far["hundredths"], so_far["revision"]) == (1, 9500, 0)
        await pass_to(harness, at(6, 3, 1))
        (later,) = (await harness.client.get(path, headers=headers)).json()["items"]
        assert (later["months"], later["hundredths"], later["grade_name"]) == (2, 9250, "优秀")
        assert (await harness.client.get("/grades/2026-Q5", headers=headers)).status_code == 422


async def test_a_month_is_scored_by_the_rulebook_that_was_in_force_at_its_end(database_url):
    async with supervisor(database_url, now=at(4, 1, 12)) as harness:
        await tell(harness, *told(raised("j", at(4, 5), cost(-100, "time"))))
        async with harness.units.begin() as unit:
            body = (await unit.execute(select(rulebooks.c.body))).scalar_one()
            (department, *others) = body["schemes"]
            shorter = [part for part in department["parts"] if part["code"] != "time"]
            changed = body | {"schemes": [department | {"parts": shorter}, *others]}
            row = {"version": 2, "body": changed, "reason": "调整", "effective_at": at(5, 1, 0)}
            await unit.execute(rulebooks.insert().values(row))
        await pass_to(harness, at(5, 3, 1), at(6, 3, 1))
        said = {one.month: one for one in await harness.events(ScorePublished) if one.kind == "department"}
        assert (said["2026-04"].rulebook, said["2026-04"].tenths) == (1, 900)
        async with harness.units.begin() as unit:
            await unit.execute(update(rulebooks).where(rulebooks.c.version == 2).values(effective_at=at(4, 30, 23)))
        headers = harness.as_(Role.SUPERVISOR) | {"Idempotency-Key": "again"}
        await harness.client.post("/scores/2026-04/publication", headers=headers)
        async with harness.units.view() as view:
            s = score_sheets.c
            query = select(s.rulebook, s.tenths).where(s.kind == "department", s.month == "2026-04", s.current)
            assert tuple((await view.execute(query)).one()) == (2, 860)
