"""Findings of patrols and the attendance book: what may be entered, what it costs, who sets it right (R82)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.domain.inspections import chosen
from services.monitor.domain.orders import worse
from services.monitor.rulebooks import first_book, read_book
from services.monitor.tests.desk import ADMIN, get, post
from services.monitor.tests.harness import rows, supervisor
from services.monitor.tests.samples import CHIEF, at
from yimen.contracts import monitor
from yimen.contracts.monitor import Charge, FindingRule, Light, PartyKind
from yimen.errors import Unfit
from yimen.web import Role

BOOK = read_book(1, first_book())
OUTSIDE = {
    "code": "handled_outside",
    "department": "fire",
    "window": "fire-1",
    "detail": "该事项未进大厅，仍在局机关受理。",
    "found_on": "2026-03-02",
    "tenths": -30,
}
LINE = {
    "department": "fire",
    "person": {"id": "clerk-fire", "name": "赵铁军"},
    "code": "absent_half_day",
    "day": "2026-03-02",
    "half_days": 2,
}


@pytest.fixture
async def centre(database_url):
    """Noon of Monday 2 March 2026."""
    async with supervisor(database_url) as harness:
        yield harness


async def find_out(harness, *, status=201, role=Role.CENTRE_ADMIN, **changed):
    return await post(harness, "/inspections", OUTSIDE | changed, role, status=status)


async def enter(harness, *lines, status=201):
    body = {"lines": [LINE | line for line in lines]}
    return await post(harness, "/attendance", body, Role.CENTRE_ADMIN, status=status)


# -- on patrol ---------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R82")
async def test_an_item_handled_outside_the_hall_costs_the_window_and_the_department_what_the_finder_chose(centre):
    shown = await find_out(centre)
    assert (shown["finding_number"], shown["rule"], shown["rectify_by"]) == ("XC2026000001", "R82", "2026-03-09")
    (said,) = await centre.events(monitor.InspectionRecorded)
    assert [(one.kind, one.party, one.part, one.tenths) for one in said.deductions] == [
        (PartyKind.WINDOW, "fire-1", "result", -30),
        (PartyKind.DEPARTMENT, "fire", "process", -30),
    ]
    assert (said.found_by, said.title) == (ADMIN, "应进未进，在大厅以外办件")


@pytest.mark.rule("R82")
@pytest.mark.parametrize("tenths", [-51, -9, 0, 30, None])
async def test_points_outside_the_range_of_the_row_are_refused(centre, tenths):
    problem = await find_out(centre, tenths=tenths, status=422)
    assert (problem["code"], problem["least"], problem["most"]) == ("points-out-of-range", -50, -10)
    assert "-5分到-1分" in problem["detail"]
    assert await rows(centre, "SELECT * FROM inspections") == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"code": "no-such"}, "unknown-finding"),
        ({"code": "missing_sign"}, "finding-of-attendance"),
        ({"code": "order_unanswered"}, "finding-derived"),
        ({"code": "complaint_upheld"}, "finding-derived"),
        ({"code": "not_accepted"}, "points-fixed"),
        ({"found_on": "2026-03-03"}, "found-in-future"),
        ({"case_number": "K9"}, "unknown-case"),
    ],
)
async def test_what_the_rulebook_does_not_let_a_person_enter_is_refused_in_words(centre, changed, code):
    assert (await find_out(centre, status=422, **changed))["code"] == code


async def test_a_row_that_the_centre_switched_off_is_not_found_any_more(centre):
    book = await rows(centre, "SELECT version FROM rulebooks")
    off = tuple(rule.model_copy(update={"enabled": rule.code != "handled_outside"}) for rule in BOOK.findings)
    centre.service.context.shelf.book = type(BOOK)(book[0]["version"], BOOK.alerts, off, BOOK.schemes, BOOK.numbers)
    assert (await find_out(centre, status=422))["code"] == "unknown-finding"


async def test_a_department_sets_right_what_was_found_once_and_praise_asks_for_nothing(centre):
    number = (await find_out(centre))["finding_number"]
    path, body = f"/inspections/{number}/rectification", {"measures": "已全部转入大厅办理。"}
    chief = Role.CHIEF_REPRESENTATIVE
    await post(centre, path, body, chief, departments=["health"], status=403)
    await post(centre, path, body, chief, departments=["fire"], version=2, status=412)
    done = await post(centre, path, body, chief, departments=["fire"])
    assert (done["rectified_by"]["id"], done["overdue"]) == (CHIEF.id, False)
    again = await post(centre, path, body, chief, departments=["fire"], version=2, status=409)
    assert again["code"] == "already-rectified"
    (said,) = await centre.events(monitor.InspectionRectified)
    assert said.measures == body["measures"]
    praise = await find_out(centre, code="commended", tenths=10)
    assert praise["rectify_by"] is None
    path = f"/inspections/{praise['finding_number']}/rectification"
    assert (await post(centre, path, body, chief, departments=["fire"], status=409))["code"] == "nothing-to-rectify"


async def test_a_department_reads_its_own_findings_and_no_others(centre):
    mine = (await find_out(centre))["finding_number"]
    theirs = (await find_out(centre, department="health"))["finding_number"]
    for role in (Role.CHIEF_REPRESENTATIVE, Role.ORGAN_HEAD):
        listed = await get(centre, "/inspections", role, departments=["fire"])
        assert [one["finding_number"] for one in listed["items"]] == [mine]
        await get(centre, f"/inspections/{theirs}", role, departments=["fire"], status=403)
    for role in (Role.SUPERVISOR, Role.LEADER, Role.CENTRE_ADMIN):
        listed = await get(centre, "/inspections", role, departments=[])
        assert [one["finding_number"] for one in listed["items"]] == [theirs, mine]
    await get(centre, "/inspections/XC2026999999", status=404)


async def test_findings_can_be_paged_and_narrowed(centre):
    for _ in range(3):
        await find_out(centre)
        centre.clock.advance(timedelta(minutes=1))
    first = await get(centre, "/inspections?limit=2&code=handled_outside&open=true")
    rest = await get(centre, f"/inspections?limit=2&after={first['next']}")
    numbers = [one["finding_number"] for one in (*first["items"], *rest["items"])]
    assert numbers == ["XC2026000003", "XC2026000002", "XC2026000001"]
    assert (await get(centre, "/inspections?department=health"))["items"] == []
    centre.clock.move_to(at(3, 10, 0))
    assert (await get(centre, "/inspections"))["items"][0]["overdue"]


@given(
    tenths=st.integers(-200, 200),
    ranges=st.lists(st.tuples(st.integers(-100, 100), st.integers(-100, 100)), min_size=1, max_size=3),
)
def test_points_that_were_chosen_are_within_every_range_or_refused(tenths, ranges):
    charges = tuple(Charge(kind=PartyKind.WINDOW, part="result", tenths=most, least=least) for most, least in ranges)
    rule = FindingRule(code="x", rule="R82", title="x", charges=charges)
    within = all(min(pair) <= tenths <= max(pair) for pair in ranges)
    try:
        assert {charge.tenths for charge in chosen(rule, tenths)} == {tenths}
        assert within
    except Unfit:
        assert not within


def test_colours_go_up_one_by_one_and_end_at_red():
    assert [worse(level) for level in Light] == [Light.BLUE, Light.YELLOW, Light.RED, Light.RED]


# -- the attendance book -----------------------------------------------------------------------------------------------


@pytest.mark.rule("R82")
async def test_absence_costs_for_each_half_day_the_window_and_the_person(centre):
    told = await enter(centre, {})
    assert (len(told["entered"]), told["known"]) == (1, 0)
    (said,) = await centre.events(monitor.AttendanceRecorded)
    assert [(one.kind, one.party, one.tenths) for one in said.deductions] == [
        (PartyKind.WINDOW, "fire", -60),
        (PartyKind.PERSON, "clerk-fire", -100),
    ]


async def test_the_same_line_counts_once_however_often_it_is_sent(centre):
    await enter(centre, {}, {})
    told = await enter(centre, {}, {"code": "missing_sign", "half_days": 0})
    assert (len(told["entered"]), told["known"]) == (1, 1)
    assert len(await centre.events(monitor.AttendanceRecorded)) == 2
    problem = await enter(centre, {"half_days": 1}, status=422)
    assert problem["errors"][0]["pointer"] == "/lines/0/half_days"


async def test_each_faulty_line_is_named_and_none_is_entered(centre):
    problem = await enter(
        centre,
        {},
        {"code": "handled_outside", "half_days": 0},
        {"half_days": 0},
        {"code": "away", "half_days": 1},
        {"day": "2026-03-03"},
        status=422,
    )
    assert problem["code"] == "attendance-faulty"
    assert [error["pointer"] for error in problem["errors"]] == [
        *("/lines/1/code", "/lines/2/half_days", "/lines/3/half_days", "/lines/4/day"),
    ]
    assert await rows(centre, "SELECT * FROM attendance") == []


async def test_the_book_is_read_by_day_and_a_department_reads_its_own(centre):
    people = [{"person": {"id": f"p{n}", "name": "某人"}, "day": f"2026-02-{26 + n}"} for n in range(3)]
    await enter(centre, *people, {"department": "health"})
    first = await get(centre, "/attendance?limit=2&department=fire")
    rest = await get(centre, f"/attendance?limit=2&department=fire&after={first['next']}")
    assert [one["person"]["id"] for one in (*first["items"], *rest["items"])] == ["p0", "p1", "p2"]
    own = await get(centre, "/attendance", Role.CHIEF_REPRESENTATIVE, departments=["health"])
    assert [one["department"] for one in own["items"]] == ["health"]
    assert (await get(centre, "/attendance?person=p1"))["items"][0]["day"] == "2026-02-27"
    assert (await get(centre, "/attendance?first=2026-03-01&last=2026-03-02&department=fire"))["items"] == []
