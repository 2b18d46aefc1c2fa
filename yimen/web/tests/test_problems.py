"""Whatever is wrong with a request, the answer has the same shape, and says what to do."""

import json
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from yimen.errors import NotNow, Refusal, Unfit
from yimen.web import Role, allow_anyone, create_app, new_router


def check_shape(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["type"] == f"urn:yimen:problem:{code}"
    assert problem["instance"] == answer.request.url.path
    assert any("\u4e00" <= letter <= "\u9fff" for letter in problem["title"])
    return problem


async def post(world: Any, content: bytes | str, **headers: str) -> Any:
    usual = {"Content-Type": "application/json"} | world.headers(Role.CITIZEN, key="k")
    return await world.client.post("/notes", content=content, headers=usual | headers)


async def errors(world: Any, body: Any) -> dict[str, str]:
    problem = check_shape(await post(world, json.dumps(body)), 422, "invalid-request")
    assert all(error["in"] == "body" for error in problem["errors"])
    return {error["pointer"]: error["message"] for error in problem["errors"]}


async def test_each_wrong_field_is_pointed_at_in_chinese(world: Any) -> None:
    lines = [{"code": "a", "quantity": 1}, {"code": "", "quantity": 101, "a/b~c": 1}, {"quantity": "1.5"}, 7]
    assert await errors(world, {"lines": lines}) == {
        "/text": "必填",
        "/lines/1/code": "至少1个字",
        "/lines/1/quantity": "不得大于100",
        "/lines/1/a~1b~0c": "不认识的字段，请删去",
        "/lines/2/code": "必填",
        "/lines/2/quantity": "应为整数",
        "/lines/3": "应为对象",
    }


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"text": "x" * 201}, {"/text": "至多200个字"}),
        ({"text": None}, {"/text": "应为文字"}),
        ({"text": "a", "lines": {}}, {"/lines": "应为列表"}),
        ({"text": "a", "lines": [{"code": "a", "quantity": 0}]}, {"/lines/0/quantity": "不得小于1"}),
        ({"text": "a", "lines": [{"code": "a", "quantity": 10**30}]}, {"/lines/0/quantity": "不得大于100"}),
        ([], {"": "应为对象"}),
        ("text", {"": "应为对象"}),
        (None, {"": "应为对象"}),
    ],
)
async def test_what_pydantic_finds_is_told_in_words(world: Any, body: Any, found: dict[str, str]) -> None:
    assert await errors(world, body) == found


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "a\udfffb", "\x1b[31m", "a\x07", "\x85", "\u202e三张"])
async def test_characters_that_no_database_takes_or_no_screen_shows_are_refused(world: Any, text: str) -> None:
    assert list(await errors(world, {"text": text})) == [""]
    assert list(await errors(world, {"text": "a", "lines": [{"code": text, "quantity": 1}]})) == [""]
    assert list(await errors(world, {"text": "a", text: "b"})) == [""]


async def test_lines_and_characters_beyond_the_basic_plane_are_welcome(world: Any) -> None:
    assert (await world.write("𠮷😀")).status_code == 201
    assert (await world.write("第一行\r\n\t第二行", key="k2")).status_code == 201


async def test_a_wrong_query_says_where(world: Any) -> None:
    problem = check_shape(await world.client.get("/notes?limit=11"), 422, "invalid-request")
    assert problem["errors"] == [{"in": "query", "pointer": "/limit", "message": "不得大于10"}]


@pytest.mark.parametrize("content", [b"{", b"{'text': 1}", b"", b"[" * 100_000, b'{"text": "a"} x'])
async def test_what_is_not_json_is_refused(world: Any, content: bytes) -> None:
    answer = await post(world, content)
    assert answer.status_code == (400 if content else 422)
    check_shape(answer, answer.status_code, answer.json()["code"])


async def test_json_in_another_encoding_is_refused(world: Any) -> None:
    answer = await post(world, '{"text": "便笺"}'.encode("gb18030"))
    check_shape(answer, 400, "bad-request")


