"""The rulebook over the wire: who reads it, who revises it, and what follows for cases that are open."""

from typing import Any

import httpx
import pytest

from services.monitor import rulebooks
from services.monitor.rulebooks import first_book
from services.monitor.tests.books import book_with
from services.monitor.tests.harness import rows, supervisor, tell
from services.monitor.tests.samples import accepted, at, due, paused, recorded, submitted
from yimen.contracts import monitor
from yimen.testing import Harness
from yimen.web import Role

WHY = "2026年第3次主任办公会议决定"


def body(numbers: dict[str, int] | None = None, **alerts: Any) -> dict[str, Any]:
    book = book_with(numbers=numbers, **alerts)
    dumped = {
        name: [row.model_dump(mode="json") for row in getattr(book, name)] for name in ("alerts", "findings", "schemes")
    }
    return dumped | {"numbers": dict(book.numbers), "reason": WHY}


async def revise(harness: Harness, book: dict[str, Any], version: int, *roles: Role) -> httpx.Response:
    headers = harness.as_(*(roles or (Role.CENTRE_ADMIN,))) | {"If-Match": f'"{version}"'}
    return await harness.client.put("/rulebook", json=book, headers=headers)


async def ask(harness: Harness, path: str, role: Role = Role.SUPERVISOR) -> httpx.Response:
    return await harness.client.get(path, headers=harness.as_(role, departments=["planning"]))


async def raised(harness: Harness) -> list[tuple[str, str, int | None]]:
    return [(one.rung, one.level.value, one.rulebook) for one in await harness.events(monitor.AlertRaised)]


def open_case(*events: Any) -> list[Any]:
    return recorded(("/intake", event, at(3, 2)) for event in (submitted(), accepted(10, due(3, 16)), *events))


async def test_the_first_book_can_be_read_and_says_how_it_came_about(database_url):
    async with supervisor(database_url) as harness:
        answer = await ask(harness, "/rulebook", Role.CHIEF_REPRESENTATIVE)
        shown = answer.json()
        assert answer.headers["etag"] == '"1"'
        assert shown["revision"]["version"] == 1
        assert shown["revision"]["revised_by"] is None
        assert shown["numbers"] == first_book()["numbers"]
        assert {row["code"] for row in shown["alerts"]} == {row["code"] for row in first_book()["alerts"]}
        assert (await ask(harness, "/rulebooks/2")).status_code == 404


async def test_the_book_that_is_read_can_be_sent_back_as_it_is(database_url):
    async with supervisor(database_url) as harness:
        shown = (await ask(harness, "/rulebook", Role.CENTRE_ADMIN)).json()
        answer = await revise(harness, {name: shown[name] for name in shown if name != "revision"} | {"reason": WHY}, 1)
        assert answer.status_code == 200, answer.text
        assert {name: answer.json()[name] for name in shown if name != "revision"} == {
            name: shown[name] for name in shown if name != "revision"
        }


async def test_a_revision_is_a_version_with_its_author_and_reason_and_is_said_on_the_bus(database_url):
    async with supervisor(database_url) as harness:
        answer = await revise(harness, body(numbers={"red_after_days": 5}), 1)
        assert (answer.status_code, answer.headers["etag"]) == (200, '"2"'), answer.text
        listed = (await ask(harness, "/rulebooks?limit=1")).json()
        (newest,) = listed["items"]
        assert (newest["version"], newest["reason"], newest["revised_by"]["name"]) == (2, WHY, "用户u1")
        (first,) = (await ask(harness, f"/rulebooks?after={listed['next']}")).json()["items"]
        assert first["version"] == 1
        assert (await ask(harness, "/rulebooks/1")).json()["numbers"]["red_after_days"] == 3
        said = (await harness.events(monitor.RulebookRevised))[-1]
        assert (said.version, said.numbers["red_after_days"], said.reason) == (2, 5, WHY)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.CENTRE_ADMIN}))
async def test_nobody_who_judges_or_is_judged_by_the_book_may_revise_it(tmp_path, role):
    async with supervisor(f"sqlite+aiosqlite:///{tmp_path / 'one.db'}") as harness:
        assert (await revise(harness, body(), 1, role)).status_code == 403
        assert (await ask(harness, "/rulebook")).headers["etag"] == '"1"'


@pytest.mark.parametrize("other", [Role.SUPERVISOR, Role.CHIEF_REPRESENTATIVE, Role.WINDOW_CLERK])
async def test_an_administrator_who_supervises_or_serves_a_department_too_may_not_revise_it(tmp_path, other):
    async with supervisor(f"sqlite+aiosqlite:///{tmp_path / 'one.db'}") as harness:
        refused = await revise(harness, body(), 1, Role.CENTRE_ADMIN, other)
        assert (refused.status_code, refused.json()["title"]) == (403, "监察规则须由他人更改")


async def test_of_two_who_revise_the_same_version_one_is_told(database_url):
    async with supervisor(database_url) as harness:
        assert (await revise(harness, body(), 1)).status_code == 200
        late = await revise(harness, body(), 1)
        assert (late.status_code, late.json()["current_version"]) == (412, 2)
        async with harness.units.begin() as unit:
            assert not await rulebooks.put_in_force(unit, book_with(2), WHY, None)


