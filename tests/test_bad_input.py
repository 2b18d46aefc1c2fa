"""Whatever is wrong with what is handed in: a problem document that says in Chinese what to do, and nothing has changed."""

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.furniture import ROOMS, intake
from tests.support.rooms import Operation, Room, as_sent
from tests.support.serving import serving
from yimen.web import Role

MUTATING = {"POST", "PUT", "PATCH", "DELETE"}
SIGNED = {"POST /bank/messages", "POST /sms/receipts/{gateway}"}
AT_HOME = {
    Role.OPERATOR,
    Role.SUPERVISOR,
    Role.LEADER,
    Role.CENTRE_ADMIN,
    Role.FEE_OFFICER,
    Role.TREASURER,
    Role.GOVERNMENT_HEAD,
}
"""To whom nothing of the service is strange."""

OWN_MAKING = {"POST /applications", "POST /agencies", "POST /files", "POST /drafts"}
TEN_MEGABYTES = 10 * 1024 * 1024
LARGER = {"POST /check": 21 * 1024 * 1024}
"""Where a whole paper may come."""
CHINESE = re.compile("[\u4e00-\u9fff]")
ADVICE = re.compile("请|应|须|限|不得|只能")


def problem_of(answer: httpx.Response, status: int, code: str | None = None) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["type"] == f"urn:yimen:problem:{problem['code']}"
    assert code in (None, problem["code"])
    assert CHINESE.search(problem["title"])
    assert ADVICE.search(problem["detail"]), problem["detail"]
    for error in problem.get("errors", ()):
        assert set(error) == {"in", "pointer", "message"}
        assert CHINESE.search(error["message"]), error
    return problem


class Sender:
    """The rightful one, whose requests are well-formed but for what a test puts wrong."""

    def __init__(self, room: Room, operation: Operation) -> None:
        self.room, self.operation = room, operation
        self.body = room.bodies.get(operation.label)

    async def send(self, body: Any = ..., *, content: Any = None, without: str = "", **changed: str) -> httpx.Response:
        roles = self.operation.access.roles
        who = self.room.rightful(roles[0]) if roles else {}
        usual = {"Idempotency-Key": str(uuid4()), "If-Match": '"1"', "Content-Type": "application/json"}
        headers = {name: value for name, value in (usual | who | changed).items() if name != without}
        if content is None:
            sent = self.body if body is ... else body
            content = sent if isinstance(sent, bytes) else json.dumps(sent)
        url = self.operation.path.format(**self.room.ids)
        return await self.room.harness.client.request(self.operation.method, url, headers=headers, content=content)

    @property
    def document(self) -> dict[str, Any]:
        paths = self.room.harness.service.app.openapi()["paths"]
        found: dict[str, Any] = paths[self.operation.path][self.operation.method.lower()]
        return found

    def required(self) -> list[str]:
        schema = self.document["requestBody"]["content"]["application/json"]["schema"]
        name = schema["$ref"].rpartition("/")[2]
        schemas = self.room.harness.service.app.openapi()["components"]["schemas"]
        found: list[str] = schemas[name].get("required", [])
        return found

    @property
    def takes_json(self) -> bool:
        return "415" in self.document["responses"]

    def asks_for(self, header: str) -> bool:
        return header in [parameter["name"] for parameter in self.document.get("parameters", ())]


@pytest.fixture(params=sorted(ROOMS))
async def room(
    request: pytest.FixtureRequest, database_of: Callable[[str], str], tmp_path: Path
) -> AsyncIterator[Room]:
    async with ROOMS[request.param](database_of(request.param), tmp_path) as opened:
        yield opened


@pytest.fixture
async def door(database_of: Callable[[str], str], tmp_path: Path) -> AsyncIterator[Room]:
    async with intake(database_of("intake"), tmp_path) as opened:
        yield opened


def senders(room: Room, *, closed: bool = True) -> Iterator[Sender]:
    for operation in room.operations:
        if operation.method in MUTATING and operation.documented and (bool(operation.access.roles) or not closed):
            yield Sender(room, operation)


async def chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(0, size, 65536):
        yield b" " * 65536


def odd_characters(body: Any) -> Iterator[Any]:
    """The body with each of these at the end of every string in turn."""
    for odd in ("\x00", "\x1b", "\x7f", "\u202e", "\ud800"):
        for found in _strings(body):
            yield json.loads(json.dumps(body).replace(json.dumps(found), json.dumps(found + odd)))


