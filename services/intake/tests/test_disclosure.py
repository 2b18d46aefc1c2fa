"""What everybody may read of the hall (S21): results of decided cases, masked (Art. 40), and announcements."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.intake.domain.disclosure import public_name
from services.intake.tests.hall import ZHANG, Hall
from services.intake.tests.samples import INSTANT, JOINT
from yimen.contracts.intake import AnnouncementPublished, AnnouncementWithdrawn
from yimen.web import Role
from yimen.worktime import end_of_day

DENIED = {"outcome": "denied", "reasons": "面积不足", "legal_basis": "第五条"}
NOTICE = {"title": "国庆假期安排", "body": "十月一日至七日放假。\n八日起正常办理。"}


async def decided(hall: Hall, body: dict[str, str] | None = None, **more: Any) -> str:
    number = await hall.submitted(INSTANT, **more)
    assert (await hall.step(number, "acceptance")).status_code == 200
    assert (await hall.step(number, "decision", body or {"outcome": "granted"})).status_code == 200
    return number


async def results(hall: Hall, **query: str) -> dict[str, Any]:
    answer = await hall.client.get("/results", params=query)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def announce(hall: Hall, body: dict[str, str] | None = None, path: str = "") -> httpx.Response:
    headers = hall.harness.as_(Role.CENTRE_ADMIN, id="admin", name="章有序") | {"Idempotency-Key": str(uuid4())}
    return await hall.client.post(f"/announcements{path}", json=body or NOTICE, headers=headers)


async def standing(hall: Hall) -> list[str]:
    return [one["title"] for one in (await hall.client.get("/announcements")).json()["items"]]


# -- results ------------------------------------------------------------------------------------------------------


async def test_a_result_shows_the_outcome_and_no_more_than_the_surname_of_a_person(hall: Hall) -> None:
    number = await decided(hall)
    answer = await hall.client.get("/results")
    assert answer.json()["items"] == [
        {
            "item_code": INSTANT.code,
            "item_name": INSTANT.name,
            "department": "planning",
            "department_name": "自然资源和规划局",
            "applicant_name": "张*",
            "outcome": "granted",
            "decided_on": "2026-09-28",
            "licence_number": "证字〔2026〕1号",
        }
    ]
    assert not any(secret in answer.text for secret in (number, "张三", ZHANG, "1101**", "13800000000"))


async def test_an_organisation_is_named_whole(hall: Hall) -> None:
    firm = {
        "type": "organisation",
        "name": "诚远建材有限公司",
        "id_number": "91360722MA35K8XQ2K",
        "phone": "13800000000",
    }
    await decided(hall, applicant=firm)
    answer = await hall.client.get("/results")
    assert answer.json()["items"][0]["applicant_name"] == "诚远建材有限公司"
    assert "9136" not in answer.text


@pytest.mark.parametrize(
    ("name", "shown"), [("张三", "张*"), ("欧阳娜", "欧**"), ("买买提·阿不都热合曼", "买**"), ("张", "张*")]
)
def test_a_persons_name_is_its_first_character_and_two_stars_at_most(name: str, shown: str) -> None:
    assert public_name(name, organisation=False) == shown


async def test_a_denial_stands_without_its_reasons(hall: Hall) -> None:
    await decided(hall, DENIED)
    answer = await hall.client.get("/results")
    assert answer.json()["items"][0]["outcome"] == "denied"
    assert answer.json()["items"][0]["licence_number"] is None
    assert "面积不足" not in answer.text


async def test_nothing_is_told_of_cases_that_are_not_decided(hall: Hall) -> None:
    await hall.accepted(INSTANT)
    withdrawn, refused = await hall.submitted(), await hall.submitted()
    await hall.step(withdrawn, "withdrawal", {"reasons": "不办了"})
    await hall.step(refused, "refusal", {"ground": "not_a_licence_matter", "reasons": "不属于许可事项"})
    owing = await hall.accepted(JOINT)
    await hall.hear(hall.received(owing, "planning"), hall.listed(owing, "planning"))
    for department in ("planning", "fire", "environment"):
        await hall.hear(hall.decided(owing, department))
    assert (await hall.case(owing))["state"] == "reviewed"
    assert (await results(hall))["items"] == []


async def test_results_stay_when_the_decision_has_been_served(hall: Hall) -> None:
    number = await decided(hall)
    await hall.step(number, "service", {"way": "pick_up", "receiver": "张三"})
    assert len((await results(hall))["items"]) == 1


async def test_results_are_chosen_by_department_item_and_day_of_decision(hall: Hall) -> None:
    hall.harness.clock.move_to(end_of_day(date(2026, 9, 28)) - timedelta(minutes=1))
    await decided(hall)
    found = {
        "department=planning": 1,
        "department=fire": 0,
        f"item_code={INSTANT.code}": 1,
        f"item_code={JOINT.code}": 0,
        f"department=planning&item_code={INSTANT.code}": 1,
        f"department=fire&item_code={INSTANT.code}": 0,
        "from=2026-09-28&to=2026-09-28": 1,
        "from=2026-09-29": 0,
        "to=2026-09-27": 0,
    }
    for query, count in found.items():
        assert len((await results(hall, **dict(httpx.QueryParams(query))))["items"]) == count, query


async def test_results_are_read_newest_first_without_gap_or_double_though_several_fall_in_one_instant(
    hall: Hall,
) -> None:
    for pause in (0, 0, 0, 1, 0, 1, 0):
        hall.harness.clock.advance(timedelta(minutes=pause))
        await decided(hall)
    read_so_far: list[str] = []
    query: dict[str, str] = {"limit": "2"}
    for size in (2, 2, 2, 1):
        page = await results(hall, **query)
        assert len(page["items"]) == size
        read_so_far += [line["licence_number"] for line in page["items"]]
        query["after"] = page["next"]
    assert query["after"] is None
    serials = [int(number.partition("〕")[2][:-1]) for number in read_so_far]
    assert serials == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    "after",
    ["x", "2026-09-28T00:00:00Z~A", "2026-09-28T00:00:00Z~²", "2026-09-28T00:00:00Z~-1", "2026-09-28T00:00:00Z~1000"],
)
async def test_a_page_of_results_that_is_none_is_refused(hall: Hall, after: str) -> None:
    answer = await hall.client.get("/results", params={"after": after})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-page")


# -- announcements ------------------------------------------------------------------------------------------------


async def test_an_announcement_is_read_by_everybody_and_said_to_the_house(hall: Hall) -> None:
    made = await announce(hall)
    assert made.status_code == 201
    (shown,) = (await hall.client.get("/announcements")).json()["items"]
    assert shown == made.json()
    assert (shown["title"], shown["body"]) == (NOTICE["title"], NOTICE["body"])
    (event,) = await hall.harness.events(AnnouncementPublished)
    assert (event.announcement_id, event.published_by.name) == (shown["announcement_id"], "章有序")


async def test_a_withdrawn_announcement_is_shown_no_more_and_withdrawn_once(hall: Hall) -> None:
    path = f"/{(await announce(hall)).json()['announcement_id']}/withdrawal"
    assert (await announce(hall, {"reason": "日期有误"}, path)).status_code == 200
    assert await standing(hall) == []
    (event,) = await hall.harness.events(AnnouncementWithdrawn)
    assert event.reason == "日期有误"
    again = await announce(hall, {"reason": "再撤一次"}, path)
    assert (again.status_code, again.json()["code"]) == (409, "announcement-withdrawn")
    assert len(await hall.harness.events(AnnouncementWithdrawn)) == 1


async def test_one_announcement_is_read_by_its_id_while_it_stands(hall: Hall) -> None:
    made = (await announce(hall)).json()
    path = f"/announcements/{made['announcement_id']}"
    assert (await hall.client.get(path)).json() == made
    await announce(hall, {"reason": "日期有误"}, f"/{made['announcement_id']}/withdrawal")
    assert (await hall.client.get(path)).status_code == 404


async def test_an_announcement_that_is_not_there_is_not_found(hall: Hall) -> None:
    assert (await announce(hall, {"reason": "无"}, "/nothing/withdrawal")).status_code == 404


@pytest.mark.parametrize("markup", ["<script>alert(1)</script>", "见<a href='http://x'>此处</a>", "<!doctype html>"])
async def test_an_announcement_is_plain_text(hall: Hall, markup: str) -> None:
    for body in (NOTICE | {"body": markup}, NOTICE | {"title": markup}):
        answer = await announce(hall, body)
        assert (answer.status_code, answer.json()["code"]) == (422, "announcement-with-markup")
    assert (await announce(hall, NOTICE | {"body": "面积 < 90 平方米，且层数 > 3"})).status_code == 201


async def test_announcements_are_read_page_by_page_newest_first(hall: Hall) -> None:
    for title in "甲乙丙":
        await announce(hall, NOTICE | {"title": title})
        hall.harness.clock.advance(timedelta(minutes=1))
    first = (await hall.client.get("/announcements", params={"limit": "2"})).json()
    rest = (await hall.client.get("/announcements", params={"limit": "2", "after": first["next"]})).json()
    assert [one["title"] for one in (*first["items"], *rest["items"])] == ["丙", "乙", "甲"]
    assert rest["next"] is None
