"""Departments report items, the centre decides on their entry; what leaves the hall is refused in words."""

from typing import Any

import pytest

from services.intake.tests.hall import Hall
from services.intake.tests.reports import Office, record
from yimen.contracts import intake


@pytest.fixture
def office(hall: Hall) -> Office:
    return Office(hall)


def codes(listed: Any) -> set[str]:
    return {item["code"] for item in listed.json()}


async def test_an_item_is_reported_entered_and_applied_for(hall: Hall, office: Office) -> None:
    item = record()
    answer = await office.report(item)
    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert (shown["state"], shown["version"], shown["item_version"]) == ("reported", 1, 1)
    assert answer.headers["etag"] == '"1"'
    assert (await hall.client.get(f"/items/{item['code']}")).status_code == 404
    entered = await office.decide(shown["report_id"], "entry")
    assert (entered.json()["state"], entered.json()["decided_by"]["name"]) == ("entered", "章有序")
    assert entered.json()["item"]["effective_from"] == "2026-09-28", "never from a day that has passed"
    assert item["code"] in codes(await hall.client.get("/items"))
    assert (await hall.client.get(f"/items/{item['code']}")).json()["name"] == "临时占地许可"
    said = [event for event in await hall.harness.events(intake.ItemEvent) if event.item_code == item["code"]]
    assert [event.action for event in said] == ["reported", "published"]
