"""The same matter handed in at several doors (S22), and what a station does not pass on (R101)."""

import secrets
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.monitor.domain.doors import Door, are_pair, earlier_doors
from services.monitor.tests.harness import message, rows, supervisor, tell
from services.monitor.tests.samples import APPLICANT, CLERK, NUMBER, at, due, paper, recorded, submitted
from services.monitor.tests.test_violations import WRONG
from services.monitor.tests.test_violations import found as violations
from yimen.contracts import intake, monitor
from yimen.contracts.parts import Applicant, Channel, DocumentKind
from yimen.testing import Harness
from yimen.web import Role


def handed_in(number, day=2, **changes):
    told = {"case_number": number, "when": at(3, day, 9), "received_on": date(2026, 3, day)}
    return submitted(**(told | {"answer_by": due(3, day + 7)} | changes))


def refused(number, day):
    told = {"document": paper(DocumentKind.REFUSAL, 3, day), "reasons": "不属于本机关职权", "refused_by": CLERK}
    return intake.CaseRefused(case_number=number, **told, refused_at=at(3, day, 12))


def told(*events):
    return recorded(("/intake", event, at(3, 2)) for event in events)


async def settle(harness: Harness) -> None:
    await harness.fire_timers()
    harness.clock.advance(timedelta(seconds=5))
    await harness.fire_timers()


async def doubled(harness: Harness) -> list[tuple[str, str, str]]:
    await settle(harness)
    raised = await harness.events(monitor.AlertRaised)
    return sorted((one.case_number, one.department, one.reason) for one in raised if one.code == "several-doors")


TWO = (handed_in("K1"), handed_in("K2", 4, channel=Channel.WEB))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["as it happened", "the later one heard first"])
async def test_a_matter_at_two_doors_at_once_is_one_alert_on_the_later_case(database_url, order):
    async with supervisor(database_url, at(3, 5)) as harness:
        await tell(harness, *told(*(TWO[which] for which in order)))
        ((number, department, reason),) = await doubled(harness)
        assert (number, department) == ("K2", "planning")
        assert reason.endswith("另见K1（自然资源和规划局）")
        await tell(harness, *told(*TWO))
        assert len(await doubled(harness)) == 1


ELSEWHERE = {"channel": Channel.WEB}


@pytest.mark.parametrize(
    "second",
    [
        handed_in("K2", 4),
        handed_in("K2", 4, **ELSEWHERE, item_code="450721J02"),
        handed_in("K2", 4, **ELSEWHERE, applicant=APPLICANT.model_copy(update={"masked_id": "9145**********99X"})),
        handed_in("K2", 4, **ELSEWHERE, applicant=Applicant(name="李四", masked_id=APPLICANT.masked_id)),
        handed_in("K2", 4, **ELSEWHERE, renews="灵建字001"),
        handed_in("K2", 4, **ELSEWHERE, project="P-9"),
    ],
    ids=["the same door", "another item", "another number", "another name", "a renewal", "for a key project"],
)
async def test_what_is_another_matter_or_the_same_door_is_no_pair(database_url, second):
    async with supervisor(database_url, at(3, 5)) as harness:
        await tell(harness, *told(TWO[0], second))
        assert await doubled(harness) == []


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 0, 1)])
async def test_a_case_that_had_ended_before_the_other_began_is_no_pair_whoever_is_heard_first(database_url, order):
    async with supervisor(database_url, at(3, 5)) as harness:
        events = (TWO[0], refused("K1", 3), TWO[1])
        await tell(harness, *told(*(events[which] for which in order)))
        assert await doubled(harness) == []


async def test_what_is_right_behind_is_heard_before_a_pair_is_told_of(database_url):
    async with supervisor(database_url, at(3, 5)) as harness:
        await tell(harness, *told(*TWO))
        await harness.fire_timers()
        assert await harness.events(monitor.AlertRaised) == []
        await tell(harness, *told(TWO[0], refused("K1", 3))[1:])
        assert await doubled(harness) == []


async def test_a_case_that_ended_after_the_other_had_begun_was_one_of_two(database_url):
    async with supervisor(database_url, at(3, 6)) as harness:
        await tell(harness, *told(TWO[0], TWO[1], refused("K1", 5)))
        assert [number for number, _, _ in await doubled(harness)] == ["K2"]