def _strings(body: Any) -> set[str]:
    if isinstance(body, str):
        return {body}
    parts = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    return set().union(*map(_strings, parts)) if parts else set()


# -- every route that changes something, of every service -------------------------------------------------------------


async def test_what_is_too_large_is_413_announced_or_not(room: Room) -> None:
    before = await room.contents()
    for sender in senders(room, closed=False):
        size = LARGER.get(sender.operation.label, TEN_MEGABYTES)
        problem_of(await sender.send(content=b" " * size), 413, "body-too-large")
        problem_of(await sender.send(content=chunks(size)), 413, "body-too-large")
    assert await room.contents() == before


async def test_what_is_not_json_is_refused(room: Room) -> None:
    before = await room.contents()
    for sender in filter(lambda one: one.takes_json, senders(room)):
        for kind in ("text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data"):
            problem_of(await sender.send(**{"Content-Type": kind}), 415, "unsupported-media-type")
        if "requestBody" in sender.document:
            for content in (b"{", b"{'a': 1}", b'{"a": 1} x', b"\xff\xfe", b"[" * 50_000, "{“a”: 1}".encode()):
                assert problem_of(await sender.send(content=content), 400)["code"] in ("malformed-json", "bad-request")
    assert await room.contents() == before


async def test_fields_that_are_unknown_missing_or_of_another_shape_are_pointed_at(room: Room) -> None:
    before = await room.contents()
    for sender in senders(room):
        if sender.body is None or not sender.takes_json:
            continue
        problem = problem_of(await sender.send({**sender.body, "amount": 1}), 422, "invalid-request")
        assert problem["errors"] == [{"in": "body", "pointer": "/amount", "message": "不认识的字段，请删去"}]
        for shape in ([], "text", 7, None, [sender.body]):
            problem_of(await sender.send(shape), 422, "invalid-request")
        for name in sender.required():
            less = {key: value for key, value in sender.body.items() if key != name}
            problem = problem_of(await sender.send(less), 422, "invalid-request")
            assert {"in": "body", "pointer": f"/{name}", "message": "必填"} in problem["errors"]
    assert await room.contents() == before


async def test_control_characters_are_refused_wherever_they_stand(room: Room) -> None:
    before = await room.contents()
    for sender in senders(room):
        for body in odd_characters(sender.body) if sender.body else ():
            problem_of(await sender.send(body), 422)
        for path in ("%00", "a%00b"):
            client, ids = room.harness.client, dict.fromkeys(room.ids, path)
            url = sender.operation.path.format(**ids)
            if url != sender.operation.path:
                problem_of(await client.request(sender.operation.method, url), 400, "nul-character")
    assert await room.contents() == before


async def test_a_step_names_the_version_that_it_starts_from(room: Room) -> None:
    before = await room.contents()
    for sender in senders(room):
        if sender.asks_for("If-Match"):
            problem_of(await sender.send(without="If-Match"), 428, "version-required")
            stale = problem_of(await sender.send(**{"If-Match": '"999999"'}), 412, "stale-version")
            assert stale["current_version"] < 999999
            for tag in ("*", "1", 'W/"1"', '"1", "2"', '"-1"', '""', '"' + "9" * 30 + '"'):
                problem_of(await sender.send(**{"If-Match": tag}), 400, "malformed-version")
    assert await room.contents() == before


async def test_what_creates_asks_for_a_key_that_means_one_request(room: Room) -> None:
    for sender in senders(room):
        if not sender.asks_for("Idempotency-Key"):
            continue
        await room.renew(sender.operation.label)
        sender.body = room.bodies.get(sender.operation.label)
        before = await room.contents()
        problem_of(await sender.send(without="Idempotency-Key"), 400, "idempotency-key-required")
        for key in ("", "a b", "k" * 201):
            problem_of(await sender.send(**{"Idempotency-Key": key}), 400, "malformed-idempotency-key")
        assert await room.contents() == before
        assert (await sender.send(**{"Idempotency-Key": "once"})).is_success
        after = await room.contents()
        other = {**(sender.body or {}), "more": 1}
        problem_of(await sender.send(other, **{"Idempotency-Key": "once"}), 422, "idempotency-key-reused")
        assert (await sender.send(**{"Idempotency-Key": "once"})).headers["Idempotency-Replayed"] == "true"
        assert await room.contents() == after


