"""Scores as the supervisor keeps, publishes and shows them."""

import asyncio
import tempfile
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.monitor.domain.scoring import entries_of
from services.monitor.tests.harness import change, message, rows, supervisor, tell
from services.monitor.tests.samples import CHIEF, NUMBER, at, joint_case, recorded
from services.monitor.tests.scored import (
    PERSON,
    WINDOW,
    attendance,
    cost,
    lifted,
    pre_alert,
    raised,
    staffed,
    told,
    upheld,
)
from yimen.contracts.monitor import ScorePublished
from yimen.web import Role

MARCH = told(
    raised("a", at(3, 10), cost(-50, "time"), cost(-50, "limit", kind=WINDOW)),
    *(pre_alert(f"b{n}", at(3, 11 + n)) for n in range(3)),
    attendance(date(2026, 3, 31), at(3, 31, 18), cost(-20, "conduct", kind=PERSON, party=CHIEF.id)),
    staffed("fire", ("fire",), date(2026, 3, 2), CHIEF),
)
CASE = recorded(joint_case())
KEY = {"Idempotency-Key": "k1"}


async def read(harness, path, *roles, status=200, **who):
    answer = await harness.client.get(path, headers=harness.as_(*(roles or (Role.SUPERVISOR,)), **who))
    assert answer.status_code == status, answer.text
    return answer.json()


async def pass_to(harness, when):
    harness.clock.move_to(when)
    await harness.fire_timers()


async def published(harness, kind="department", party="fire"):
    return [one for one in await harness.events(ScorePublished) if (one.kind, one.party) == (kind, party)]


@pytest.mark.rule("R75", "R83")
async def test_the_months_sheets_are_published_on_their_day_and_nothing_before(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *MARCH)
        await pass_to(harness, at(4, 2, 23))
        assert await harness.events(ScorePublished) == []
        await pass_to(harness, at(4, 3, 1))
        (said,) = await published(harness)
        assert (said.month, said.revision, said.tenths, said.rank, said.entries) == ("2026-03", 1, 920, 1, 2)
        (window,) = await published(harness, "window")
        assert (window.tenths, window.red_flag) == (950, True)
        (person,) = await published(harness, "person", CHIEF.id)
        assert (person.tenths, person.rank, person.department) == (980, None, "fire")


async def test_a_supervisor_that_slept_publishes_the_months_that_it_missed(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *MARCH, *told(raised("m", at(5, 5), cost(-100, "time"))))
        await pass_to(harness, at(7, 10))
        said = await published(harness)
        assert [(one.month, one.tenths) for one in said] == [
            ("2026-03", 920),
            ("2026-04", 1000),
            ("2026-05", 900),
            ("2026-06", 1000),
        ]


@pytest.mark.rule("R76")
async def test_a_published_sheet_is_published_again_when_an_alert_is_lifted_and_only_that(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *MARCH)
        await pass_to(harness, at(4, 3, 1))
        before = len(await harness.events(ScorePublished))
        await tell(harness, told(raised("a", at(3, 10)), lifted("a", at(4, 8)))[1])
        await harness.fire_timers()
        assert [(one.revision, one.tenths) for one in await published(harness)] == [(1, 920), (2, 970)]
        assert len(await harness.events(ScorePublished)) == before + 2, "the department's and the window's"
        sheet = await read(harness, "/scores/2026-03/department/fire")
        charge = next(line for line in sheet["lines"] if line["subject"] == "alert/a" and not line["reverses"])
        back = next(line for line in sheet["lines"] if line["reverses"] == charge["entry_id"])
        assert charge["reversed_by"] == back["entry_id"]
        assert back["tenths"] == -charge["tenths"] == 50


@pytest.mark.rule("R76", "R83")
async def test_a_reversal_that_is_heard_before_its_entry_counts_all_the_same(database_url):
    (charge,) = told(raised("x", at(3, 10), cost(-50, "time")))
    (entry,) = entries_of(charge.meta, charge.event)
    async with supervisor(database_url) as harness:
        await tell(harness, *told(upheld(entry.entry_id, at(3, 12))))
        await pass_to(harness, at(4, 3, 1))
        await tell(harness, charge)
        await harness.fire_timers()
        (said,) = await published(harness)
        assert (said.revision, said.tenths, said.entries) == (1, 1000, 2)


async def test_what_is_heard_late_of_a_published_month_is_published_with_the_next_revision(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *MARCH)
        await pass_to(harness, at(4, 3, 1))
        await tell(harness, *told(raised("late", at(3, 31, 23, 59), cost(-50, "process"))))
        await harness.fire_timers()
        assert [(one.revision, one.tenths) for one in await published(harness)] == [(1, 920), (2, 870)]
        await tell(harness, *MARCH)
        await harness.fire_timers()
        assert len(await published(harness)) == 2


