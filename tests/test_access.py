"""A stranger's token opens nothing: every route is walked with every role.

Everything that is asked here is well-formed and about things that exist, so that only the missing right stands between
the caller and the answer; at the end the rightful ones make the same requests, and are let in.
"""

import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from deploy.embedded import Hall, build_hall
from tests.support.furniture import ROOMS
from tests.support.one_look import OneLook
from tests.support.rooms import IN_DEPARTMENTS, Operation, Room, operations_of
from yimen.web import Role
from yimen.web.testing import TestIssuer

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERYWHERE = {"GET /healthz", "GET /readyz", "GET /metrics", "GET /docs"}
SIGNED = {"POST /bank/messages", "POST /sms/receipts/{gateway}"}
"""Nobody signs in here: who speaks is known by the signature on the message."""

PUBLIC = {
    "intake": {
        *("GET /items", "GET /items/{item_code}", "GET /progress/{case_number}"),
        *("GET /items/kept-out", "GET /catalogue.yaml", "GET /catalogue.csv", "GET /windows"),
        *("GET /results", "GET /announcements", "GET /calendar/{year}", "GET /files/{token}"),
        *("GET /licences/{licence_number}", "GET /announcements/{announcement_id}"),
    },
    "approval": set(),
    "fees": {
        *("GET /standards", "GET /payments/{payment_code}", "POST /bank/messages"),
        *("POST /payments/{payment_code}/inquiry", "POST /payments/{payment_code}/relief-request"),
        *("POST /payments/{payment_code}/refund-request", "POST /payments/{payment_code}/dispute"),
    },
    "monitor": {
        *(
            "GET /statistics/public",
            "GET /statistics/board",
            "GET /journal/keys",
            "GET /journal/seals",
            "GET /journal/seals/{seal_number}",
            "GET /journal/seals/{seal_number}/inclusion",
            "GET /journal/seals/{seal_number}/consistency",
            "GET /records/{case_number}",
        ),
        *("POST /complaints", "GET /complaints/{complaint_number}/progress"),
        *("POST /complaints/{complaint_number}/withdrawal", "GET /indicators", "PUT /tablets/{ticket}"),
        *("PUT /ratings/{case_number}/{stage}", "POST /consultations", "GET /consultations"),
        "GET /consultations/{consultation_number}/progress",
    },
    "notify": {
        *("POST /sms/receipts/{gateway}", "GET /check", "POST /check", "GET /documents/check/{document_id}"),
        *("POST /cases/{case_number}/documents", "GET /documents/links/{token}/{document_id}"),
        "POST /cases/{case_number}/inbox",
    },
}
OWN_ONLY = {
    "intake": {
        *("GET /cases", "GET /my/cases", "GET /agencies", "GET /projects", "GET /drafts"),
        *("GET /my/licences", "GET /item-reports"),
        *("GET /ledgers/acceptance", "GET /ledgers/acceptance.csv"),
        *("GET /ledgers/service", "GET /ledgers/service.csv"),
    },
    "fees": {"GET /reliefs"},
    "monitor": {
        *(
            "GET /cases",
            "GET /alerts",
            "GET /orders",
            "GET /inspections",
            "GET /attendance",
            "GET /worklist",
            "GET /summary",
            "GET /statistics/overview",
            "GET /statistics/departments",
            "GET /statistics/items",
            "GET /statistics/days",
            "GET /statistics/stages",
            "GET /statistics/bottlenecks",
            "GET /appeals",
            "GET /windows",
            "GET /imports",
            "GET /complaints",
            "GET /ratings",
            "GET /satisfaction",
            "GET /consultations/queue",
        ),
    },
    "notify": {"GET /subscriptions", "GET /feed", "GET /feed/positions", "GET /stream", "GET /documents", "GET /inbox"},
}
"""Asked by whoever may, these show what is the caller's own; a stranger owns nothing."""

OWN_MAKING = {"POST /applications", "POST /agencies", "POST /files", "POST /drafts"}
"""Whoever may ask makes a thing of their own, and needs no other's."""

FOR_ALL_OF_THEM = {"GET /rulebook", "GET /rulebooks", "GET /rulebooks/{version}"}
"""The same for everyone who may ask: the rules by which they are judged."""

OPERATORS = 12
"""Routes that the kit gives to every service."""

