"""What waits for whom, and how alerts and orders are listed."""

import pytest

from services.monitor.tests.desk import answer, answer_order, get, midnight, post, the_alert
from services.monitor.tests.harness import tell
from services.monitor.tests.samples import accepted, at, due, recorded, submitted
from yimen.web import Role

CHIEF, HEAD = Role.CHIEF_REPRESENTATIVE, Role.ORGAN_HEAD
LATE = submitted(case_number="K2"), accepted(10, due(3, 20), case_number="K2")  # told wrong: red
FIRST, SECOND = "DB2026000001", "DB2026000002"


async def tasks(harness, role, departments=("planning",)):
    """Kind, number, days left."""
    shown = await get(harness, "/worklist", role, departments=departments)
    return [(item["kind"], item["subject"], item["left"]) for item in shown["items"]]


@pytest.mark.rule("R77")
async def test_what_waits_goes_from_the_chief_to_the_supervisor_and_on_silence_to_the_head(blue):
    alert = (await the_alert(blue))["alert_id"]
    assert await tasks(blue, CHIEF) == [("answer_alert", alert, 3)]
    assert await tasks(blue, CHIEF, ["fire"]) == await tasks(blue, HEAD) == await tasks(blue, Role.SUPERVISOR) == []
    await midnight(blue, 3, 19)
    assert await tasks(blue, CHIEF) == [("answer_order", FIRST, 3)]
    await midnight(blue, 3, 25)
    assert await tasks(blue, CHIEF) == []
    assert await tasks(blue, HEAD) == [("answer_order", SECOND, 3)]
    await answer_order(blue, SECOND, HEAD)
    assert await tasks(blue, HEAD) == []
    assert await tasks(blue, Role.SUPERVISOR) == [("judge_answer", SECOND, 5)]


async def test_the_earliest_limit_stands_first_and_says_how_late_it_is(blue):
    found = {"department": "planning", "detail": "文书未盖章。", "found_on": "2026-03-13", "code": "irregular_papers"}
    number = (await post(blue, "/inspections", found, Role.CENTRE_ADMIN, status=201))["finding_number"]
    order = {"department": "planning", "demand": "说明原因。", "days": 1}
    worst_alert = (await the_alert(blue))["alert_id"]
    urgent = (await post(blue, "/orders", order, Role.SUPERVISOR, status=201))["order_number"]
    blue.clock.move_to(at(3, 17, 10))
    shown = await get(blue, "/worklist", CHIEF)
    worst = shown["items"][0]
    assert (worst["subject"], worst["left"], worst["overdue"]) == (urgent, -1, True)
    assert [item["due"] for item in shown["items"]] == ["2026-03-16", "2026-03-18", "2026-03-20"]
    assert shown["items"][2]["path"] == f"/inspections/{number}"
    for path, left in ((f"/alerts/{worst_alert}", 1), (f"/orders/{urgent}", -1), (f"/inspections/{number}", 3)):
        assert (await get(blue, path, CHIEF))["left"] == left
    few = await get(blue, "/worklist?limit=2", CHIEF)
    assert (len(few["items"]), few["more"]) == (2, True)


async def test_alerts_are_listed_by_level_case_state_and_limit(blue):
    async def found(query):
        return [item["level"] for item in (await get(blue, f"/alerts?{query}"))["items"]]

    assert await found("level=blue&case=K1&answered=false&lifted=false&overdue=false") == ["blue"]
    assert await found("level=red") == await found("case=K2") == await found("overdue=true") == []
    blue.clock.move_to(at(3, 16, 12))
    await tell(blue, *recorded(("/intake", event, at(3, 13)) for event in LATE))
    assert await found("sort=limit") == ["blue", "red"]
    assert await found("") == ["red", "blue"]
    page = await get(blue, "/alerts?sort=limit&limit=1")
    rest = await get(blue, f"/alerts?sort=limit&limit=1&after={page['next']}")
    assert [item["level"] for item in rest["items"]] == ["red"]
    await get(blue, "/alerts?sort=limit&after=x", status=422)
    await answer(blue, await the_alert(blue, "pre-alert"))
    assert await found("answered=true") == ["blue"]


@pytest.mark.rule("R77")
async def test_an_alert_tells_its_whole_story_to_overseers_and_its_department(blue):
    await midnight(blue, 3, 19)
    await answer_order(blue, FIRST)
    path = f"/alerts/{(await the_alert(blue))['alert_id']}"
    shown = await get(blue, path, Role.LEADER, departments=[])
    assert [chapter["step"] for chapter in shown["story"]] == [
        *("raised", "escalated", "order_issued", "order_answered", "answered"),
    ]
    assert shown["story"][0]["text"].startswith("发出预警")
    assert [order["order_number"] for order in shown["orders"]] == [FIRST]
    assert (await get(blue, path, HEAD))["version"] == shown["version"]
    await get(blue, path, CHIEF, departments=["fire"], status=403)
    await get(blue, "/alerts/unknown", status=404)


async def test_orders_are_listed_and_narrowed(blue):
    await midnight(blue, 3, 19)
    await midnight(blue, 3, 25)

    async def found(query, role=Role.SUPERVISOR, departments=()):
        listed = await get(blue, f"/orders?{query}", role, departments=departments)
        return [item["order_number"] for item in listed["items"]]

    mine = (await the_alert(blue, "pre-alert"))["alert_id"]
    assert await found(f"about={mine}") == [SECOND, FIRST]
    assert await found(f"about={mine}&stage=2&state=waiting&case=K1") == [SECOND]
    assert FIRST in await found("state=escalated&overdue=false")
    assert await found("overdue=true") == []
    assert await found("", CHIEF, ["fire"]) == []
    assert SECOND in await found("", HEAD, ["planning"])
    page = await get(blue, f"/orders?about={mine}&limit=1")
    assert await found(f"about={mine}&after={page['next']}") == [FIRST]
    await get(blue, f"/orders/{FIRST}", CHIEF, departments=["fire"], status=403)
    await get(blue, "/orders/DB2026999999", status=404)
