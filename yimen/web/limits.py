"""What no route should have to think of: size, pace, NUL in addresses, content type, headers that keep answers private.

Guarantees: no more of a body is ever read than its path allows, whether or not its length was announced: `BODY_LIMIT`
bytes, unless the service set another limit for that very path; and none is waited for that comes more slowly than
`SLOWEST` bytes a second after the first `BODY_SECONDS` (408). Does not: bound the time of a head or of an answer;
`yimen.web.connections` does. Starlette's own limiter answers in plain text, and we owe problem documents.
"""

import asyncio
import time
from collections.abc import Mapping
from email.message import Message as MimeHeaders

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from yimen.web.headers import shielded
from yimen.web.problems import Problem, plain

BODY_LIMIT = 1024 * 1024
BODY_SECONDS = 20.0
SLOWEST = 4096
"""A village's worst line; a file of 20 MiB may take an hour and a half on it."""


class Limits:
    """ASGI middleware; outside the exception handlers, so it answers for itself what it refuses before the app."""

    def __init__(self, app: ASGIApp, by_path: Mapping[str, int] | None = None) -> None:
        self.app = app
        self._by_path = dict(by_path or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self._by_path.get(_own_path(scope), BODY_LIMIT)
        refused = _refuse(scope, limit)
        if refused is not None:
            await refused.response(scope["path"].replace("\x00", "%00"))(scope, receive, shielded(send))
            return
        await self.app(scope, _Body(receive, limit), shielded(send))


def too_large(limit: int) -> Problem:
    size = f"{limit / BODY_LIMIT:g}兆字节" if limit >= BODY_LIMIT else f"{limit}字节"
    return Problem(413, "body-too-large", "提交的内容过大", f"此处单次提交不得超过{size}，请精简后重试。")


def _own_path(scope: Scope) -> str:
    """The path behind the mount."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _refuse(scope: Scope, limit: int) -> Problem | None:
    if "\x00" in scope["path"] or b"%00" in scope["query_string"] or b"\x00" in scope["query_string"]:
        return Problem(400, "nul-character", "地址含有空字符", "请去掉地址中的空字符后重试。")
    length = Headers(scope=scope).get("content-length", "")
    return too_large(limit) if length.isdecimal() and int(length) > limit else None


def too_slow() -> Problem:
    headers = {"Connection": "close"}  # what still comes belongs to nothing
    return Problem(408, "request-too-slow", "提交过慢", "请检查网络后重试，已提交的内容不会重复办理。", headers=headers)


class _Body:
    """The `receive` of one request: counts, and looks at the clock, until the body is whole."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive, self._limit = receive, limit
        self._read, self._whole = 0, False
        self._ends = time.monotonic() + BODY_SECONDS

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout(self._ends + self._read / SLOWEST - time.monotonic()):
                message = await self._receive()
        except TimeoutError as late:
            raise too_slow() from late
        self._whole = not message.get("more_body", False)
        self._read += len(message.get("body", b""))
        if self._read > self._limit:
            raise too_large(self._limit)
        return message


def require_json(request: Request) -> None:
    """Raises the 415 problem for a body that does not say it is JSON in UTF-8."""
    headers = request.headers
    if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
        return
    kind = MimeHeaders()
    kind["content-type"] = headers.get("content-type") or "application/octet-stream"
    if kind.get_content_type() != "application/json" or (kind.get_content_charset() or "utf-8") != "utf-8":
        raise plain(415, headers={"Accept": "application/json"})
