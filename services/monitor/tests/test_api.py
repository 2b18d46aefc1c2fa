"""What the supervisor answers, and to whom."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from services.monitor.tests.harness import supervisor, tell
from services.monitor.tests.samples import NUMBER, accepted, at, decided, due, joint_case, paused, recorded, submitted
from yimen.contracts import monitor
from yimen.testing import Harness
from yimen.web import Role

WHOLE = recorded(joint_case())
NUMBERS = {"red": "K-red", "yellow": "K-yellow", "blue": "K-blue", "green": "K-green", "stood": "K-stood"}


def case(number, promised, *later, **changes):
    mine = {"case_number": number}
    first = (submitted(**mine), accepted(**mine, **({"promised_due": promised} | changes)))
    return [("/intake", event, at(3, 2)) for event in (*first, *(one.model_copy(update=mine) for one in later))]


@pytest.fixture
async def hall(database_url: str) -> AsyncIterator[Harness]:
    """On 16 March at noon: one case of each light, one that stands, one decided late."""
    told = [
        *case("K-red", due(3, 4), promised_days=2, statutory_days=5, statutory_due=due(3, 9)),
        *case("K-yellow", due(3, 12), promised_days=8),
        *case("K-blue", due(3, 16)),
        *case("K-green", due(3, 30), promised_days=20),
        *case("K-stood", due(3, 9), paused(at(3, 4)), promised_days=5),
        *case("K-late", due(3, 4), decided(at(3, 6)), promised_days=2),
    ]
    async with supervisor(database_url, at(3, 16, 12)) as harness:
        await tell(harness, *recorded(told))
        harness.clock.advance(timedelta(seconds=5))
        await harness.fire_timers()
        yield harness


async def get(harness, path, *roles, status=200, **who):
    answer = await harness.client.get(path, headers=harness.as_(*(roles or (Role.SUPERVISOR,)), **who))
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_case_is_shown_with_its_clocks_words_and_alerts(database_url):
    async with supervisor(database_url, at(3, 9, 12)) as harness:
        await tell(harness, *WHOLE[:16])
        shown = await get(harness, f"/cases/{NUMBER}")
        promised = shown["clocks"][0]
        assert (promised["used"], promised["left"], promised["due"]) == (3, 7, "2026-03-18")
        assert (shown["state_text"], shown["light"], shown["paused"]) == ("已受理", "green", False)
        assert shown["pauses"] == [{"start": "2026-03-04", "end": "2026-03-06"}]
        first = shown["timeline"][0]
        assert first["text"].startswith("钦州某建设有限公司申请")
        (entry,) = (await get(harness, f"/journal?after={first['position'] - 1}&limit=1"))["items"]
        assert (first["subject"], first["sequence"]) == (entry["subject"], entry["sequence"]) == (f"case/{NUMBER}", 1)
        signed = next(line for line in shown["timeline"] if line["type"] == "approval.review.received.v1")
        assert signed["who"], "who signed for it"
        assert shown["reviews"][2]["opinion"] == "consent"
        await tell(harness, *WHOLE[16:])
        done = await get(harness, f"/cases/{NUMBER}", Role.LEADER)
        assert (done["state"], done["late_days"], done["outcome"]) == ("closed", 0, "granted")
        assert [alert["rule"] for alert in done["alerts"]] == ["R44"]
        assert done["notices"][0]["amount"] == 11000


async def test_only_departments_on_the_case_may_read_it(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *WHOLE)
        path = f"/cases/{NUMBER}"
        await get(harness, path, Role.SECTION_OFFICER, departments=["fire"])
        await get(harness, path, Role.CENTRE_ADMIN)
        refused = await get(harness, path, Role.SECTION_OFFICER, departments=["health"], status=403)
        assert refused["detail"].startswith("该办件不涉及")
        await get(harness, path, Role.CITIZEN, status=403)
        await get(harness, "/cases/unknown", status=404)


@pytest.mark.rule("R70", "R71", "R78")
async def test_the_list_tells_what_time_is_left_in_each_step(hall):
    page = await get(hall, "/cases")
    assert page["at"] == "2026-03-16T04:00:05Z"
    steps = {item["case_number"]: {one["code"]: one for one in item["steps"]} for item in page["items"]}
    promised = {number: (one["promised"]["left"], one["promised"]["due"]) for number, one in steps.items()}
    assert promised["K-blue"] == (0, "2026-03-16")
    assert promised["K-yellow"] == (-2, "2026-03-12")
    assert promised["K-stood"][1] is None, "it stands"
    assert steps["K-green"]["statutory"]["department_name"] == "自然资源和规划局"


@pytest.mark.rule("R70", "R71", "R72", "R78")
async def test_the_list_puts_the_worst_first(hall):
    page = await get(hall, "/cases")
    assert [(item["case_number"], item["light"]) for item in page["items"]] == [
        ("K-red", "red"),
        ("K-yellow", "yellow"),
        ("K-blue", "blue"),
        ("K-green", "green"),
        ("K-stood", "green"),
    ]
    assert page["next"] is None


async def test_pages_follow_one_another_without_gap_or_double(hall):
    seen, after = [], ""
    while after is not None:
        page = await get(hall, f"/cases?limit=2{after and '&after=' + after}")
        seen += [item["case_number"] for item in page["items"]]
        after = page["next"]
    assert seen == ["K-red", "K-yellow", "K-blue", "K-green", "K-stood"]


async def test_the_list_can_be_asked_for_a_light_a_department_and_ended_cases(hall):
    async def numbers(query):
        return [item["case_number"] for item in (await get(hall, f"/cases?{query}"))["items"]]

    assert await numbers("light=blue") == ["K-blue"]
    assert await numbers("department=fire") == []
    assert len(await numbers("department=planning")) == 5
    (late,) = (await get(hall, "/cases?ended=true"))["items"]
    assert (late["case_number"], late["light"], late["late_days"]) == ("K-late", "yellow", 2)


async def test_a_chief_representative_sees_the_cases_of_the_own_department_only(hall):
    chief = Role.CHIEF_REPRESENTATIVE
    assert len((await get(hall, "/cases", chief, departments=["planning"]))["items"]) == 5
    assert (await get(hall, "/cases", chief, departments=["fire"]))["items"] == []
    await get(hall, "/cases?department=planning", chief, departments=["fire"], status=403)


@pytest.mark.parametrize("after", ["x", "9~2026-03-01~K", "1~yesterday~K", "a~b"])
async def test_a_place_that_was_never_given_is_refused(hall, after):
    assert (await get(hall, f"/cases?after={after}", status=422))["code"] == "invalid-place"
    assert (await get(hall, "/alerts?after=2026-03-01T00:00:00~x", status=422))["code"] == "invalid-place"


async def test_the_summary_counts_by_department(hall):
    (planning,) = (await get(hall, "/summary", Role.LEADER))["departments"]
    assert planning["department_name"] == "自然资源和规划局"
    assert {key: planning[key] for key in ("accepted", "open", "closed", "late")} == {
        "accepted": 6,
        "open": 5,
        "closed": 1,
        "late": 3,
    }
    assert planning["lights"] == {"green": 2, "blue": 1, "yellow": 1, "red": 1}


@pytest.mark.rule("R77")
async def test_a_department_answers_its_alert_once(hall):
    waiting = (await get(hall, "/alerts?answered=false"))["items"]
    alert = next(item for item in waiting if (item["case_number"], item["level"]) == ("K-red", "red"))
    path, answer = f"/alerts/{alert['alert_id']}/answer", {"answer": "专家意见昨日方到，今日办结。"}

    async def send(version, departments=("planning",), body=answer):
        headers = hall.as_(Role.CHIEF_REPRESENTATIVE, departments=list(departments), id="r1", name="王首席")
        return await hall.client.post(path, json=body, headers=headers | version)

    assert (await send({})).status_code == 428
    assert (await send({"If-Match": '"7"'})).status_code == 412
    assert (await send({"If-Match": '"1"'}, ["fire"])).status_code == 403
    assert (await send({"If-Match": '"1"'}, body={"answer": ""})).status_code == 422
    done = await send({"If-Match": '"1"'})
    assert done.status_code == 200, done.text
    assert (done.headers["ETag"], done.json()["answered_by"]) == ('"2"', "王首席")
    assert (await send({"If-Match": '"2"'})).status_code == 409
    (said,) = await hall.events(monitor.AlertAnswered)
    assert (said.alert_id, said.answer, said.answered_by.id) == (alert["alert_id"], answer["answer"], "r1")
    assert alert["alert_id"] not in [item["alert_id"] for item in (await get(hall, "/alerts?answered=false"))["items"]]


@pytest.mark.rule("R77")
async def test_an_unanswered_alert_is_overdue_after_three_working_days(hall):
    first = (await get(hall, "/alerts"))["items"][0]
    assert (first["answer_by"], first["overdue"]) == ("2026-03-19", False)
    hall.clock.move_to(at(3, 20, 0))
    assert (await get(hall, "/alerts"))["items"][0]["overdue"]


async def test_alerts_can_be_paged(hall):
    whole = [item["alert_id"] for item in (await get(hall, "/alerts"))["items"]]
    page = await get(hall, "/alerts?limit=3")
    rest = await get(hall, f"/alerts?limit=100&after={page['next']}")
    assert [item["alert_id"] for item in page["items"] + rest["items"]] == whole
    assert len(whole) == len(set(whole)) > 3


async def test_dates_are_given_as_the_day_they_are(hall):
    blue = next(item for item in (await get(hall, "/cases"))["items"] if item["light"] == "blue")
    assert date.fromisoformat(blue["promised_due"]) == date(2026, 3, 16)
