"""Which window serves which departments, and who sits there (S19)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor import staffing
from services.monitor.domain.scoring import seatings_of
from services.monitor.domain.staffing import in_force, window_of
from services.monitor.tests.harness import rows, supervisor
from services.monitor.tests.samples import CHIEF, at
from services.monitor.tests.scored import staffed
from yimen.contracts.monitor import WindowStaffed
from yimen.web import Role


def seating(window, departments, day):
    (found,) = seatings_of(staffed(window, departments, day))
    return found


MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


def test_a_department_that_no_window_names_has_a_window_of_its_own_code():
    known = [seating("small", ("culture", "religion"), APRIL)]
    assert window_of(known, "culture", MARCH) == "culture"
    assert window_of(known, "culture", APRIL) == "small"
    assert window_of(known, "fire", APRIL) == "fire"


def test_what_is_told_of_a_window_holds_until_it_is_told_otherwise():
    known = [seating("small", ("culture",), MARCH), seating("small", ("religion",), APRIL), seating("small", (), MAY)]
    assert [window_of(known, "culture", day) for day in (MARCH, APRIL)] == ["small", "culture"]
    assert window_of(known, "religion", APRIL) == "small"
    assert in_force(known, MAY) == {}, "a window without departments is closed"


def test_of_two_windows_that_name_a_department_the_later_told_serves_it():
    known = [seating("small", ("culture",), MARCH), seating("large", ("culture", "fire"), APRIL)]
    assert [window_of(known, "culture", day) for day in (MARCH, APRIL)] == ["small", "large"]


SEATINGS = st.lists(
    st.builds(
        seating,
        st.sampled_from(["w1", "w2", "w3"]),
        st.lists(st.sampled_from(["culture", "fire", "religion"]), max_size=2, unique=True).map(tuple),
        st.sampled_from([MARCH, APRIL, MAY]),
    ),
    max_size=6,
)


@given(known=SEATINGS, data=st.data())
def test_the_order_of_telling_does_not_matter(known, data):
    shuffled = data.draw(st.permutations(known + known))
    for day in (MARCH, APRIL, MAY):
        assert in_force(shuffled, day) == in_force(known, day)
        assert window_of(shuffled, "fire", day) == window_of(known, "fire", day)


BODY = {"name": "文化民宗综合窗口", "departments": ["culture", "religion"], "staff": [CHIEF.model_dump()]}


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.CHIEF_REPRESENTATIVE])
async def test_the_centre_alone_says_who_sits_where(database_url, role):
    async with supervisor(database_url) as harness:
        headers = harness.as_(role, departments=["culture"]) | {"Idempotency-Key": "k"}
        answer = await harness.client.post("/windows/small/staffing", headers=headers, json=BODY)
        assert answer.status_code == 403


async def test_what_the_centre_says_is_kept_once_and_asked_for_by_the_day(database_url):
    async with supervisor(database_url, now=at(3, 2, 12)) as harness:
        admin = harness.as_(Role.CENTRE_ADMIN)
        path = "/windows/small/staffing"
        answer = await harness.client.post(path, headers=admin | {"Idempotency-Key": "k1"}, json=BODY)
        assert (answer.status_code, answer.json()["valid_from"]) == (201, "2026-03-02")
        await harness.deliver(*(await harness.events(WindowStaffed)), source="/monitor")
        assert len(await rows(harness, "SELECT * FROM seatings")) == 1
        later = BODY | {"departments": ["culture"], "valid_from": "2026-04-01"}
        await harness.client.post(path, headers=admin | {"Idempotency-Key": "k2"}, json=later)
        past = await harness.client.post(
            path, headers=admin | {"Idempotency-Key": "k3"}, json=BODY | {"valid_from": "2026-03-01"}
        )
        assert (past.status_code, past.json()["code"]) == (422, "invalid-date")
        clerk = harness.as_(Role.WINDOW_CLERK, departments=["religion"])
        now = (await harness.client.get("/windows", headers=clerk)).json()
        assert [(one["window"], len(one["departments"]), one["staff"][0]["name"]) for one in now] == [
            ("small", 2, CHIEF.name)
        ]
        assert (await harness.client.get("/windows?on=2026-04-01", headers=clerk)).json() == []
        async with harness.units.begin() as unit:
            assert await staffing.window_of(unit, "religion") == "small"
            assert await staffing.window_of(unit, "fire") == "fire"
