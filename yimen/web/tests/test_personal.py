"""Whoever is shown personal data in the clear is written down first, for good, and supervisors read who it was."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.support.ledger import message
from tests.support.tiny import TinySettings, build
from yimen.testing import Harness, start_service
from yimen.web import Role


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[Harness]:
    """Two parked messages."""
    async with start_service(build, TinySettings(database_url=database_url)) as opened:
        await opened.process([message(case, 1, cloudEvents_type="intake.case.renamed.v9") for case in "ab"])
        yield opened


async def parked(harness: Harness) -> list[str]:
    answer = await harness.client.get("/operations/parked", headers=harness.as_(Role.OPERATOR, id="yun"))
    return [line["id"] for line in answer.json()["items"]]


async def look(harness: Harness, parked_id: str, who: str) -> int:
    headers = harness.as_(Role.OPERATOR, id=who, name=f"运维{who}")
    return (await harness.client.get(f"/operations/parked/{parked_id}", headers=headers)).status_code


async def records(harness: Harness, role: Role = Role.SUPERVISOR, **asked: Any) -> Any:
    answer = await harness.client.get("/personal-access", params=asked, headers=harness.as_(role))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_who_looked_at_what_and_by_which_way_is_kept(harness: Harness) -> None:
    first, second = await parked(harness)
    assert await records(harness) == {"items": [], "next": None}, "a list shows nobody's data"
    for parked_id, who in ((first, "yun"), (second, "yun"), (first, "li")):
        assert await look(harness, parked_id, who) == 200
    (newest, *_older) = (await records(harness, Role.DISCIPLINE_OFFICER))["items"]
    assert newest.items() >= {"who": "li", "name": "运维li", "about": f"parked/{first}", "what": ["body"]}.items()
    assert newest["route"] == "GET /operations/parked/{parked_id}"
    assert [one["about"] for one in (await records(harness, who="yun"))["items"]] == [
        f"parked/{second}",
        f"parked/{first}",
    ]
    assert [one["who"] for one in (await records(harness, about=f"parked/{first}"))["items"]] == ["li", "yun"]
    page = await records(harness, limit=2)
    rest = await records(harness, limit=2, before=page["next"])
    assert [len(page["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]


async def test_an_act_that_shows_them_records_it_with_the_act(harness: Harness) -> None:
    first, _second = await parked(harness)
    answer = await harness.client.post(
        f"/operations/parked/{first}/skip", json={"reason": "已核对"}, headers=harness.as_(Role.OPERATOR, id="yun")
    )
    assert answer.status_code == 200
    assert [one["route"] for one in (await records(harness))["items"]] == ["POST /operations/parked/{parked_id}/skip"]


async def test_what_was_refused_was_not_seen(harness: Harness) -> None:
    assert await look(harness, "00000000-0000-0000-0000-000000000000", "yun") == 404
    assert (await records(harness))["items"] == []


async def test_what_cannot_be_recorded_is_not_shown(harness: Harness) -> None:
    first, _second = await parked(harness)
    async with harness.units.database.write() as conn:
        await conn.execute(text("DROP TABLE personal_access"))
    answer = await harness.client.get(f"/operations/parked/{first}", headers=harness.as_(Role.OPERATOR, id="yun"))
    assert answer.status_code >= 500
    assert "body" not in answer.json()


async def test_records_are_never_changed_nor_deleted(harness: Harness) -> None:
    first, _second = await parked(harness)
    await look(harness, first, "yun")
    for statement in ("UPDATE personal_access SET who = 'nobody'", "DELETE FROM personal_access"):
        with pytest.raises(DBAPIError, match="stays on record"):
            async with harness.units.database.write() as conn:
                await conn.execute(text(statement))
    assert [one["who"] for one in (await records(harness))["items"]] == ["yun"]


async def test_nobody_else_reads_who_looked(harness: Harness) -> None:
    for role in set(Role) - {Role.SUPERVISOR, Role.DISCIPLINE_OFFICER}:
        answer = await harness.client.get("/personal-access", headers=harness.as_(role))
        assert answer.status_code == 403, role