async def test_an_unknown_address_and_an_unknown_method_have_the_same_shape(world: Any) -> None:
    check_shape(await world.client.get("/nowhere"), 404, "not-found")
    answer = await world.client.request("DELETE", "/notes")
    check_shape(answer, 405, "method-not-allowed")
    assert set(answer.headers["allow"].split(", ")) & {"GET", "POST"}
    check_shape(await world.client.get("/notes/"), 404, "not-found")


async def test_who_may_not_is_told_who_may(world: Any) -> None:
    answer = await world.client.post("/notes", json={"text": "a"}, headers=world.headers(Role.TREASURER, key="k"))
    problem = check_shape(answer, 403, "forbidden")
    assert "办事群众" in problem["detail"]
    assert "窗口人员" in problem["detail"]
    assert "财政人员" in problem["detail"]
    assert problem["allowed_roles"] == ["citizen", "window_clerk"]


async def test_a_problem_raised_by_a_handler_undoes_its_work(either_world: Any) -> None:
    answer = await either_world.client.post("/notes/breaking?how=problem")
    assert check_shape(answer, 409, "no")["colour"] == "red"
    assert await either_world.count() == 0


async def test_a_defect_undoes_its_work_and_tells_nothing_of_its_inside(either_world: Any) -> None:
    answer = await either_world.client.post("/notes/breaking?how=defect")
    check_shape(answer, 500, "unforeseen")
    assert "secret" not in answer.text
    assert await either_world.count() == 0


async def test_an_outage_asks_to_come_back(world: Any) -> None:
    answer = await world.client.post("/notes/breaking?how=outage")
    check_shape(answer, 503, "try-again")
    assert answer.headers["retry-after"] == "5"
    assert "secret" not in answer.text


@pytest.mark.real
async def test_a_database_that_has_gone_is_an_outage(postgres_world: Any) -> None:
    url = postgres_world.units.database.url.set(port=1)
    postgres_world.app.state.units.database = type(postgres_world.units.database)(url.render_as_string(False))
    check_shape(await postgres_world.client.get("/notes"), 503, "try-again")
    check_shape(await postgres_world.write(), 503, "try-again")


async def close(world: Any, tag: str | None) -> Any:
    headers = world.headers(Role.WINDOW_CLERK) | ({} if tag is None else {"If-Match": tag})
    return await world.client.post("/notes/a/closing", headers=headers)


async def test_a_transition_from_the_version_that_was_seen_succeeds(world: Any) -> None:
    answer = await close(world, '"3"')
    assert (answer.status_code, answer.headers["etag"]) == (200, '"4"')


async def test_a_transition_from_an_older_version_is_told_the_present_one(world: Any) -> None:
    answer = await close(world, '"2"')
    assert check_shape(answer, 412, "stale-version")["current_version"] == 3
    assert answer.headers["etag"] == '"3"'


async def test_a_transition_must_name_a_version(world: Any) -> None:
    check_shape(await close(world, None), 428, "version-required")


@pytest.mark.parametrize("tag", ["*", 'W/"3"', "3", '""', '"3", "4"', '"-1"', '"03"', '"' + "9" * 19 + '"'])
async def test_only_one_strong_tag_of_ours_names_a_version(world: Any, tag: str) -> None:
    check_shape(await close(world, tag), 400, "malformed-version")


@pytest.mark.parametrize(("kind", "status"), [(NotNow, 409), (Unfit, 422)])
async def test_a_rule_that_forbids_is_told_with_its_reasons(kind: type[Refusal], status: int) -> None:
    router = new_router()

    @router.post("/moves", dependencies=[allow_anyone()])
    async def move() -> None:
        raise kind("already-decided", "该审查已经答复", "请刷新后查看。", allowed=["A"])

    transport = ASGITransport(app=create_app(title="t", version="1", routers=[router]))
    async with AsyncClient(transport=transport, base_url="http://hall.test") as client:
        problem = check_shape(await client.post("/moves", json={}), status, "already-decided")
    assert (problem["detail"], problem["allowed"]) == ("请刷新后查看。", ["A"])