@pytest.mark.rule("R83", "R79")
async def test_the_journal_alone_gives_the_same_sheets(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *CASE, *MARCH)
        await pass_to(harness, at(4, 3, 1))
        found = await read(harness, "/scores/2026-03/verification")
        assert (found["sound"], found["differences"]) == (True, [])
        assert found["sheets"] > 3
        planning = await read(harness, "/scores/2026-03/department/planning")
        assert planning["bonus"] == 100, "its one case was closed long before the statutory limit"
        await change(harness, "UPDATE score_entries SET tenths = -10 WHERE part = 'limit'")
        await change(harness, "UPDATE score_closings SET lacking = '[\"x\"]' WHERE department = 'planning'")
        found = await read(harness, "/scores/2026-03/verification")
        assert not found["sound"]
        wrong = {(one["kind"], one["party"]) for one in found["differences"]}
        assert wrong == {("window", "fire"), ("department", "planning")}


@pytest.mark.rule("R83")
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_any_order_and_repetition_keeps_the_same_facts_and_publishes_the_same_digests(data):
    stream = data.draw(st.permutations([*CASE, *MARCH, *MARCH]))

    async def play(told_):
        with tempfile.TemporaryDirectory() as folder:
            async with supervisor(f"sqlite+aiosqlite:///{folder}/monitor.db") as harness:
                await harness.process([message(one) for one in told_])
                await pass_to(harness, at(4, 3, 1))
                kept = {
                    name: await rows(harness, f"SELECT * FROM {name} ORDER BY 1, 2")
                    for name in ("score_entries", "score_marks", "score_closings", "score_active", "seatings")
                }
                sheets = "SELECT month, kind, party, tenths, digest FROM score_sheets WHERE current ORDER BY 1, 2, 3"
                own = [one for one in kept["score_marks"] if one["case_number"] != NUMBER or one["code"] == "promised"]
                return kept | {"score_marks": own}, await rows(harness, sheets)

    assert asyncio.run(play(stream)) == asyncio.run(play([*CASE, *MARCH]))


# -- who sees what ----------------------------------------------------------------------------------------------------------


async def test_a_departments_people_see_their_own_sheets_and_its_chief_those_of_its_people(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *MARCH, *told(raised("p", at(3, 10), department="planning")))
        clerk = {"departments": ["fire"], "id": "c9"}
        ranking = await read(harness, "/scores/2026-03", Role.WINDOW_CLERK, **clerk)
        assert [(one["party"], one["rank"]) for one in ranking["items"]] == [("fire", 2)]
        assert (ranking["parties"], ranking["provisional"]) == (2, True)
        everyone = await read(harness, "/scores/2026-03", Role.LEADER)
        assert [one["party"] for one in everyone["items"]] == ["planning", "fire"]
        await read(harness, "/scores/2026-03/department/planning", Role.WINDOW_CLERK, status=403, **clerk)
        person = f"/scores/2026-03/person/{CHIEF.id}"
        await read(harness, person, Role.WINDOW_CLERK, status=403, **clerk)
        await read(harness, person, Role.CHIEF_REPRESENTATIVE, status=403, departments=["planning"])
        await read(harness, person, Role.WINDOW_CLERK, departments=["fire"], id=CHIEF.id)
        await read(harness, person, Role.CHIEF_REPRESENTATIVE, departments=["fire"])
        await read(harness, "/scores/2026-03/person/nobody", status=404)
        await read(harness, "/scores/2026-13", status=422)


async def test_each_line_names_its_event_in_the_journal(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *MARCH)
        sheet = await read(harness, "/scores/2026-03/department/fire")
        journal = await read(harness, "/journal?limit=200")
        at_position = {one["position"]: one["subject"] for one in journal["items"]}
        assert {(line["tenths"], line["rule"]) for line in sheet["lines"]} == {(-50, "R71"), (-30, "R74")}
        for line in sheet["lines"]:
            assert at_position[line["position"]] == line["subject"]
            assert line["reason"].endswith("。")
        assert sheet["provisional"]
        assert [one["name"] for one in sheet["parts"]][:2] == ["政务公开", "流程规范"]


async def test_sheets_are_published_on_demand_only_when_their_month_is_over(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *MARCH)
        headers = harness.as_(Role.CENTRE_ADMIN)
        path = "/scores/2026-03/publication"
        answer = await harness.client.post(path, headers=headers | KEY)
        assert (answer.status_code, answer.json()["code"]) == (409, "month-not-over")
        harness.clock.move_to(at(4, 1, 0, 1))
        answer = await harness.client.post(path, headers=headers | {"Idempotency-Key": "k2"})
        assert answer.json() == {"month": "2026-03", "sheets": 3}
        answer = await harness.client.post(path, headers=headers | {"Idempotency-Key": "k3"})
        assert answer.json()["sheets"] == 0, "they say nothing new"
        await pass_to(harness, at(4, 3, 1))
        assert len(await published(harness)) == 1


@pytest.mark.rule("R76")
async def test_an_upheld_appeal_against_a_row_of_pre_alerts_gives_it_back(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *MARCH)
        sheet = await read(harness, "/scores/2026-03/department/fire")
        row = next(line for line in sheet["lines"] if line["rule"] == "R74")
        await tell(harness, *told(upheld(row["entry_id"], at(3, 25))))
        assert (await read(harness, "/scores/2026-03/department/fire"))["tenths"] == 950