@pytest.mark.rule("R72")
async def test_a_faulty_book_is_refused_with_every_fault_and_nothing_is_stored(database_url):
    async with supervisor(database_url) as harness:
        before = await harness.emitted()
        faulty = body(statutory={"enabled": False}, numbers={"pre_alert_percent": 101})
        answer = await revise(harness, faulty, 1)
        assert (answer.status_code, answer.json()["code"]) == (422, "rulebook-faulty")
        assert {error["pointer"] for error in answer.json()["errors"]} == {
            *("/alerts/3/enabled", "/numbers/pre_alert_percent")
        }
        assert "行政许可法" in answer.text
        assert (await revise(harness, body() | {"reason": " "}, 1)).status_code == 422
        assert await rows(harness, "SELECT version FROM rulebooks") == [{"version": 1}]
        assert await harness.emitted() == before


@pytest.mark.rule("R70", "R71", "R72", "R77")
async def test_alerts_raised_after_a_revision_follow_it_and_those_before_stay(database_url):
    async with supervisor(database_url) as harness:
        await tell(harness, *open_case())
        harness.clock.move_to(at(3, 13, 0))
        await harness.fire_timers()
        revised = body(pre_alert={"level": "yellow"}, promised={"level": "red", "text": "承诺已过。", "answer_days": 1})
        assert (await revise(harness, revised, 1)).status_code == 200
        await harness.fire_timers()
        harness.clock.move_to(at(3, 17, 0))
        await harness.fire_timers()
        assert await raised(harness) == [("pre-alert", "blue", 1), ("promised", "red", 2)]
        red = (await harness.events(monitor.AlertRaised))[-1]
        assert (red.reason, str(red.answer_by)) == ("承诺已过。", "2026-03-18")


@pytest.mark.rule("R70")
async def test_what_was_raised_under_an_earlier_book_stays_and_is_not_raised_again(database_url):
    """The book takes back nothing: a rule that is switched off speaks no more, that is all."""
    async with supervisor(database_url) as harness:
        await tell(harness, *open_case())
        harness.clock.move_to(at(3, 13, 0))
        await harness.fire_timers()
        assert (await revise(harness, body(pre_alert={"enabled": False}), 1)).status_code == 200
        await harness.fire_timers()
        assert (await revise(harness, body(numbers={"pre_alert_percent": 99}), 2)).status_code == 200
        harness.clock.move_to(at(3, 16, 12))
        await harness.fire_timers()
        assert await raised(harness) == [("pre-alert", "blue", 1)]
        assert await harness.events(monitor.AlertLifted) == []


@pytest.mark.rule("R70")
async def test_a_changed_threshold_moves_the_rungs_of_open_cases(database_url):
    """Ten days from 2 March: half of them are used on Monday the 9th, ninety per cent on the 13th."""
    async with supervisor(database_url, at(3, 6)) as harness:
        await tell(harness, *open_case())
        assert (await revise(harness, body(numbers={"pre_alert_percent": 50}), 1)).status_code == 200
        await harness.fire_timers()
        harness.clock.move_to(at(3, 9, 0))
        await harness.fire_timers()
        assert await raised(harness) == [("pre-alert", "blue", 2)]


async def test_a_rule_that_is_switched_off_raises_nothing_and_takes_its_rungs_away(database_url):
    async with supervisor(database_url, at(3, 6)) as harness:
        await tell(harness, *open_case())
        assert (await revise(harness, body(pre_alert={"enabled": False}), 1)).status_code == 200
        await harness.fire_timers()
        standing = [row["rung"] for row in await rows(harness, "SELECT rung FROM rungs")]
        assert sorted(standing) == ["long-over", "promised", "statutory"]
        harness.clock.move_to(at(3, 16))
        await harness.fire_timers()
        assert await raised(harness) == []


@pytest.mark.rule("R78")
async def test_a_revision_wakes_no_clock_that_stands(database_url):
    async with supervisor(database_url, at(3, 6)) as harness:
        await tell(harness, *open_case(paused(at(3, 4))))
        assert (
            await revise(harness, body(numbers={"pre_alert_percent": 10, "red_after_days": 1}), 1)
        ).status_code == 200
        for day in (9, 16, 30):
            harness.clock.move_to(at(3, day))
            await harness.fire_timers()
        assert await raised(harness) == []


async def test_a_supervisor_that_has_learnt_new_rules_adds_them_to_the_centres_book(database_url):
    async with supervisor(database_url) as harness:
        assert (await revise(harness, body(numbers={"red_after_days": 5}), 1)).status_code == 200
        stored = body(numbers={"red_after_days": 5})
        stored["alerts"] = [row for row in stored["alerts"] if row["code"] != "several-doors"]
        async with harness.units.begin() as unit:
            kept = {name: stored[name] for name in ("alerts", "findings", "schemes", "numbers")}
            table = rulebooks.rulebooks
            await unit.execute(table.update().where(table.c.version == 2).values(body=kept))
    async with supervisor(database_url) as harness:
        shown = (await ask(harness, "/rulebook")).json()
        assert shown["revision"]["version"] == 3
        assert shown["numbers"]["red_after_days"] == 5
        assert "several-doors" in {row["code"] for row in shown["alerts"]}
