"""Key projects on the fast track (S07), over HTTP and on real timers."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.intake.domain import clock, door, project, reviewing
from services.intake.domain.case import Case
from services.intake.tests.hall import ZHANG, Hall
from services.intake.tests.samples import (
    CLERK,
    COMMITTED,
    INSTANT,
    JOINT,
    MONDAY,
    RULES,
    TWO_STAGES,
    kinds,
    review_of,
    submitted,
)
from yimen.contracts.intake import (
    CaseFastTracked,
    CaseSubmitted,
    ProjectRegistered,
    ReviewDeemedConsented,
    ReviewRequested,
    ReviewUrged,
)
from yimen.web import Role
from yimen.worktime import end_of_day, start_of_day

LAST_DAY = date(2026, 10, 8)  # the third working day after Monday 28 September
INVESTOR = {"type": "person", "name": "张三", "id_number": ZHANG, "phone": "13800000000"}


@pytest.fixture
def admin(hall: Hall) -> dict[str, str]:
    return hall.harness.as_(Role.CENTRE_ADMIN, id="centre-admin", name="章有序")


async def register(hall: Hall, admin: dict[str, str], **more: Any) -> httpx.Response:
    body = {
        "name": "诚远建材生产线",
        "investor": INVESTOR,
        "agent": {"id": "clerk", "name": "王窗口"},
        "mandate": "全程代办委托书1号",
        "item_codes": [JOINT.code, TWO_STAGES.code, COMMITTED.code],
    }
    headers = {"Idempotency-Key": str(uuid4())} | admin
    return await hall.client.post("/projects", json=body | more, headers=headers)


async def on_track(hall: Hall, admin: dict[str, str], item: Any = JOINT) -> tuple[str, str]:
    """Project and case, accepted."""
    number = (await register(hall, admin)).json()["project_number"]
    case = await hall.submitted(item, project=number)
    assert (await hall.step(case, "acceptance")).status_code == 200
    return number, case


async def shown(hall: Hall, number: str, by: dict[str, str]) -> dict[str, Any]:
    answer = await hall.client.get(f"/projects/{number}", headers=by)
    assert answer.status_code == 200, answer.text
    view: dict[str, Any] = answer.json()
    return view


async def test_a_project_is_numbered_papered_and_said(hall: Hall, admin: dict[str, str]) -> None:
    answer = await register(hall, admin)
    told = answer.json()
    assert (answer.status_code, told["project_number"], told["review_days"]) == (201, "P2026-0001", 3)
    assert told["document"] == {"kind": "project", "number": "重字〔2026〕1号", "dated": "2026-09-28"}
    (event,) = await hall.harness.events(ProjectRegistered)
    assert (event.project_number, event.document.number) == ("P2026-0001", "重字〔2026〕1号")
    assert ZHANG.encode() not in event.to_body()
    assert (await register(hall, admin)).json()["project_number"] == "P2026-0002"


async def test_a_project_names_known_items_an_investor_and_lawful_days(hall: Hall, admin: dict[str, str]) -> None:
    unknown = await register(hall, admin, item_codes=[JOINT.code, "NOWHERE"])
    assert (unknown.status_code, unknown.json()["code"]) == (422, "items-unknown")
    wrong = await register(hall, admin, investor=INVESTOR | {"id_number": "110105194912310021"})
    assert wrong.json()["errors"][0]["pointer"] == "/investor/id_number"
    for days in (0, 8):
        assert (await register(hall, admin, review_days=days)).status_code == 422
    assert (await register(hall, hall.clerk)).status_code == 403


async def test_a_joint_case_on_the_fast_track_is_reviewed_sooner_and_urged_before_the_end(
    hall: Hall, admin: dict[str, str]
) -> None:
    number, case = await on_track(hall, admin)
    (said,) = await hall.harness.events(CaseFastTracked)
    assert (said.case_number, said.project, said.review_days) == (case, number, 3)
    requested = await hall.harness.events(ReviewRequested)
    assert {(event.limit_days, event.due.on, event.project) for event in requested} == {(3, LAST_DAY, number)}
    await hall.hear(hall.received(case, "fire"), hall.decided(case, "environment"))
    hall.harness.clock.move_to(start_of_day(LAST_DAY) - timedelta(seconds=1))
    assert await hall.harness.fire_timers() == 0
    hall.harness.clock.move_to(start_of_day(LAST_DAY))
    assert await hall.harness.fire_timers() == 2
    assert await hall.harness.fire_timers() == 0
    urged = await hall.harness.events(ReviewUrged)
    assert {(event.department, event.rule) for event in urged} == {("fire", "S07"), ("planning", "S07")}
    owed = (await shown(hall, number, admin))["cases"][0]["owed"]
    assert {one["department"]: one["due"]["on"] for one in owed} == dict.fromkeys(("fire", "planning"), "2026-10-08")
    assert {one["days_left"] for one in owed} == {0}, "the last day"
    hall.harness.clock.move_to(end_of_day(LAST_DAY))
    assert await hall.harness.fire_timers() == 2
    (deemed,) = await hall.harness.events(ReviewDeemedConsented)
    assert (deemed.department, deemed.deemed_at) == ("fire", end_of_day(LAST_DAY)), "urging leaves silence what it is"
    await hall.hear(hall.decided(case, "planning"))
    finished = (await shown(hall, number, admin))["cases"]
    assert [(one["case_number"], one["state"], one["owed"]) for one in finished] == [(case, "decided", [])]


async def test_the_stages_own_limit_stands_where_it_is_shorter(hall: Hall, admin: dict[str, str]) -> None:
    number = (await register(hall, admin, review_days=7)).json()["project_number"]
    case = await hall.submitted(TWO_STAGES, project=number)
    await hall.step(case, "acceptance")
    assert {event.limit_days for event in await hall.harness.events(ReviewRequested)} == {4}


async def test_only_the_investor_and_only_the_projects_items_run_on_the_track(
    hall: Hall, admin: dict[str, str]
) -> None:
    number = (await register(hall, admin)).json()["project_number"]
    other = {"type": "person", "name": "李强", "id_number": "360722197805203316", "phone": "13800000002"}
    theirs = await hall.apply(JOINT, project=number, applicant=other)
    nobodys = await hall.apply(JOINT, project="P2026-0099", applicant=other)
    assert (theirs.status_code, theirs.json()["code"]) == (422, "not-the-investor")
    assert theirs.json()["detail"] == nobodys.json()["detail"]
    foreign = await hall.apply(INSTANT, project=number)
    assert (foreign.status_code, foreign.json()["code"]) == (422, "item-not-in-project")
    assert await hall.harness.events(CaseSubmitted) == []


async def test_a_project_and_its_cases_are_read_by_the_centre_and_its_own_agent(
    hall: Hall, admin: dict[str, str]
) -> None:
    number, case = await on_track(hall, admin)
    assert (await shown(hall, number, hall.clerk))["cases"][0]["case_number"] == case
    assert (await hall.client.get(f"/projects/{number}", headers=hall.stranger)).status_code == 404
    mine, others = [(await hall.client.get("/projects", headers=by)).json() for by in (hall.clerk, hall.stranger)]
    assert ([one["project_number"] for one in mine["items"]], others["items"]) == ([number], [])
    read = await hall.case(case, admin)
    assert (read["case_number"], read["project"], read["fast_track_days"]) == (case, number, 3)
    assert (await hall.client.get(f"/cases/{case}", headers=hall.stranger)).status_code == 403


async def test_projects_are_read_page_by_page(hall: Hall, admin: dict[str, str]) -> None:
    for _ in range(3):
        await register(hall, admin)
    first = (await hall.client.get("/projects", headers=admin, params={"limit": 2})).json()
    rest = (await hall.client.get("/projects", headers=admin, params={"limit": 2, "after": first["next"]})).json()
    numbers = [one["project_number"] for one in first["items"] + rest["items"]]
    assert numbers == ["P2026-0001", "P2026-0002", "P2026-0003"]
    assert rest["next"] is None


# -- the rule by itself ---------------------------------------------------------------------------------------------


def accepted_on_track(days: int = 3) -> Case:
    on = submitted().but(project="P2026-0001", fast_track_days=days)
    return door.accept(on, CLERK, MONDAY, RULES).case


def test_urging_that_comes_after_the_limit_does_not_hide_that_it_has_passed() -> None:
    case = accepted_on_track()
    case = reviewing.sign_receipt(case, review_of(case, "fire"), MONDAY, MONDAY, RULES).case
    late = project.urge_nearly_late(case, review_of(case, "fire"), end_of_day(LAST_DAY), RULES)
    assert kinds(late) == ["deemed_consented"]


def test_a_case_off_the_track_is_not_urged_before_its_limit() -> None:
    ordinary = door.accept(submitted(), CLERK, MONDAY, RULES).case
    assert {name for name, _key in clock.timers(ordinary, RULES)} == {clock.REVIEW_LIMIT}
    assert {name for name, _key in clock.timers(accepted_on_track(), RULES)} == {
        clock.REVIEW_LIMIT,
        clock.REVIEW_NEARLY,
    }


def test_the_last_of_one_day_begins_the_day_after_the_request() -> None:
    case = accepted_on_track(days=1)
    nearly = clock.timers(case, RULES)[clock.REVIEW_NEARLY, review_of(case, "fire").review_id]
    assert nearly == start_of_day(date(2026, 9, 29))
