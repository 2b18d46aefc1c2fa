"""B stands in for the chief representative: named, for a time, and on the record."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.approval.tests.desk import CHIEF, CONSENT, OFFICER, Desk
from yimen.contracts import approval
from yimen.web import Role

HOLIDAY = {"name": "副代表", "from": "2026-03-03", "until": "2026-03-05", "reason": "首席代表外出学习"}


def shanghai(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, second, tzinfo=UTC) - timedelta(hours=8)


async def name(
    desk: Desk, body: Any = HOLIDAY, who: str = "b1", version: int | None = None, role: Role = CHIEF, by: str = "c1"
) -> httpx.Response:
    headers = desk.headers(role, id=by) | ({} if version is None else {"If-Match": f'"{version}"'})
    return await desk.harness.client.put(f"/departments/fire/stand-ins/{who}", json=body, headers=headers)


async def end(desk: Desk, version: int, who: str = "b1") -> httpx.Response:
    headers = desk.headers(CHIEF, id="c1") | {"If-Match": f'"{version}"'}
    return await desk.harness.client.delete(f"/departments/fire/stand-ins/{who}", headers=headers)


async def listed(desk: Desk, role: Role = OFFICER) -> list[dict[str, Any]]:
    answer = await desk.harness.client.get("/departments/fire/stand-ins", headers=desk.headers(role))
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def decide(desk: Desk, who: str = "b1", role: Role = OFFICER) -> httpx.Response:
    version = (await desk.read())["version"]
    headers = desk.headers(role, id=who) | {"If-Match": f'"{version}"'}
    return await desk.harness.client.post(desk.url("R1", "decision"), json=CONSENT, headers=headers)


@pytest.mark.parametrize(
    ("at", "status"),
    [
        (shanghai(2, 23, 59, 59), 403),
        (shanghai(3), 200),
        (shanghai(5, 23, 59, 59), 200),
        (shanghai(6), 403),
    ],
)
async def test_the_first_and_the_last_day_count_whole(asked: Desk, at: datetime, status: int):
    await asked.done("receipt")
    assert (await name(asked)).status_code == 200
    asked.harness.clock.move_to(at)
    assert (await decide(asked)).status_code == status
    assert [one["in_force"] for one in await listed(asked)] == [status == 200]


async def test_what_b_decides_names_the_chief_in_whose_place(asked: Desk):
    await asked.done("receipt")
    await name(asked)
    asked.harness.clock.move_to(shanghai(4, 9))
    answer = await decide(asked)
    assert answer.json()["decision"]["in_place_of"] == {"id": "c1", "name": "王经办"}
    (told,) = await asked.harness.events(approval.ReviewDecided)
    assert (told.decided_by.id, told.in_place_of.id) == ("b1", "c1")


async def test_a_chief_decides_in_nobodys_place(asked: Desk):
    await asked.done("receipt")
    assert (await decide(asked, "c1", CHIEF)).json()["decision"]["in_place_of"] is None


async def test_another_officer_learns_who_may_decide(asked: Desk):
    await asked.done("receipt")
    assert "目前没有指定" in (await decide(asked, "u1")).json()["detail"]
    await name(asked)
    asked.harness.clock.move_to(shanghai(4, 9))
    problem = (await decide(asked, "u1")).json()
    assert (problem["status"], "副代表（2026-03-03至2026-03-05）" in problem["detail"]) == (403, True)


async def test_a_stand_in_of_another_department_does_not_decide_here(asked: Desk):
    await asked.done("receipt")
    url, body = "/departments/housing/stand-ins/b1", HOLIDAY | {"from": "2026-03-02"}
    headers = asked.harness.as_(CHIEF, departments=("housing",), id="c2")
    assert (await asked.harness.client.put(url, json=body, headers=headers)).status_code == 200
    assert (await decide(asked)).status_code == 403


async def test_naming_again_asks_for_the_version_that_was_read(desk: Desk):
    assert (await name(desk)).headers["ETag"] == '"1"'
    assert (await name(desk)).json()["code"] == "version-required"
    assert (await name(desk, version=7)).json()["current_version"] == 1
    longer = await name(desk, HOLIDAY | {"until": "2026-03-09"}, version=1)
    assert (longer.status_code, longer.json()["version"], longer.json()["until"]) == (200, 2, "2026-03-09")
    assert (await name(desk, who="b2", version=1)).json()["current_version"] == 0


async def test_of_two_who_name_the_same_person_at_once_one_wins(desk: Desk):
    answers = await asyncio.gather(name(desk), name(desk, by="c9"))
    assert sorted(answer.status_code for answer in answers) in ([200, 412], [200, 428])
    assert [one["version"] for one in await listed(desk)] == [1]


async def test_what_is_ended_decides_no_more_and_stays_on_the_list(asked: Desk):
    await asked.done("receipt")
    await name(asked)
    asked.harness.clock.move_to(shanghai(4, 9))
    assert (await end(asked, 7)).status_code == 412
    assert (await end(asked, 1)).json()["in_force"] is False
    assert (await decide(asked)).status_code == 403
    assert (await end(asked, 2)).json()["code"] == "stand-in-ended"
    assert (await end(asked, 1, "nobody")).status_code == 404
    (one,) = await listed(asked)
    assert (one["version"], one["ended_at"]) == (2, "2026-03-04T01:00:00Z")
    again = await name(asked, version=2)
    assert (again.json()["version"], again.json()["in_force"]) == (3, True)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"from": "2026-03-06"}, "stand-in-period"),
        ({"from": "2026-02-01", "until": "2026-03-01"}, "stand-in-period"),
        ({"reason": " "}, "reasons-missing"),
        ({"until": "2026-02-30"}, "invalid-request"),
    ],
)
async def test_a_period_that_is_over_or_upside_down_is_refused(desk: Desk, change: dict[str, str], code: str):
    answer = await name(desk, HOLIDAY | change)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert await listed(desk) == []


async def test_a_chief_does_not_name_themselves(desk: Desk):
    assert (await name(desk, who="c1")).json()["code"] == "stand-in-self"


@pytest.mark.parametrize("role", [OFFICER, Role.ORGAN_HEAD, Role.SUPERVISOR])
async def test_only_a_chief_names_and_the_department_reads(desk: Desk, role: Role):
    assert (await name(desk, role=role)).status_code == 403
    assert await listed(desk, role) == []


async def test_two_may_stand_in_one_after_the_other(asked: Desk):
    await asked.done("receipt")
    await name(asked)
    await name(asked, HOLIDAY | {"from": "2026-03-06", "until": "2026-03-09"}, who="b2")
    asked.harness.clock.move_to(shanghai(6, 9))
    assert (await decide(asked)).status_code == 403
    assert (await decide(asked, "b2")).status_code == 200
