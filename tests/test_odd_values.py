"""Values that generators seldom find: the ends of the calendar, foreign digits, numbers too large for a database.

In every parameter of every route of every service, on both databases: refused or answered, never a broken service.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.furniture import ROOMS
from tests.support.rooms import Operation, Room, as_sent

ODD = (
    "0001-01-01T00:00:00+14:00~A1",  # before the first instant that UTC can say
    "9999-12-31T23:59:59.999999-14:00~A1",
    "9999-12-31~A1",
    "2026-09-01T00:00:00~A1",
    "2026-W36-1~R1",
    "٣~2026-01-01~a",
    "3~0001-01-01~a",
    "²~2026-01-01~a",
    "a/²/b",
    "a/2147483648/b",
    "9223372036854775808",
    "-9223372036854775809",
    "9" * 190,
    "NaN",
    "~~",
    "' OR 1=1 --",
    "\x01",
    "\U0010ffff",
)
ODD_HEADERS = (
    b"",
    b"9" * 400,
    b"-1",
    b"\xb2",
    b"\xe9\xff",
    b"1e999",
    b"nan",
    b"253402300800",
    b"99999999999",
    b'"' * 9,
)
BANK = tuple(f"Bank-{name}" for name in ("Timestamp", "Nonce", "Serial", "Signature"))
SIGNATURES = {
    "POST /bank/messages": BANK,
    "POST /statements": BANK,
    "POST /sms/receipts/{gateway}": tuple(f"webhook-{name}" for name in ("id", "timestamp", "signature")),
}


@pytest.fixture(params=sorted(ROOMS))
async def room(
    request: pytest.FixtureRequest, database_of: Callable[[str], str], tmp_path: Path
) -> AsyncIterator[Room]:
    async with ROOMS[request.param](database_of(request.param), tmp_path) as opened:
        yield opened


def parameters(room: Room, operation: Operation) -> Iterator[tuple[str, str]]:
    document: Any = room.harness.service.app.openapi()["paths"][operation.path][operation.method.lower()]
    for parameter in document.get("parameters", ()):
        yield parameter["in"], parameter["name"]
    for name in ("traceparent", "Accept", "Content-Length", *SIGNATURES.get(operation.label, ())):
        yield "header", name


def requests(room: Room, operation: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    """Address and options; one value is odd in each."""
    path = operation.path.format(**room.ids)
    signature = dict.fromkeys(SIGNATURES.get(operation.label, ()), "1")
    roles = operation.access.roles
    usual = signature | {"Idempotency-Key": "k", "If-Match": '"1"'} | (room.rightful(roles[0]) if roles else {})
    for place, name in parameters(room, operation):
        for value in ODD_HEADERS if place == "header" else ODD:
            if place == "query":
                yield path, {"params": {name: value}, "headers": usual}
            elif place == "path":
                yield operation.path.format(**{**room.ids, name: quote(value, safe="")}), {"headers": usual}
            else:
                yield path, {"headers": usual | {name: value}}


async def test_odd_values_break_nothing(room: Room) -> None:
    broken = []
    for operation in room.operations:
        if operation.documented and operation.path != "/stream":
            for url, options in requests(room, operation):
                sent = as_sent(room.bodies.get(operation.label))
                answer = await room.harness.client.request(operation.method, url, **sent, **options)
                if answer.status_code >= 500:
                    broken.append((operation.label, url, options, answer.status_code))
    assert broken == []
