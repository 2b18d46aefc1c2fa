"""The hall's windows (S19): departments share one, its staff have A and B parts, and duty goes round."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.intake.api.windows import WindowBody
from services.intake.domain.windows import Window, faults
from services.intake.tests.hall import Hall
from services.intake.tests.reports import Office, faults_of
from services.intake.tests.samples import JOINT

WANG = {"id": "wang", "name": "王窗口", "part": "A"}
ZHAO = {"id": "zhao", "name": "赵窗口", "part": "B"}


def turn(staff: str, since: str, until: str) -> dict[str, str]:
    return {"staff": staff, "from": since, "to": until}


def window(**changes: Any) -> dict[str, Any]:
    arranged = {
        "name": "建设综合窗口",
        "place": "一楼3号",
        "hours": "周一至周五9:00至17:00",
        "phone": "0777-1234567",
        "departments": ["planning", "housing"],
        "staff": [WANG, ZHAO],
        "duty": [turn("wang", "2026-09-28", "2026-10-02"), turn("zhao", "2026-10-03", "2026-10-09")],
    }
    return arranged | changes


@pytest.fixture
def office(hall: Hall) -> Office:
    return Office(hall)


async def arrange(office: Office, body: Any, *, seen: int = 0, code: str = "w3") -> httpx.Response:
    headers = office.admin | {"If-Match": f'"{seen}"'}
    return await office.client.put(f"/windows/{code}", json=body, headers=headers)


async def test_a_window_is_arranged_and_open_to_everyone(hall: Hall, office: Office) -> None:
    answer = await arrange(office, window())
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"1"'
    (shown,) = (await hall.client.get("/windows")).json()
    assert shown["department_names"] == ["自然资源和规划局", "住房和城乡建设局"]
    assert shown["duty"][0] == {"from": "2026-09-28", "to": "2026-10-02", "staff": "wang"}
    assert shown["on_duty"] == ["王窗口"]


async def test_duty_goes_round_by_the_day(hall: Hall, office: Office) -> None:
    await arrange(office, window())
    hall.harness.clock.advance(timedelta(days=4, hours=14, minutes=59))  # 23:59 on 2026-10-02
    assert (await hall.client.get("/windows")).json()[0]["on_duty"] == ["王窗口"]
    hall.harness.clock.advance(timedelta(minutes=1))
    assert (await hall.client.get("/windows")).json()[0]["on_duty"] == ["赵窗口"]


async def test_an_item_shows_the_windows_of_its_department(hall: Hall, office: Office) -> None:
    await arrange(office, window())
    await arrange(office, window(departments=["fire"], duty=[]), code="w4")
    shown = (await hall.client.get(f"/items/{JOINT.code}")).json()["windows"]
    assert shown == [
        {
            "window": "w3",
            "name": "建设综合窗口",
            "place": "一楼3号",
            "hours": "周一至周五9:00至17:00",
            "phone": "0777-1234567",
        }
    ]


async def test_a_window_is_changed_only_as_it_was_seen(hall: Hall, office: Office) -> None:
    await arrange(office, window())
    assert (await arrange(office, window(name="乱改"))).status_code == 412
    changed = await arrange(office, window(place="二楼1号"), seen=1)
    assert (changed.json()["place"], changed.json()["version"]) == ("二楼1号", 2)


async def test_everything_that_is_wrong_with_a_window_is_told_at_once(hall: Hall, office: Office) -> None:
    wrong = window(departments=["navy"], staff=[WANG], duty=[turn("li", "2026-09-28", "2026-09-28")])
    found = faults_of(await arrange(office, wrong), "window-faults")
    assert set(found) == {"/departments/0", "/staff", "/duty/0/staff"}
    assert (await hall.client.get("/windows")).json() == []


# -- the rules ------------------------------------------------------------------------------------------------------------


def arranged(code: str = "w3", **changes: Any) -> Window:
    body = WindowBody.model_validate(window(**changes)).model_dump()
    return Window.model_validate(body | {"window": code})


@pytest.mark.parametrize(
    ("changes", "path", "said"),
    [
        ({"departments": ["navy"]}, ("departments", 0), "不在部门名录内"),
        ({"departments": ["fire", "fire"]}, ("departments",), "fire重复"),
        ({"staff": [WANG], "duty": []}, ("staff",), "没有B角"),
        ({"staff": [ZHAO], "duty": []}, ("staff",), "没有A角"),
        ({"staff": [WANG, ZHAO, WANG]}, ("staff",), "人员wang重复"),
        ({"duty": [turn("li", "2026-09-28", "2026-09-28")]}, ("duty", 0, "staff"), "不是本窗口人员"),
        ({"duty": [turn("wang", "2026-09-28", "2026-09-27")]}, ("duty", 0, "to"), "早于开始日"),
    ],
)
def test_what_is_wrong_with_a_window_is_told_in_words(changes: Any, path: Any, said: str) -> None:
    assert said in dict(faults(arranged(**changes), ()))[path]


@pytest.mark.parametrize(
    ("second", "overlaps"),
    [
        (turn("wang", "2026-10-02", "2026-10-05"), True),
        (turn("wang", "2026-10-03", "2026-10-05"), False),
        (turn("zhao", "2026-09-28", "2026-10-02"), False),
        (turn("wang", "2026-09-01", "2026-12-31"), True),
    ],
)
def test_nobody_is_on_duty_twice_on_one_day(second: Any, overlaps: bool) -> None:
    found = dict(faults(arranged(duty=[turn("wang", "2026-09-28", "2026-10-02"), second]), ()))
    assert ("duty", 1) in found if overlaps else found == {}


def test_nobody_is_on_duty_at_two_windows() -> None:
    standing = arranged()
    other = arranged("w4", duty=[turn("zhao", "2026-10-09", "2026-10-11")])
    assert "已在“建设综合窗口”值班" in dict(faults(other, [standing]))["duty", 0]
    assert dict(faults(standing, [standing])) == {}, "its own duty is none of another's"
