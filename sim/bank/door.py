"""The door through which fees comes in: who knocks is checked, what is answered is signed, and some answers go wrong.

Guarantees: below /orders, /refunds, /remittances and /statements every answer, whatever its status, carries the bank's
signature over its bytes, unless a fault was to take it away; every such fault is in the journal.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sim.bank import wire
from sim.bank.gate import Gate
from sim.bank.manners import ANSWER_FAULTS, Fault
from sim.bank.teller import Bank

LARGEST_BYTES: Final = 64 * 1024
_ROOMS: Final = {"orders": "order", "refunds": "refund", "remittances": "remittance", "statements": "statement"}


class Silence(httpx.ReadTimeout):
    """What a caller in the same process sees when no answer comes in time."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`operation`: order, closing, order_query, refund, refund_query, remittance, remittance_query, statement."""

    operation: str
    subject: str
    content: dict[str, Any]


class Door:
    def __init__(self, app: ASGIApp, bank: Bank) -> None:
        self._app = app
        self._bank = bank
        self._gate = Gate(bank.hall_key, bank.clock)
        self._asked: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = _path(scope) if scope["type"] == "http" else ""
        if path.split("/")[1:2] == [] or path.split("/")[1] not in _ROOMS:
            return await self._app(scope, receive, send)
        request = Request(scope, receive)
        answer = await self._answer(request, path, await request.body())
        return await answer(scope, receive, send)

    async def _answer(self, request: Request, path: str, body: bytes) -> Response:
        if len(body) > LARGEST_BYTES:
            return self._signed(_no(413, "报文过大。"))
        if not self._gate.admits(request.method, path, request.headers, body):
            return self._signed(_no(401, "请求未通过签名验证。"))
        asked = _asked(request.method, path, body)
        fault = self._fault(asked) if self._bank.mischief.may_strike(ANSWER_FAULTS) else None

        async def inner() -> Response:
            return await _through(self._app, request.scope, body)

        return await self._go_wrong(fault, asked, inner) if fault else self._signed(await inner())

    def _fault(self, asked: Asked) -> Fault | None:
        """Only requests that change something can be answered without having their effect."""
        changes = not asked.operation.endswith("query") and asked.operation != "statement"
        faults = ANSWER_FAULTS if changes else tuple(one for one in ANSWER_FAULTS if one is not Fault.HOLLOW)
        chance = f"{asked.operation} {asked.subject}"
        self._asked[chance] += 1
        fault = self._bank.mischief.first(faults, chance, asked.subject, asked.operation, nth=self._asked[chance])
        if fault is not None:
            with self._bank.books.writing():
                facts = {"operation": asked.operation, "subject": asked.subject, "difference": None}
                self._bank.books.note(self._bank.clock.now(), "fault", fault=fault, **facts)
        return fault

    async def _go_wrong(self, fault: Fault, asked: Asked, inner: Callable[[], Awaitable[Response]]) -> Response:
        match fault:
            case Fault.DEAF:
                return await self._too_late(_no(503, "银行系统超时。"))
            case Fault.BUSY:
                return self._signed(_no(503, "银行系统繁忙，请稍后再试。"))
            case Fault.HOLLOW:
                return self._signed(_hollow(asked))
            case Fault.LATE:
                return await self._too_late(await inner())
            case Fault.MISSIGNED:
                return self._signed(await inner(), spoil=True)
        return await inner()

    async def _too_late(self, answer: Response) -> Response:
        if not self._bank.late_seconds:
            raise Silence("the bank does not answer in time")
        await asyncio.sleep(self._bank.late_seconds)
        return self._signed(answer)

    def _signed(self, answer: Response, *, spoil: bool = False) -> Response:
        headers, body = self._bank.signature(bytes(answer.body)), bytes(answer.body)
        answer.headers.update(wire.spoiled(wire.Call(headers, body)).headers if spoil else headers)
        return answer


def _path(scope: Scope) -> str:
    """Below the place where the bank is mounted: as whoever calls appended it to the bank's address."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path.removeprefix(root) if path.startswith(f"{root}/") else path


async def _through(app: ASGIApp, scope: Scope, body: bytes) -> Response:
    """The answer of what is behind the door, held in hand."""
    answer, parts = Response(), list[bytes]()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status_code, answer.raw_headers = message["status"], list(message["headers"])
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    answer.body = b"".join(parts)
    return answer


def _asked(method: str, path: str, body: bytes) -> Asked:
    room, name, rest = (*path.split("/")[1:4], "", "")[:3]
    content = _content(body)
    operation = _ROOMS[room]
    if rest == "closing":
        operation = "closing"
    elif method == "GET" and room != "statements":
        operation += "_query"
    subject = name.removesuffix(".csv").removesuffix(".xml") or str(content.get(f"{operation}_number", ""))
    return Asked(operation, subject, content)


def _content(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _hollow(asked: Asked) -> Response:
    """What a success would look like."""
    said: dict[str, Any] = {
        "order": {"order_number": asked.subject, "revision": asked.content.get("revision", 1), "state": "open"},
        "closing": {"order_number": asked.subject, "state": "closed", "payments": []},
        "refund": {"refund_number": asked.subject, "state": "accepted", "refund": None},
        "remittance": {"remittance_number": asked.subject, "state": "accepted", "remittance": None},
    }[asked.operation]
    return JSONResponse(said, {"order": 201, "closing": 200}.get(asked.operation, 202))


def _no(status: int, message: str) -> Response:
    return JSONResponse({"message": message}, status)
