"""Appeals: once for each target, in time, decided by somebody else, and never an edit (R76)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from services.monitor.domain.scoring import entries_of
from services.monitor.tests.harness import supervisor, tell
from services.monitor.tests.samples import CHIEF, NUMBER, accepted, at, due, submitted
from services.monitor.tests.scored import PERSON, SUPERVISOR, attendance, cost, lifted, raised, told
from yimen.contracts import monitor
from yimen.contracts.parts import Channel
from yimen.web import Role

CHARGE = attendance(
    date(2026, 3, 5), at(3, 5, 18), cost(-50, "process"), cost(-20, "conduct", kind=PERSON, party=CHIEF.id)
)
(CHARGED,) = told(CHARGE)
ENTRY, OF_PERSON = (one.entry_id for one in entries_of(CHARGED.meta, CHARGE))
GROUNDS = {"target": "entry", "target_id": ENTRY, "grounds": "当日因公外出，已经报备。"}


def chief(harness, department="fire"):
    return harness.as_(Role.CHIEF_REPRESENTATIVE, departments=[department], id="chief-fire", name="周卫东")


async def file(harness, body, status=201, department="fire"):
    headers = chief(harness, department) | {"Idempotency-Key": str(uuid4())}
    answer = await harness.client.post("/appeals", headers=headers, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def decide(harness, number, *, upheld=True, status=200, who="supervisor-2", version=1):
    headers = harness.as_(Role.SUPERVISOR, id=who, name="另一位") | {"If-Match": f'"{version}"'}
    body = {"upheld": upheld, "reasons": "报备属实。"}
    answer = await harness.client.post(f"/appeals/{number}/decision", headers=headers, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def points(harness, kind="department", party="fire"):
    answer = await harness.client.get(f"/scores/2026-03/{kind}/{party}", headers=harness.as_(Role.LEADER))
    return answer.json()["tenths"]


async def hear(harness, *kinds):
    """What the supervisor said comes back to it over the bus."""
    said = [event for event in await harness.events() if isinstance(event, kinds)]
    await harness.deliver(*said, source="/monitor")


@pytest.mark.rule("R76")
async def test_an_upheld_appeal_gives_the_entry_back_by_an_entry_of_its_own(database_url):
    async with supervisor(database_url, now=at(3, 9)) as harness:
        await tell(harness, CHARGED)
        assert await points(harness) == 950
        filed = await file(harness, GROUNDS)
        assert (filed["decide_by"], filed["department"], filed["upheld"]) == ("2026-03-16", "fire", None)
        decided = await decide(harness, filed["appeal_number"])
        assert (decided["upheld"], decided["version"]) == (True, 2)
        await hear(harness, monitor.AppealFiled, monitor.AppealDecided)
        assert await points(harness) == 1000
        assert await points(harness, "person", CHIEF.id) == 980, "the other entry of the same event stands"


@pytest.mark.rule("R76")
async def test_a_rejected_appeal_changes_nothing_and_cannot_be_decided_again(database_url):
    async with supervisor(database_url, now=at(3, 9)) as harness:
        await tell(harness, CHARGED)
        number = (await file(harness, GROUNDS))["appeal_number"]
        await decide(harness, number, upheld=False)
        await hear(harness, monitor.AppealFiled, monitor.AppealDecided)
        assert await points(harness) == 950
        assert (await decide(harness, number, status=409, version=2))["code"] == "already-decided"
        assert (await decide(harness, number, status=412))["code"] == "stale-version"
        assert (await file(harness, GROUNDS, status=409))["code"] == "already-appealed"


@pytest.mark.rule("R76")
async def test_nobody_decides_about_what_they_found_or_filed_themselves(database_url):
    async with supervisor(database_url, now=at(3, 9)) as harness:
        await tell(harness, CHARGED)
        number = (await file(harness, GROUNDS))["appeal_number"]
        for who, kinds in ((SUPERVISOR.id, []), ("supervisor-2", ["decide_appeal"])):
            mine = await harness.client.get("/worklist", headers=harness.as_(Role.SUPERVISOR, id=who))
            assert [task["kind"] for task in mine.json()["items"]] == kinds
        await decide(harness, number, who=SUPERVISOR.id, status=403)
        await decide(harness, number, who="chief-fire", status=403)
        await decide(harness, number)


@pytest.mark.rule("R76")
async def test_only_the_department_concerned_appeals_and_only_against_what_costs_it(database_url):
    gain = attendance(date(2026, 3, 6), at(3, 6), cost(20, "bonus", kind=PERSON, party=CHIEF.id), name="A2")
    (gained,) = told(gain)
    async with supervisor(database_url, now=at(3, 9)) as harness:
        await tell(harness, CHARGED, gained)
        await file(harness, GROUNDS, status=403, department="planning")
        await file(harness, GROUNDS | {"target_id": "nothing"}, status=404)
        (entry,) = entries_of(gained.meta, gain)
        await file(harness, GROUNDS | {"target_id": entry.entry_id}, status=404)


@pytest.mark.rule("R76")
async def test_an_appeal_comes_within_ten_working_days_after_the_sheet_was_published(database_url):
    async with supervisor(database_url, now=at(3, 9)) as harness:
        await tell(harness, CHARGED)
        harness.clock.move_to(at(4, 3))
        await harness.fire_timers()
        harness.clock.move_to(at(4, 20, 23))
        await file(harness, GROUNDS)
        harness.clock.move_to(at(4, 21, 0))
        late = await file(harness, GROUNDS | {"target_id": OF_PERSON}, status=409)
        assert late["code"] == "appeal-too-late"
        assert "2026-04-20" in late["detail"]


@pytest.mark.rule("R76")
async def test_an_alert_is_appealed_against_until_it_is_lifted(database_url):
    async with supervisor(database_url) as harness:
        late = accepted(days=2, statutory_days=5, department="planning")
        await harness.deliver(submitted(), late, source="/intake")
        harness.clock.advance(timedelta(days=3))
        await harness.fire_timers()
        harness.clock.advance(timedelta(seconds=10))
        await harness.fire_timers()
        alert = next(one for one in await harness.events(monitor.AlertRaised) if one.rung == "promised")
        body = {"target": "alert", "target_id": alert.alert_id, "grounds": "申请人补件迟延。"}
        filed = await file(harness, body, department="planning")
        assert (filed["case_number"], filed["target_name"]) == (NUMBER, "监察提示")
        other = raised("other", at(3, 3), department="planning")
        gone = lifted(alert.alert_id, at(3, 5), department="planning")
        await tell(harness, *told(raised(alert.alert_id, at(3, 5), department="planning"), gone, other))
        again = await file(harness, body, status=409, department="planning")
        assert again["code"] == "already-given-back"


async def test_a_rating_is_appealed_against_as_the_journal_holds_it(database_url):
    given = monitor.RatingGiven(
        rating_id="r1",
        case_number=NUMBER,
        department="fire",
        stage="closing",
        stars=1,
        named=True,
        channel=Channel.WEB,
        indicators=1,
        aspects={},
        given_at=at(3, 6),
    )
    overdue = monitor.RatingOverdue(
        rating_id="r1",
        case_number=NUMBER,
        department="fire",
        due=due(3, 8),
        overdue_at=at(3, 9, 0),
        deductions=(cost(-20, "satisfaction"),),
    )
    voided = monitor.RatingVoided(
        rating_id="r1", case_number=NUMBER, department="fire", reason="评价对象有误", voided_at=at(3, 9)
    )
    async with supervisor(database_url, now=at(3, 9)) as harness:
        await harness.deliver(given, overdue, source="/monitor")
        assert await points(harness) == 980
        filed = await file(harness, {"target": "rating", "target_id": "r1", "grounds": "评价对象有误。"})
        await decide(harness, filed["appeal_number"])
        await hear(harness, monitor.AppealFiled, monitor.AppealDecided)
        assert await points(harness) == 980, "the rating is voided by those who keep it"
        await harness.deliver(voided, source="/monitor")
        assert await points(harness) == 1000


@pytest.mark.rule("R76")
async def test_an_appeal_that_nobody_decides_is_said_to_be_overdue_once(database_url):
    async with supervisor(database_url, now=at(3, 9)) as harness:
        await tell(harness, CHARGED)
        filed = await file(harness, GROUNDS)
        harness.clock.move_to(at(3, 16, 23, 59))
        await harness.fire_timers()
        assert await harness.events(monitor.AppealOverdue) == []
        harness.clock.move_to(at(3, 20))
        await harness.fire_timers()
        (said,) = await harness.events(monitor.AppealOverdue)
        assert said.overdue_at == at(3, 17, 0)
        headers = harness.as_(Role.SUPERVISOR, id="supervisor-2")
        page = (await harness.client.get("/appeals?decided=false", headers=headers)).json()
        assert [(one["overdue"], one["left"]) for one in page["items"]] == [(True, -4)]
        assert (await harness.client.get("/appeals", headers=chief(harness, "planning"))).json()["items"] == []
        await decide(harness, filed["appeal_number"], upheld=False)


@pytest.mark.rule("R71", "R74", "R76", "R81", "R83")
async def test_an_alert_costs_department_and_window_and_a_successful_appeal_gives_both_back(database_url):
    own = (monitor.AlertRaised, monitor.AlertLifted, monitor.AppealFiled, monitor.AppealDecided, monitor.WindowStaffed)
    async with supervisor(database_url) as harness:
        headers = harness.as_(Role.CENTRE_ADMIN) | {"Idempotency-Key": "k"}
        body = {"name": "工程建设综合窗口", "departments": ["planning", "fire"], "staff": []}
        assert (await harness.client.post("/windows/building/staffing", headers=headers, json=body)).is_success
        late = accepted(days=2, promised=due(3, 4), department="planning")
        await harness.deliver(submitted(), late, source="/intake")
        for days in (3, 1):
            harness.clock.advance(timedelta(days=days))
            await harness.fire_timers()
        raised_ = [one for one in await harness.events(monitor.AlertRaised) if one.code == "promised"]
        assert len(raised_) == 1
        await hear(harness, *own)
        before = await points(harness, "department", "planning"), await points(harness, "window", "building")
        assert before == (950, 950)
        body = {"target": "alert", "target_id": raised_[0].alert_id, "grounds": "申请人补件迟延。"}
        filed = await file(harness, body, department="planning")
        await decide(harness, filed["appeal_number"])
        said = len(await harness.events())
        await hear(harness, monitor.AppealFiled, monitor.AppealDecided)
        lifted_ = [one for one in (await harness.events())[said:] if isinstance(one, monitor.AlertLifted)]
        assert [one.alert_id for one in lifted_] == [raised_[0].alert_id]
        await harness.deliver(*lifted_, source="/monitor")
        after = await points(harness, "department", "planning"), await points(harness, "window", "building")
        assert after == (1000, 1000)
        story = await harness.client.get(f"/alerts/{raised_[0].alert_id}", headers=harness.as_(Role.SUPERVISOR))
        steps = [chapter["step"] for chapter in story.json()["story"]]
        assert steps == ["raised", "appealed", "appeal_decided", "lifted"]
