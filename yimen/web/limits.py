"""What no route should have to think of: size, NUL in addresses, content type, headers that keep answers private.

Guarantees: no more of a body is ever read than its path allows, whether or not its length was announced: `BODY_LIMIT`
bytes, unless the service set another limit for that very path. Does not: bound the time that a slow sender takes; the
server's timeouts do. Starlette's own limiter answers in plain text, and we owe problem documents.
"""

from collections.abc import Mapping
from email.message import Message as MimeHeaders

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from yimen.web.problems import HEADERS, Problem, plain

BODY_LIMIT = 1024 * 1024


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
            await refused.response(scope["path"].replace("\x00", "%00"))(scope, receive, send)
            return
        await self.app(scope, _counted(receive, limit), _guarded(send))


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


def _counted(receive: Receive, limit: int) -> Receive:
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > limit:
            raise too_large(limit)
        return message

    return counted


def _guarded(send: Send) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return guarded


def require_json(request: Request) -> None:
    """Raises the 415 problem for a body that does not say it is JSON in UTF-8."""
    headers = request.headers
    if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
        return
    kind = MimeHeaders()
    kind["content-type"] = headers.get("content-type") or "application/octet-stream"
    if kind.get_content_type() != "application/json" or (kind.get_content_charset() or "utf-8") != "utf-8":
        raise plain(415, headers={"Accept": "application/json"})