async def test_refusals_of_strangers_have_the_same_shape(room: Room) -> None:
    before = await room.contents()
    for operation in room.operations:
        for role in set(operation.access.roles) - AT_HOME:
            if operation.path != "/stream" and operation.label not in OWN_MAKING:
                headers = room.stranger(role) | {"If-Match": '"1"', "Idempotency-Key": "k"}
                url, body = operation.path.format(**room.ids), room.bodies.get(operation.label)
                answer = await room.harness.client.request(operation.method, url, headers=headers, **as_sent(body))
                if answer.status_code >= 400:
                    problem_of(answer, answer.status_code)
                assert answer.status_code in ((200, 403, 404) if operation.method == "GET" else (403, 404, 412))
        if operation.access.roles:
            problem_of(await room.harness.client.request(operation.method, operation.path), 401, "unauthenticated")
    assert {**(await room.contents())} == before


# -- the application at the door ----------------------------------------------------------------------------------------


def application(room: Room) -> tuple[Sender, dict[str, Any]]:
    (sender,) = (one for one in senders(room) if one.operation.label == "POST /applications")
    return sender, json.loads(json.dumps(sender.body))


@pytest.mark.rule("R01")
async def test_an_unknown_item_is_not_found(door: Room) -> None:
    sender, body = application(door)
    before = await door.contents()
    for code in ("1145072100000011539999999999999", "X", "-"):
        problem = problem_of(await sender.send({**body, "item_code": code}), 404, "not-found")
        assert "目录" in problem["detail"]
    assert await door.contents() == before


@pytest.mark.rule("R04")
async def test_everything_that_is_missing_is_named_in_one_answer(door: Room) -> None:
    sender, body = application(door)
    before = await door.contents()
    item = (await door.harness.client.get(f"/items/{body['item_code']}")).json()
    required = [material["name"] for material in item["materials"] if material["required"]]
    assert len(required) > 2
    problem = problem_of(await sender.send({**body, "materials": []}), 422, "materials-missing")
    assert [name for name in required if name not in problem["detail"]] == []
    assert await door.contents() == before


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("person", "110105194912310021"),  # check digit X
        ("person", "11010519491331002X"),  # no such month
        ("person", "99010519491231002X"),
        ("person", "' OR 1=1 --"),
        ("organisation", "91360722MA35K8XQ2L"),  # check character K
        ("organisation", "91360722MA35K8XQ2"),
        ("organisation", "11010519491231002X"),
        ("person", "91360722MA35K8XQ2K"),
    ],
)
async def test_an_identification_with_a_wrong_check_digit_is_pointed_at(door: Room, kind: str, number: str) -> None:
    sender, body = application(door)
    before = await door.contents()
    body["applicant"] |= {"type": kind, "id_number": number}
    problem = problem_of(await sender.send(body), 422, "invalid-identification")
    assert problem["errors"][0]["pointer"] == "/applicant/id_number"
    assert number not in json.dumps(problem, ensure_ascii=False), "personal data is not repeated in refusals"
    assert await door.contents() == before


async def test_numbers_beyond_every_measure_are_refused(door: Room) -> None:
    sender, body = application(door)
    before = await door.contents()
    for copies in (0, -1, 100, 2**31, 2**63, 10**400, 1.5, "1e3", True, None, float("1e300")):
        body["materials"][0]["copies"] = copies
        problem = problem_of(await sender.send(body), 422, "invalid-request")
        assert problem["errors"][0]["pointer"] == "/materials/0/copies", copies
    assert await door.contents() == before


# -- over a real connection ---------------------------------------------------------------------------------------------


def test_ten_megabytes_without_a_length_are_refused_over_the_wire(tmp_path: Path) -> None:
    """The server answers while the sender still sends."""
    with serving(intake(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}", tmp_path)) as served:
        headers = served.room.rightful(Role.CITIZEN) | {"Content-Type": "application/json", "Idempotency-Key": "k"}
        with httpx.Client(base_url=served.address, trust_env=False) as client:
            parts = (b" " * 65536 for _ in range(TEN_MEGABYTES // 65536))
            problem_of(client.post("/applications", content=parts, headers=headers), 413, "body-too-large")
            problem_of(client.post("/applications", content=b" " * TEN_MEGABYTES, headers=headers), 413)