COUNTS = {"intake": 72, "approval": 21 + OPERATORS, "fees": 54, "monitor": 92, "notify": 40}


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=sorted(ROOMS))
async def room(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    folder = tmp_path_factory.mktemp(request.param)
    async with ROOMS[request.param](f"sqlite+aiosqlite:///{folder / 'test.db'}", folder) as opened:
        yield opened


async def knock(room: Room, operation: Operation, headers: dict[str, str]) -> tuple[int, str]:
    """The whole stream, where there is one, from its beginning."""
    if operation.path != "/stream":
        return await room.ask(operation, headers)
    room.harness.service.context.hub = OneLook(room.harness.service.database)
    return await room.ask(operation, headers, params={"after": 0})


NO_THINGS = {"gateway", "kind", "month", "quarter", "stage", "version"}
"""What fills a path and is nobody's."""


def tells_of(room: Room, text: str) -> list[str]:
    """Which of the room's things an answer names: as a value, or, where it is long enough to be nothing else, within one. In
    what is no JSON document (a stream, a table), wherever it stands."""
    things = [one for name, one in room.ids.items() if name not in NO_THINGS]
    try:
        values = list(strings(json.loads(text)))
    except ValueError:
        return [one for one in things if len(one) > 3 and one in text]
    return [one for one in things if any(one == value or (len(one) > 9 and one in value) for value in values)]


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for below in value.values() if isinstance(value, dict) else value:
            yield from strings(below)


def closed_routes(room: Room) -> list[Operation]:
    return [operation for operation in room.operations if operation.access.roles]


async def test_every_route_says_who_may_call_and_its_document_says_the_same(room: Room) -> None:
    documented = room.harness.service.app.openapi()["paths"]
    told = {
        f"{method.upper()} {path}": operation.get("x-allowed-roles", [])
        for path, operations in documented.items()
        for method, operation in operations.items()
    }
    assert told == {one.label: [*map(str, one.access.roles)] for one in room.operations if one.documented}
    assert len(told) == COUNTS[room.name] + OPERATORS, (
        "a route came or went: is what is written about it here still true?"
    )
    assert {one.label for one in room.operations if not one.access.roles} == PUBLIC[room.name] | EVERYWHERE
    assert {one.label for one in room.operations if not one.documented} == EVERYWHERE


def worthless_tokens(room: Room) -> dict[str, str]:
    """Each is wrong in one way only."""
    ours, forger = room.harness.issuer, TestIssuer()
    everybody = {"departments": [room.department], "id": room.person}
    now = int(time.time())
    good = ours.token(*Role, **everybody)
    head, body, signature = good.split(".")
    return {
        "none at all": "",
        "not a token": "Bearer open-sesame",
        "another scheme": f"Basic {good}",
        "without signature": f"Bearer {head}.{body}.",
        "signature cut short": f"Bearer {head}.{body}.{signature[:-8]}",
        "signed by another key": f"Bearer {forger.token(*Role, **everybody)}",
        "expired": f"Bearer {ours.token(*Role, **everybody, exp=now - 3600)}",
        "not yet valid": f"Bearer {ours.token(*Role, **everybody, nbf=now + 3600)}",
        "of another issuer": f"Bearer {ours.token(*Role, **everybody, iss='https://elsewhere.test')}",
        "for another audience": f"Bearer {ours.token(*Role, **everybody, aud='bank')}",
    }


async def test_nothing_closed_opens_without_a_valid_token(room: Room) -> None:
    before = await room.contents()
    wrong = []
    for operation in closed_routes(room):
        for fault, token in worthless_tokens(room).items():
            status, text = await knock(room, operation, {"Authorization": token} if token else {})
            if status != 401 or "urn:yimen:problem:unauthenticated" not in text:
                wrong.append((operation.label, fault, status))
    assert wrong == []
    assert await room.contents() == before


async def test_nothing_opens_to_a_role_that_is_not_named(room: Room) -> None:
    """Even to the one who serves the department and has the id of the owner."""
    before = await room.contents()
    answers = {}
    for operation in closed_routes(room):
        for role in set(Role) - set(operation.access.roles):
            answers[operation.label, role] = (await knock(room, operation, room.rightful(role)))[0]
    assert {place: status for place, status in answers.items() if status != 403} == {}
    assert await room.contents() == before


async def test_a_token_without_any_role_opens_nothing(room: Room) -> None:
    for operation in closed_routes(room):
        for claims in ({}, {"roles": "supervisor"}, {"roles": ["root", "SUPERVISOR"]}, {"roles": {"supervisor": 1}}):
            token = room.harness.issuer.token(departments=[room.department], id=room.person, **claims)
            status, _ = await knock(room, operation, {"Authorization": f"Bearer {token}"})
            assert status == 403, (operation.label, claims)


async def test_nothing_of_one_department_opens_to_another_nor_of_one_citizen_to_another(room: Room) -> None:
    """The right role, but of somebody who has nothing to do with the thing."""
    before = await room.contents()
    wrong = []
    for operation in closed_routes(room):
        for role in sorted(set(operation.access.roles) & IN_DEPARTMENTS):
            if operation.label in OWN_MAKING | FOR_ALL_OF_THEM:
                continue
            status, text = await knock(room, operation, room.stranger(role))
            if operation.label in OWN_ONLY.get(room.name, ()):
                refused = status == 200 and not tells_of(room, text)
            else:
                refused = status in (403, 404)
            if not refused:
                wrong.append((operation.label, str(role), status))
    assert wrong == []
    assert await room.contents() == before


async def test_citizens_learn_no_more_of_others_cases_than_of_none(room: Room) -> None:
    """403 would tell that the case is there."""
    for operation in closed_routes(room):
        if Role.CITIZEN in operation.access.roles and "{" in operation.path:
            theirs = await knock(room, operation, room.stranger(Role.CITIZEN))
            unknown = {name: "9999990" if id.isdigit() else "45072120261123L9999990" for name, id in room.ids.items()}
            existing, room.ids = room.ids, unknown
            nobodys = await knock(room, operation, room.stranger(Role.CITIZEN))
            room.ids = existing
            assert theirs[0] == nobodys[0] == 404
            told, nothing = json.loads(theirs[1]), json.loads(nobodys[1])
            assert told | {"instance": ""} == nothing | {"instance": ""}


async def test_messages_from_outside_are_known_by_their_signature(room: Room) -> None:
    before = await room.contents()
    for operation in room.operations:
        if operation.label in SIGNED:
            for headers in ({}, room.rightful(Role.OPERATOR), {"webhook-id": "1", "webhook-signature": "v1,AAAA"}):
                assert (await knock(room, operation, headers))[0] == 401
    assert await room.contents() == before


@pytest.mark.parametrize("room", ["fees"], indirect=True)
async def test_whoever_opened_a_fee_list_does_not_verify_it(room: Room) -> None:
    (verify,) = (one for one in room.operations if one.path == "/lists/{list_id}/verification")
    before = await room.contents()
    opener = room.harness.as_(Role.FEE_OFFICER, departments=["fire"], id="clerk-fire")
    assert (await room.ask(verify, opener))[0] == 403
    assert await room.contents() == before


async def test_the_rightful_are_let_in(room: Room) -> None:
    """What was asked above in vain was asked well. Last in this file: it uses the things up."""
    answers, shown = {}, set()
    for operation in closed_routes(room):
        for role in operation.access.roles:
            status, text = await knock(room, operation, room.rightful(role))
            if status >= 300:  # used up, or not ready for it
                await room.renew(operation.label, role)
                status, text = await knock(room, operation, room.rightful(role))
            answers[operation.label, str(role)] = status
            shown |= {operation.label} if tells_of(room, text) else set()
    assert {place: status for place, status in answers.items() if status >= 300} == {}
    assert OWN_ONLY.get(room.name, set()) <= shown, "who owns something sees it where strangers saw nothing"


# -- the hall's front ---------------------------------------------------------------------------------------------------


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return build_hall(tmp_path, "http://127.0.0.1:1")


async def test_the_hall_answers_at_its_own_addresses_only(hall: Hall) -> None:
    single = {"/intake", "/fees", "/monitor", "/notify"}
    played = {"/identity", "/bank", "/bank-control", "/sms", "/sms2", "/mail"}
    pages = {"/services", "/hall.json", "/assets", "/{path:path}"}
    assert {route.path for route in hall.app.routes} == {"/approval", *pages, *played, *single}
    strange = [
        "/admin", "/docs", "/openapi.json", "/redoc", "/metrics", "/healthz", "/readyz", "/clock", "/items", "/cases",
        "/static/x", "/.env", "/.git/config", "/var/intake.db", "/intake.db", "/clock", "/intakes/items", "//",
        "/%2e%2e/etc/passwd", "/intake/../../etc/passwd", "/intake/%2e%2e/fees/lists", "/identity.key", "/sms.sqlite3",
    ]  # fmt: skip
    transport = httpx.ASGITransport(hall.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hall.test") as client:
        for path in strange:
            for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
                answer = await client.request(method, httpx.URL(f"http://hall.test{path}"))
                assert answer.status_code == 404, (method, path, answer.status_code)


async def test_the_clock_moves_for_its_keeper_only(hall: Hall) -> None:
    for service in hall.services.values():
        roles = {one.label: one.access.roles for one in operations_of(service.app) if one.path == "/clock"}
        assert roles == {"GET /clock": (), "PUT /clock": (Role.CLOCK_KEEPER,)}