async def test_who_applied_is_not_kept(database_url):
    async with supervisor(database_url, at(3, 5)) as harness:
        await tell(harness, *told(*TWO))
        assert APPLICANT.name not in repr(await rows(harness, "SELECT * FROM doors"))


THREE = [
    *told(TWO[0]),
    *told(TWO[1], refused("K2", 6)),
    *told(handed_in("K3", 5, channel=Channel.TOWNSHIP)),
    *told(handed_in("K4", 10, department="fire"), refused("K4", 11)),
    *told(handed_in("K5", 12, channel=Channel.WEB, applicant=Applicant(name="李四", masked_id="1"))),
]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.permutations([*THREE, *WRONG]), st.lists(st.sampled_from(THREE), max_size=4), st.integers(1, len(THREE)))
async def test_any_order_and_repetition_raises_the_same_alerts(tmp_path, order, doubles, size):
    """Of several cases at once: pairs, and what else is wrong with one of them."""
    stream = [message(one) for one in (*order, *doubles)]
    async with supervisor(f"sqlite+aiosqlite:///{tmp_path / secrets.token_hex(8)}.db", at(3, 13)) as harness:
        for start in range(0, len(stream), size):
            await harness.process(stream[start : start + size])
        assert [(number, reason.count("K")) for number, _, reason in await doubled(harness)] == [
            *(("K2", 1), ("K3", 2), ("K4", 2))
        ]
        raised = await harness.events(monitor.AlertRaised)
        assert sorted(one.rung for one in raised if one.case_number == NUMBER) == sorted(
            rung for rung, _, _, _ in violations(WRONG)
        )


INSTANTS = st.datetimes(at(3, 1).replace(tzinfo=None), at(3, 9).replace(tzinfo=None))


@given(st.lists(st.tuples(st.sampled_from("ab"), INSTANTS, st.none() | INSTANTS), min_size=2, max_size=6))
def test_of_any_pair_exactly_one_is_the_later(cases):
    doors = [Door(f"K{at}", "m", "d", channel, begun, end) for at, (channel, begun, end) in enumerate(cases)]
    for one in doors:
        for other in doors:
            assert are_pair(one, other) == are_pair(other, one)
            if are_pair(one, other):
                assert (other in earlier_doors(one, doors)) != (one in earlier_doors(other, doors))


def overdue(**changes):
    told_of = {"station": "township-3", "agent": CLERK, "due": due(3, 5), "overdue_at": at(3, 6, 0)}
    return intake.AgencyOverdue(agency_id="A17", **(told_of | changes))


@pytest.mark.rule("R101", "R102")
@pytest.mark.parametrize(("number", "under"), [(None, "A17"), ("K1", "K1")], ids=["before the hall", "in the hall"])
async def test_a_station_that_passes_nothing_on_in_time_is_told_so_once(database_url, number, under):
    async with supervisor(database_url, at(3, 6)) as harness:
        late = told(overdue(case_number=number))
        await tell(harness, *late, *late)
        await settle(harness)
        raised = [one for one in await harness.events(monitor.AlertRaised) if one.code == "agency"]
        (alert,) = raised
        assert (alert.case_number, alert.rung, alert.department) == (under, "agency-A17", "township-3")
        assert (alert.level, alert.rule, alert.deductions) == ("blue", "R101", ())
        assert "代办号A17，应于2026-03-05前转交" in alert.reason


@pytest.mark.rule("R77", "R101")
async def test_the_stations_own_people_answer_for_it_and_no_other_station_does(database_url):
    async with supervisor(database_url, at(3, 6)) as harness:
        await tell(harness, *told(overdue()))
        await settle(harness)
        (alert,) = [one for one in await harness.events(monitor.AlertRaised) if one.code == "agency"]
        ours, theirs = (harness.as_(Role.STATION_CLERK, departments=[code]) for code in ("township-3", "township-4"))
        tasks = (await harness.client.get("/worklist", headers=ours)).json()["items"]
        assert [(task["kind"], task["subject"]) for task in tasks] == [("answer_alert", alert.alert_id)]
        path, body = f"/alerts/{alert.alert_id}/answer", {"answer": "今日已转交。"}
        for who, status in ((theirs, 403), (ours, 200)):
            answer = await harness.client.post(path, json=body, headers=who | {"If-Match": '"1"'})
            assert answer.status_code == status, answer.text
