"""What the hall has and a department handles outside all the same is found, once, whatever is learned first."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor import detecting, rulebooks
from services.monitor.domain.outside import Entry, in_hall
from services.monitor.tests.harness import rows, supervisor, tell
from services.monitor.tests.samples import at, recorded
from yimen.contracts import intake, monitor
from yimen.contracts.parts import Kind, Staff
from yimen.web import Role

BY = Staff(id="a1", name="赵中心")
ITEM = {"item_code": "450721P09", "department": "planning", "name": "临时占道许可"}


def described(kind=intake.ItemPublished, version=1, since=date(2026, 2, 1), **changes):
    values = {
        "version": version,
        "kind": Kind.COMMITTED,
        "statutory_days": 20,
        "promised_days": 5,
        "materials": (),
        "fees": (),
        "stages": (),
        "effective_from": since,
    }
    return kind(**(ITEM | values | changes))


def kept_out(version=1, when=None, **changes):
    values = {"version": version, "reason": "须现场勘验", "approved_by": BY, "approved_at": when or at(1, 5)}
    return intake.ItemKeptOut(**(ITEM | values | changes))


def withdrawn(version=2, on=date(2026, 2, 20)):
    return intake.ItemWithdrawn(item_code=ITEM["item_code"], version=version, reason="取消", effective_on=on)


def outside(number="OUT-1", accepted=date(2026, 3, 2), **changes):
    values = {
        "case_number": number,
        "department": "planning",
        "own_number": "旧1",
        "item_code": ITEM["item_code"],
        "item_name": "占道",
        "kind": Kind.COMMITTED,
        "received_on": accepted,
        "accepted_on": accepted,
        "promised_days": 20,
        "statutory_days": 20,
        "import_id": "I1",
        "reported_at": at(3, 2),
    }
    return monitor.OutsideReported(**(values | changes))


def said(*events):
    speakers = {"intake": "/intake", "monitor": "/monitor"}
    return recorded((speakers[event.speaker], event, at(3, 2)) for event in events)


async def look(harness):
    for _ in range(2):
        await harness.fire_timers()
        harness.clock.advance(timedelta(seconds=5))
    await harness.fire_timers()
    return await harness.events(monitor.InspectionRecorded)


@pytest.mark.rule("R82")
async def test_an_item_of_the_hall_that_is_handled_outside_costs_the_least_points(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *said(described(), outside()))
        (found,) = await look(harness)
        assert (found.code, found.rule, found.found_by, found.case_number) == ("handled_outside", "R82", None, "OUT-1")
        assert (found.item_code, found.department, found.window) == ("450721P09", "planning", "planning")
        assert {(one.kind.value, one.part, one.tenths) for one in found.deductions} == {
            ("window", "result", -10),
            ("department", "process", -10),
        }
        assert "2026-03-02" in found.detail
        listed = await harness.client.get("/inspections", headers=harness.as_(Role.SUPERVISOR))
        assert [one["case_number"] for one in listed.json()["items"]] == ["OUT-1"]


@pytest.mark.rule("R82")
@pytest.mark.parametrize(
    "events",
    [
        (kept_out(), outside()),
        (described(), outside(accepted=date(2026, 1, 30))),  # before it entered
        (described(), outside(item_code="450721P10")),  # nothing of the hall's
        (described(), outside(item_code=None, department="health", item_name=ITEM["name"])),  # another department's
        (described(), withdrawn(), outside()),
        (described(), kept_out(2, at(2, 10)), outside()),
    ],
)
async def test_what_is_rightly_outside_is_no_finding(database_url, events):
    async with supervisor(database_url) as harness:
        await tell(harness, *said(*events))
        assert await look(harness) == []


@pytest.mark.rule("R82")
async def test_a_log_without_codes_is_matched_by_the_exact_name_of_the_departments_item(database_url):
    async with supervisor(database_url) as harness:
        named = {"item_code": None, "item_name": ITEM["name"]}
        own_code = {"item_code": "OLD-17", "item_name": ITEM["name"]}
        other = {"item_code": None, "item_name": "临时占道"}
        told = (outside("OUT-1", **named), outside("OUT-2", **own_code), outside("OUT-3", **other))
        await tell(harness, *said(*told, described()))
        assert {found.case_number for found in await look(harness)} == {"OUT-1", "OUT-2"}


@pytest.mark.rule("R82")
@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_the_case_and_the_catalogue_may_be_learned_in_any_order_and_again(tmp_path, order):
    events = said(described(), described(intake.ItemRevised, 2, date(2026, 2, 15)), outside())
    async with supervisor(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}") as harness:
        for place in order:
            await tell(harness, events[place])
        await tell(harness, *events)
        assert [found.case_number for found in await look(harness)] == ["OUT-1"]
        await tell(harness, *events)
        assert len(await look(harness)) == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_an_approval_that_is_right_behind_is_waited_for(tmp_path, order):
    events = [*said(described(), kept_out(2, at(2, 10))), *said(outside())]
    async with supervisor(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}") as harness:
        for place in order:
            await tell(harness, events[place])
            await harness.fire_timers()
        assert await look(harness) == []


async def test_many_cases_of_an_item_that_enters_late_are_all_found(database_url, monkeypatch):
    monkeypatch.setattr(detecting, "LOOKED_AT_ONCE", 3)
    async with supervisor(database_url) as harness:
        await tell(harness, *said(*(outside(f"OUT-{n}", own_number=f"旧{n}") for n in range(10))))
        assert await look(harness) == []
        await tell(harness, *said(described()))
        assert len(await look(harness)) == 10
        assert len(await rows(harness, "SELECT * FROM handled_outside")) == 10


async def test_a_centre_that_has_switched_the_finding_off_finds_nothing(database_url):
    async with supervisor(database_url) as harness:
        async with harness.units.begin() as unit:
            book = await rulebooks.of_unit(unit)
            off = tuple(
                rule.model_copy(update={"enabled": False}) if rule.code == "handled_outside" else rule
                for rule in book.findings
            )
            await rulebooks.put_in_force(unit, replace(book, version=2, findings=off), "试行", BY)
        await tell(harness, *said(described(), outside()))
        assert await look(harness) == []


async def test_the_finding_stands_in_the_cases_own_timeline(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *said(outside(), described()))
        (found,) = await look(harness)
        await harness.deliver(found, source="/monitor")
        answer = await harness.client.get("/cases/OUT-1", headers=harness.as_(Role.SUPERVISOR))
        assert "应进未进" in answer.json()["timeline"][-1]["text"]


ENTRIES = st.lists(
    st.builds(
        Entry,
        version=st.integers(1, 4),
        inside=st.booleans(),
        since=st.dates(date(2026, 1, 1), date(2026, 1, 9)),
    ),
    max_size=6,
)


@given(ENTRIES, st.dates(date(2026, 1, 1), date(2026, 1, 9)), st.randoms(use_true_random=False))
def test_whether_an_item_was_in_the_hall_follows_from_the_set_of_what_was_told(entries, day, random):
    shuffled = [*entries, *entries[:2]]
    random.shuffle(shuffled)
    assert in_hall(entries, day) == in_hall(shuffled, day)


def test_a_withdrawal_of_the_day_of_a_revision_counts_for_its_version():
    day = date(2026, 1, 5)
    assert in_hall([Entry(1, True, day)], day)
    assert not in_hall([Entry(1, True, day)], day - timedelta(days=1))
    assert not in_hall([Entry(1, True, day), Entry(1, False, day)], day)
    assert in_hall([Entry(1, False, day), Entry(2, True, day)], day)
