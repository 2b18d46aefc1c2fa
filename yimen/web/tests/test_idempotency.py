"""A POST that creates takes effect once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from yimen.web import Role, forget_old_answers


async def test_a_repeated_request_gets_the_same_answer_and_takes_effect_once(either_world: Any) -> None:
    first = await either_world.write()
    again = await either_world.write()
    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"] == "/notes/a"
    assert again.headers["content-type"] == first.headers["content-type"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert await either_world.count() == 1


async def test_the_same_key_with_another_body_is_refused(either_world: Any) -> None:
    await either_world.write("a")
    other = await either_world.write("b")
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency-key-reused"
    assert await either_world.count() == 1


async def test_the_same_key_of_another_caller_is_another_key(world: Any) -> None:
    await world.write("a", id="u1")
    assert (await world.write("b", id="u2")).status_code == 201
    assert await world.count() == 2


async def test_a_request_that_comes_while_the_first_is_at_work_is_told_so(either_world: Any) -> None:
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        inside.set()
        await go_on.wait()

    either_world.gate.before_answer = hold
    first = asyncio.create_task(either_world.write())
    await inside.wait()
    second = await either_world.write()
    go_on.set()
    assert (await first).status_code == 201
    assert second.status_code == 409
    assert second.json()["code"] == "request-in-flight"
    assert second.headers["retry-after"] == "1"
    assert await either_world.count() == 1


@pytest.mark.real
async def test_another_process_at_work_on_the_key_is_seen_on_postgres(postgres_world: Any) -> None:
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        inside.set()
        await go_on.wait()

    postgres_world.gate.before_answer = hold
    first = asyncio.create_task(postgres_world.write())
    await inside.wait()
    postgres_world.app.state.at_work.clear()  # what another process would know: nothing
    second = await postgres_world.write()
    go_on.set()
    assert (await first).status_code == 201
    assert (second.status_code, second.json()["code"]) == (409, "request-in-flight")
    assert await postgres_world.count() == 1


async def test_many_at_once_create_one(either_world: Any) -> None:
    answers = await asyncio.gather(*(either_world.write() for _ in range(12)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert any(answer.status_code == 201 for answer in answers)
    assert await either_world.count() == 1


async def test_a_request_that_failed_may_be_repeated_under_its_key(world: Any) -> None:
    async def fail() -> None:
        raise ConnectionResetError

    world.gate.before_answer = fail
    assert (await world.write()).status_code == 503
    assert await world.count() == 0
    world.gate.before_answer = None
    again = await world.write()
    assert again.status_code == 201
    assert "idempotency-replayed" not in again.headers


async def test_a_key_is_kept_for_a_day_of_real_time(world: Any) -> None:
    await world.write()
    world.units.clock.advance(timedelta(days=400))  # the hall's clock moves; the caller's retry does not
    world.real_clock.advance(timedelta(hours=23, minutes=59))
    assert (await world.write()).headers["idempotency-replayed"] == "true"
    world.real_clock.advance(timedelta(minutes=1))
    assert "idempotency-replayed" not in (await world.write()).headers
    assert await world.count() == 2


async def test_old_answers_are_forgotten_and_young_ones_kept(world: Any) -> None:
    await world.write(key="old")
    world.real_clock.advance(timedelta(hours=25))
    await world.write(key="young")
    async with world.units.begin() as unit:
        assert await forget_old_answers(unit, world.real_clock.now()) == 1
    assert (await world.write(key="young")).headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (None, "idempotency-key-required"),
        ("", "malformed-idempotency-key"),
        ("a b", "malformed-idempotency-key"),
        ("x" * 201, "malformed-idempotency-key"),
        ("é", "malformed-idempotency-key"),
    ],
)
async def test_a_missing_or_odd_key_is_refused(world: Any, key: str | None, code: str) -> None:
    headers = {**world.headers(Role.CITIZEN), **({} if key is None else {"Idempotency-Key": key.encode("latin-1")})}
    answer = await world.client.post("/notes", json={"text": "a"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_a_key_of_two_hundred_characters_will_do(world: Any) -> None:
    assert (await world.write(key="~" * 200)).status_code == 201


async def test_an_odd_host_header_makes_no_other_key(world: Any) -> None:
    await world.write()
    headers = world.headers(Role.CITIZEN, key="k") | {"Host": "notes/elsewhere?x="}
    again = await world.client.post("/notes", json={"text": "a"}, headers=headers)
    assert again.headers.get("idempotency-replayed") == "true"
