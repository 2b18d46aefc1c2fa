"""Who may not apply for a time (R14): the law's years at their edges, and over HTTP."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from services.intake.domain import bans, door
from services.intake.domain.bans import Ban
from services.intake.domain.values import Agent
from services.intake.process import begin
from services.intake.publishing import publish
from services.intake.tests.door_samples import DOOR_ITEMS, OTHER_SAFETY, SAFETY, refused
from services.intake.tests.hall import ZHANG, Hall
from services.intake.tests.samples import CLERK, COMMITTED, MONDAY, RULES, submitted
from yimen.contracts.intake import BanImposed, BanLifted, CaseSubmitted
from yimen.contracts.parts import BanGround, Staff
from yimen.web import Role

COMPANY = {"type": "organisation", "name": "某公司", "id_number": "91350100M000100Y43", "phone": "0777-1234567"}
FOUND = date(2025, 9, 28)


def ban(ground: BanGround = BanGround.FALSE_MATERIAL, found_on: date = FOUND, **changes: Any) -> Ban:
    until = bans.last_day(ground, found_on)
    who = {"ban_id": "BAN1", "id_number": ZHANG, "name": "张三", "organisation": False, "basis": "某决定"}
    by = {"imposed_by": Staff(id="boss", name="监察"), "imposed_at": MONDAY}
    return Ban.model_validate(who | by | {"ground": ground, "found_on": found_on, "until": until} | changes)


@pytest.mark.rule("R14")
@pytest.mark.parametrize(
    ("ground", "found_on", "last"),
    [
        (BanGround.FALSE_MATERIAL, date(2026, 9, 28), date(2027, 9, 28)),
        (BanGround.FRAUD, date(2026, 9, 28), date(2029, 9, 28)),
        (BanGround.FALSE_MATERIAL, date(2027, 2, 28), date(2028, 2, 28)),
        (BanGround.FALSE_MATERIAL, date(2028, 2, 29), date(2029, 2, 28)),
        (BanGround.BAD_CREDIT, date(2026, 9, 28), None),
    ],
)
def test_a_ban_ends_on_the_same_day_of_the_last_year(ground: BanGround, found_on: date, last: date | None) -> None:
    assert bans.last_day(ground, found_on) == last


@pytest.mark.rule("R14")
def test_the_last_day_is_banned_and_the_day_after_is_free() -> None:
    with refused("applicant-banned") as caught:
        bans.refuse_banned([ban()], SAFETY, date(2026, 9, 28))
    assert "2026-09-28" in caught.value.detail
    assert "第七十八条" in caught.value.detail
    bans.refuse_banned([ban()], SAFETY, date(2026, 9, 29))


@pytest.mark.rule("R14")
def test_of_several_bans_the_one_that_binds_longest_is_told() -> None:
    with refused("applicant-banned") as caught:
        bans.refuse_banned([ban(BanGround.FRAUD), ban()], SAFETY, date(2026, 1, 1))
    assert "2028-09-28" in caught.value.detail
    assert "第七十九条" in caught.value.detail


@pytest.mark.rule("R14")
def test_only_items_that_bear_on_safety_are_closed_and_only_the_named_one_where_one_is_named() -> None:
    bans.refuse_banned([ban()], COMMITTED, FOUND)
    bans.refuse_banned([ban(item_code=SAFETY.code)], OTHER_SAFETY, FOUND)
    bans.refuse_banned([ban(lifted_at=MONDAY)], SAFETY, FOUND)
    bans.refuse_banned([ban(BanGround.BAD_CREDIT)], SAFETY, FOUND)
    with refused("applicant-banned"):
        bans.refuse_banned([ban(item_code=SAFETY.code)], SAFETY, FOUND)


@pytest.mark.rule("R16")
def test_bad_credit_closes_acceptance_with_a_gap_until_the_record_is_lifted() -> None:
    with refused("applicant-of-bad-credit"):
        bans.refuse_gap([ban(BanGround.BAD_CREDIT)], COMMITTED, date(2099, 1, 1))
    bans.refuse_gap([ban(BanGround.BAD_CREDIT, lifted_at=MONDAY)], COMMITTED, FOUND)
    bans.refuse_gap([ban()], SAFETY, FOUND)


# -- over HTTP ----------------------------------------------------------------------------------------------------------


async def publish_door_items(hall: Hall) -> None:
    async with hall.harness.units.begin() as unit:
        await publish(unit, DOOR_ITEMS)


async def impose(hall: Hall, by: dict[str, str] | None = None, **changes: Any) -> httpx.Response:
    body = {"id_number": ZHANG, "name": "张三", "ground": "false_material", "found_on": str(FOUND), "basis": "某决定"}
    headers = {"Idempotency-Key": str(uuid4())} | (by or hall.supervisor)
    return await hall.client.post("/bans", json=body | changes, headers=headers)


async def lift(hall: Hall, ban_id: str) -> httpx.Response:
    headers = {"Idempotency-Key": str(uuid4())} | hall.supervisor
    return await hall.client.post(f"/bans/{ban_id}/lifting", json={"reason": "决定撤销"}, headers=headers)


@pytest.mark.rule("R14")
async def test_a_banned_applicant_is_refused_to_the_last_minute_of_the_last_day_and_free_on_the_next(
    hall: Hall,
) -> None:
    await publish_door_items(hall)
    imposed = await impose(hall, id_number=f" {ZHANG.lower()} ")
    assert (imposed.status_code, imposed.json()["until"], imposed.json()["stands"]) == (201, "2026-09-28", True)
    hall.harness.clock.move_to(datetime(2026, 9, 28, 15, 59, tzinfo=UTC))
    answer = await hall.apply(SAFETY)
    assert (answer.status_code, answer.json()["code"]) == (409, "applicant-banned")
    assert (await hall.apply(COMMITTED)).status_code == 201
    hall.harness.clock.move_to(datetime(2026, 9, 28, 16, 0, tzinfo=UTC))
    assert (await hall.apply(SAFETY)).status_code == 201


@pytest.mark.rule("R14")
async def test_a_ban_that_the_version_before_entered_while_it_was_replaced_binds_too(hall: Hall) -> None:
    await publish_door_items(hall)
    await impose(hall)
    async with hall.harness.units.begin() as unit:
        await unit.execute(text("UPDATE bans SET id_mark = NULL, id_number = :number").bindparams(number=ZHANG))
    assert (await hall.apply(SAFETY)).json()["code"] == "applicant-banned"


@pytest.mark.rule("R14")
async def test_organisations_are_banned_by_their_credit_code_and_the_window_gets_the_same_refusal(hall: Hall) -> None:
    await publish_door_items(hall)
    imposed = await impose(hall, id_number=COMPANY["id_number"], name="某公司", ground="fraud")
    assert imposed.json()["organisation"]
    answer = await hall.apply(SAFETY, applicant=COMPANY, by=hall.clerk)
    assert (answer.status_code, answer.json()["code"]) == (409, "applicant-banned")
    assert (await hall.apply(SAFETY)).status_code == 201, "another applicant"


@pytest.mark.rule("R14")
async def test_an_agent_cannot_hand_in_for_a_banned_applicant(hall: Hall) -> None:
    await publish_door_items(hall)
    await impose(hall)
    agent = Agent(name="李四", id_number="110105194912310021", phone="13900000000", mandate="M1")
    change = door.submit(submitted(SAFETY).but(agent=agent), RULES, as_is=False)
    with refused("applicant-banned"):
        async with hall.harness.units.begin() as unit:
            await begin(unit, change, "hash")
    assert await hall.harness.events(CaseSubmitted) == []


@pytest.mark.rule("R14")
async def test_a_ban_is_lifted_once_with_its_reason_and_then_binds_nobody(hall: Hall) -> None:
    await publish_door_items(hall)
    ban_id = (await impose(hall)).json()["ban_id"]
    lifted = (await lift(hall, ban_id)).json()
    assert (lifted["stands"], lifted["lifting_reason"], lifted["lifted_by"]["id"]) == (False, "决定撤销", "boss")
    assert (await lift(hall, ban_id)).json()["code"] == "ban-already-lifted"
    assert (await lift(hall, "BAN0")).status_code == 404
    assert (await hall.apply(SAFETY)).status_code == 201


@pytest.mark.rule("R14")
async def test_bans_are_said_and_shown_with_masked_numbers_only(hall: Hall) -> None:
    imposed = await impose(hall)
    await lift(hall, imposed.json()["ban_id"])
    (said,), (lifted,) = await hall.harness.events(BanImposed), await hall.harness.events(BanLifted)
    assert (said.applicant.masked_id, said.until) == ("1101**********002X", date(2026, 9, 28))
    assert lifted.ban_id == said.ban_id
    listed = await hall.client.get("/bans", headers=hall.supervisor)
    assert ZHANG.encode() not in said.to_body()
    assert ZHANG not in imposed.text + listed.text


async def test_the_list_of_bans_is_for_the_supervisor_and_the_centre_page_by_page(hall: Hall) -> None:
    centre = hall.harness.as_(Role.CENTRE_ADMIN, id="centre")
    numbers = [(await impose(hall, by=centre)).json()["ban_id"] for _ in range(3)]
    first = (await hall.client.get("/bans?limit=2", headers=centre)).json()
    last = (await hall.client.get(f"/bans?limit=2&after={first['next']}", headers=hall.supervisor)).json()
    assert [shown["ban_id"] for shown in first["items"] + last["items"]] == numbers
    assert last["next"] is None
    for stranger in (hall.clerk, hall.citizen):
        assert (await hall.client.get("/bans", headers=stranger)).status_code == 403
        assert (await impose(hall, by=stranger)).status_code == 403


@pytest.mark.rule("R14")
@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"found_on": "2026-09-29"}, 422, "found-in-future"),
        ({"item_code": COMMITTED.code}, 422, "item-not-safety"),
        ({"item_code": "NONE"}, 404, "not-found"),
        ({"id_number": "110105194912310022"}, 422, "invalid-identification"),
    ],
)
async def test_a_ban_that_the_law_does_not_know_is_refused(
    hall: Hall, changes: dict[str, str], status: int, code: str
) -> None:
    answer = await impose(hall, **changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await hall.harness.events(BanImposed) == []


def test_a_refusal_of_a_banned_applicant_names_nobody() -> None:
    with refused("applicant-banned") as caught:
        bans.refuse_banned([ban()], SAFETY, FOUND)
    assert CLERK.name not in caught.value.detail
    assert "张三" not in caught.value.detail
