"""Ratings (R95, R96): one for each case and stage, silence kept apart, bad ones with a name called back and put right."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.monitor import rating
from services.monitor.domain.ratings import RatedCase, rateable
from services.monitor.registry import handlers
from services.monitor.tests.harness import message, rows, supervisor
from services.monitor.tests.raters import BAD, GOOD, NAMED, ON_LINE, Raters, credential, story
from services.monitor.tests.samples import CHIEF, CLERK, NUMBER, at, recorded
from yimen.contracts import monitor
from yimen.contracts.monitor import AppealTarget
from yimen.contracts.parts import Kind, ServiceProof, ServiceWay, Staff
from yimen.web import Role

CALLED, MEASURES = {"reached": True, "note": "已致歉"}, {"measures": "增设窗口"}
GIVEN = (monitor.RatingGiven, monitor.RatingDefaulted)


@pytest.fixture
async def raters(database_url: str) -> AsyncIterator[Raters]:
    """On 20 March 2026, the day on which the case was closed; nobody spoke at its acceptance."""
    async with supervisor(database_url, at(3, 20, 12)) as harness:
        await harness.deliver(*story(), source="/intake")
        yield Raters(harness)


async def defaults(raters: Raters) -> list[tuple[str, Any, int]]:
    told = await raters.harness.events(monitor.RatingDefaulted)
    return sorted((event.stage, event.defaulted_at, event.stars) for event in told)


# -- R95 ----------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R95")
async def test_who_stays_silent_for_five_working_days_is_taken_to_be_content(raters: Raters) -> None:
    """Accepted on the 2nd: five working days end on the 9th. Closed on the 20th: on the 27th."""
    await raters.harness.fire_timers()
    acceptance = ("acceptance", at(3, 10, 0), 4)
    assert await defaults(raters) == [acceptance]
    await raters.wait_until(at(3, 27, 23, 59))
    assert await defaults(raters) == [acceptance]
    await raters.wait_until(at(3, 28, 0))
    assert await defaults(raters) == [acceptance, ("closing", at(3, 28, 0), 4)]
    await raters.wait_until(at(6, 1))
    assert len(await defaults(raters)) == 2


@pytest.mark.rule("R95")
async def test_a_case_that_is_accepted_again_after_a_return_is_rated_once_for_that_stage(raters: Raters) -> None:
    came, began, *_ = story("45072120260302J0000025")
    first, again = (
        began.model_copy(update={"accepted_at": at(3, day), "accepted_on": at(3, day).date()}) for day in (20, 30)
    )
    await raters.harness.deliver(came, first, source="/intake")
    await raters.wait_until(at(3, 30))
    await raters.harness.deliver(again, source="/intake")
    await raters.wait_until(at(6, 1))
    told = await raters.harness.events(monitor.RatingDefaulted)
    assert [event.stage for event in told if event.case_number == came.case_number] == ["acceptance"]
    assert not await raters.harness.parked()
    waiting = await rows(raters.harness, "SELECT key FROM timers WHERE name = 'deadline' AND attempt > 0")
    assert waiting == [], "nothing failed and waits to be tried again"


@pytest.mark.rule("R95")
async def test_whoever_speaks_in_time_leaves_no_default_and_speaks_once(raters: Raters) -> None:
    given = await raters.at_window(GOOD)
    assert (given["stars"], given["level"]) == (5, "非常满意")
    await raters.wait_until(at(6, 1))
    assert [stage for stage, _, _ in await defaults(raters)] == ["acceptance"]
    (said,) = await raters.harness.events(monitor.RatingGiven)
    assert (said.stage, said.channel, said.person, said.rectify_by) == ("closing", "window", CLERK, None)
    opened = await raters.open()
    refused = await raters.client.put(f"/tablets/{opened.json()['ticket']}", json=GOOD | {"stars": 4})
    assert (refused.status_code, refused.json()["code"]) == (409, "already-rated")
    same = await raters.client.put(f"/tablets/{opened.json()['ticket']}", json=GOOD)
    assert (same.status_code, same.json()) == (200, given)
    assert len(await raters.harness.events(monitor.RatingGiven)) == 1


@pytest.mark.rule("R95")
async def test_where_the_paper_was_fetched_nobody_is_rated_for_serving(raters: Raters) -> None:
    number = "45072120260302J0000025"
    came, began, given, ended = story(number)
    proof = ServiceProof(way=ServiceWay.ELECTRONIC, documents=("准字〔2026〕1号",), received_at=at(3, 20))
    fetched = given.model_copy(update={"served_by": Staff(id="system", name="系统"), "proof": proof})
    await raters.harness.deliver(came, began, fetched, ended, source="/intake")
    opened = await raters.open(number=number)
    rated = await raters.client.put(f"/tablets/{opened.json()['ticket']}", json=GOOD)
    assert rated.status_code == 200
    (said,) = await raters.harness.events(monitor.RatingGiven)
    assert (said.case_number, said.person) == (number, None)


@pytest.mark.rule("R95")
async def test_a_real_rating_takes_the_place_of_a_default_and_both_stay_on_record(raters: Raters) -> None:
    await raters.wait_until(at(3, 30))
    path = "/satisfaction?department=planning&from=2026-03-01&to=2026-04-30"
    (before,) = (await raters.get(path))["departments"]
    assert (before["rated"], before["satisfied_tenths"], before["defaults"]) == (0, None, 2)
    await raters.at_window(BAD)
    (said,) = await raters.harness.events(monitor.RatingGiven)
    silence = next(one for one in await raters.harness.events(monitor.RatingDefaulted) if one.stage == "closing")
    assert said.rating_id == silence.rating_id, "one rating, of which both are told"
    (after,) = (await raters.get(path))["departments"]
    assert (after["rated"], after["bad"], after["satisfied_tenths"], after["defaults"]) == (1, 1, 0, 1)
    shown = (await raters.get("/ratings"))["items"]
    closing = sorted((one["is_default"], one["replaced"]) for one in shown if one["stage"] == "closing")
    assert closing == [(False, False), (True, True)]


@pytest.mark.rule("R95")
@pytest.mark.parametrize("in_time", [True, False])
async def test_nobody_rates_any_more_after_thirty_working_days(raters: Raters, in_time: bool) -> None:
    """From the 20th of March on: one day off in April, three in May."""
    raters.clock.move_to(at(5, 7, 23, 59) if in_time else at(5, 8, 0))
    opened = (await raters.open()).json()
    given = await raters.client.put(f"/tablets/{opened['ticket']}", json=GOOD)
    assert given.status_code == (200 if in_time else 409)
    assert in_time or (given.json()["code"], given.json()["until"]) == ("rating-closed", "2026-05-07")


@pytest.mark.rule("R95")
async def test_a_stage_is_rated_when_it_is_reached_an_instant_item_at_its_closing_only(database_url: str) -> None:
    async with supervisor(database_url, at(3, 2, 12)) as harness:
        raters = Raters(harness)
        assert (await raters.open("acceptance")).json()["code"] == "stage-not-reached"
        await harness.deliver(*story()[:2], source="/intake")
        assert (await raters.open("acceptance")).status_code == 201
        assert (await raters.open("closing")).json()["code"] == "stage-not-reached"
        assert (await raters.open("acceptance", department="fire")).status_code == 403
        await harness.deliver(*story("K2", Kind.INSTANT), source="/intake")
        assert (await raters.open("acceptance", number="K2")).json()["code"] == "stage-not-reached"
        assert (await raters.open("closing", number="K2")).status_code == 201


@pytest.mark.rule("R95")
async def test_on_line_it_is_given_with_the_cases_number_and_password(raters: Raters) -> None:
    await raters.harness.deliver(credential(), source="/intake")
    wrong = await raters.on_line(ON_LINE, password="AAAAAAAAAA")
    unknown = await raters.on_line(ON_LINE, number="45072120260302J0000026")
    assert (wrong.status_code, wrong.json()["detail"]) == (404, unknown.json()["detail"])
    assert (await raters.on_line(ON_LINE | {"aspects": {"attitude": 5}})).json()["code"] == "unknown-indicator"
    given = await raters.on_line(ON_LINE)
    assert (given.status_code, (await raters.on_line(ON_LINE)).json()) == (200, given.json()), "an answer may be lost"
    (said,) = await raters.harness.events(monitor.RatingGiven)
    assert (said.channel, said.aspects, said.named) == ("web", {"overall": 5, "platform": 4}, False)
    assert (await raters.on_line(BAD | {"aspects": {}})).json()["code"] == "already-rated"
    for _ in range(9):
        await raters.on_line(ON_LINE, password="AAAAAAAAAA")
    assert (await raters.on_line(ON_LINE)).status_code == 429


async def test_a_ticket_is_good_for_ten_minutes(raters: Raters) -> None:
    opened = (await raters.open()).json()
    raters.clock.advance(timedelta(minutes=10, seconds=1))
    late = await raters.client.put(f"/tablets/{opened['ticket']}", json=GOOD)
    assert late.json()["code"] == "ticket-expired"
    assert (await raters.client.put("/tablets/none", json=GOOD)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"stars": 0},
        {"stars": 6},
        {"stars": 5, "aspects": {"overall": 6}},
        {"stars": 5, "aspects": {"platform": 5}},  # at the window nobody used the platform
        {"stars": 5, "named": True, "rater": "韦春花"},
        {"stars": 5, "rater": "韦春花", "contact": "13877700001"},
    ],
)
async def test_what_is_no_rating_is_refused(raters: Raters, body: dict[str, Any]) -> None:
    opened = (await raters.open()).json()
    assert (await raters.client.put(f"/tablets/{opened['ticket']}", json=body)).status_code == 422


async def test_the_indicators_are_a_versioned_list(raters: Raters) -> None:
    answer = (await raters.client.get("/indicators")).json()
    assert answer["levels"]["1"] == "非常不满意"
    assert list(answer["versions"][-1]["online"].values())[1:] == ["办事效率", "指南精确度", "便捷度", "平台操作性"]


# -- R96 ----------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R96")
async def test_a_bad_rating_with_a_name_is_called_back_and_put_right_in_five_working_days(raters: Raters) -> None:
    given = await raters.at_window(BAD)
    (said,) = await raters.harness.events(monitor.RatingGiven)
    assert str(said.rectify_by.on) == "2026-03-27"
    (waiting,) = (await raters.get("/ratings?to_rectify=true"))["items"]
    assert waiting["rating_id"] == given["rating_id"]
    early = await raters.act(given["rating_id"], "rectification", MEASURES)
    assert (early.status_code, early.json()["code"]) == (409, "call-back-first")
    assert (await raters.act(given["rating_id"], "call-back", CALLED, department="fire")).status_code == 403
    raters.clock.move_to(at(3, 27, 23, 59))
    assert (await raters.act(given["rating_id"], "call-back", CALLED)).status_code == 200
    done = await raters.act(given["rating_id"], "rectification", MEASURES, version=2)
    assert (done.status_code, done.json()["measures"]) == (200, "增设窗口")
    await raters.wait_until(at(6, 1))
    assert await raters.harness.events(monitor.RatingOverdue) == []
    assert (await raters.act(given["rating_id"], "rectification", MEASURES, version=3)).status_code == 409
    assert (await raters.get("/ratings?to_rectify=true"))["items"] == []


@pytest.mark.rule("R96")
async def test_not_put_right_in_time_it_costs_points_once(raters: Raters) -> None:
    given = await raters.at_window(BAD)
    await raters.act(given["rating_id"], "call-back", CALLED)
    await raters.wait_until(at(3, 27, 23, 59))
    assert await raters.harness.events(monitor.RatingOverdue) == []
    await raters.wait_until(at(3, 28, 0))
    await raters.wait_until(at(6, 1))
    (said,) = await raters.harness.events(monitor.RatingOverdue)
    assert (said.overdue_at, [(one.kind, one.party, one.tenths) for one in said.deductions]) == (
        at(3, 28, 0),
        [("department", "planning", -20), ("window", "planning", -20)],
    )
    assert (await raters.act(given["rating_id"], "rectification", MEASURES, version=3)).status_code == 200


@pytest.mark.rule("R96")
@pytest.mark.parametrize("body", [{"stars": 1}, NAMED | {"stars": 3}], ids=["without a name", "fairly satisfied"])
async def test_others_are_not_called_back(raters: Raters, body: dict[str, Any]) -> None:
    given = await raters.at_window(body)
    refused = await raters.act(given["rating_id"], "call-back", CALLED)
    assert refused.json()["code"] == "rating-not-to-be-rectified"
    await raters.wait_until(at(6, 1))
    assert await raters.harness.events(monitor.RatingOverdue) == []


@pytest.mark.rule("R76", "R96")
@pytest.mark.parametrize(
    ("target", "upheld", "voided"), [("rating", True, 1), ("rating", False, 0), ("alert", True, 0)]
)
async def test_found_malicious_it_counts_no_more(raters: Raters, target: str, upheld: bool, voided: int) -> None:
    given = await raters.at_window(BAD)
    about = {"appeal_number": "SS1", "department": "planning", "target_id": given["rating_id"]}
    decided = monitor.AppealDecided(
        **about,
        target=AppealTarget(target),
        upheld=upheld,
        reasons="经查不实",
        decided_by=CHIEF,
        decided_at=at(3, 20),
    )
    await raters.harness.deliver(decided, decided.model_copy(update={"appeal_number": "SS2"}), source="/monitor")
    assert len(await raters.harness.events(monitor.RatingVoided)) == voided
    found = (await raters.get("/satisfaction?from=2026-03-20&to=2026-03-20"))["departments"]
    assert sum(one["rated"] for one in found) == 1 - voided
    refused = await raters.act(given["rating_id"], "call-back", CALLED, version=1 + voided)
    assert refused.status_code == (409 if voided else 200)
    await raters.wait_until(at(6, 1))
    assert len(await raters.harness.events(monitor.RatingOverdue)) == 1 - voided


async def test_a_department_reads_its_own_ratings_only(raters: Raters) -> None:
    given = await raters.at_window(BAD)
    chief = Role.CHIEF_REPRESENTATIVE
    shown = await raters.get(f"/ratings/{given['rating_id']}", chief, departments=["planning"])
    assert (shown["rater"], shown["contact"], shown["comment"]) == ("韦春花", "13877700001", BAD["comment"])
    assert (await raters.get("/ratings", chief, departments=["fire"]))["items"] == []
    headers = raters.harness.as_(chief, departments=["fire"])
    assert (await raters.client.get(f"/ratings/{given['rating_id']}", headers=headers)).status_code == 403
    said = str([event.to_body() for event in await raters.harness.events()])
    assert not [one for one in ("韦春花", "13877700001", BAD["comment"]) if one in said]


# -- any order ----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("R95")
@pytest.mark.parametrize("kind", list(Kind))
def test_what_may_be_rated_does_not_depend_on_the_order_in_which_it_is_learnt(kind: Kind) -> None:
    parts: list[dict[str, Any]] = [
        {"department": "planning", "kind": kind, "accepted_at": at(3, 2), "accepted_by": {"id": "c1"}},
        {"served_by": {"id": "c1"}},
        {"closed_at": at(3, 20)},
    ]
    ends = set()
    for order in permutations(parts):
        known: dict[str, Any] = {}
        for part in order:
            known |= part
        ends.add(str(rateable(RatedCase(**known))))
    assert len(ends) == 1


@pytest.mark.rule("R95")
@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(data=st.data())
def test_any_order_and_repetition_of_a_cases_events_gives_the_same_defaults(data: st.DataObject) -> None:
    """The handlers themselves, each in a transaction of its own: not even a subject's order is relied on."""
    told = recorded([("/intake", event, at(3, 2)) for number in ("K1", "K2") for event in story(number)])
    order = data.draw(st.permutations(told))
    doubled = data.draw(st.lists(st.sampled_from(told), max_size=4))

    async def play() -> tuple[Any, ...]:
        with tempfile.TemporaryDirectory() as folder:
            async with supervisor(f"sqlite+aiosqlite:///{folder}/monitor.db", at(3, 2, 12)) as harness:
                for one in order:
                    async with harness.units.begin() as unit:
                        for handle in handlers.of(one.event.type):
                            if handle.__module__ == rating.__name__:
                                await handle(unit, one.event, one.meta)
                await harness.process([message(one) for one in doubled])
                harness.clock.move_to(at(6, 1))
                await harness.fire_timers()
                said = await harness.events(*GIVEN)
                known = await rows(harness, "SELECT * FROM rated_cases ORDER BY case_number")
                return known, sorted(event.model_dump_json() for event in said)

    known, said = asyncio.run(play())
    assert [row["case_number"] for row in known] == ["K1", "K2"]
    assert len(said) == 4
    assert all(NUMBER not in one for one in said)
    stages = [(event["rating_id"], event["stage"], event["defaulted_at"]) for event in map(_read, said)]
    assert stages == EXPECTED or not EXPECTED
    EXPECTED[:] = stages


EXPECTED: list[tuple[str, str, str]] = []


def _read(text: str) -> dict[str, Any]:
    import json

    found: dict[str, Any] = json.loads(text)
    return found
