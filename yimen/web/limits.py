"""What no route should have to think of: size, NUL in addresses, content type, headers that keep answers private.

Guarantees: no more than `limit` bytes of a body are ever read, whether or not its length was announced. Does not: bound
the time that a slow sender takes; the server's timeouts do. Starlette's own limiter answers in plain text, and we owe
problem documents.
"""

from email.message import Message as MimeHeaders

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from yimen.web.problems import HEADERS, Problem, plain

BODY_LIMIT = 1024 * 1024


class Limits:
    """ASGI middleware; outside the exception handlers, so it answers for itself what it refuses before the app."""

    def __init__(self, app: ASGIApp, limit: int = BODY_LIMIT) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refused = self._refuse(scope)
        if refused is not None:
            await refused.response(scope["path"].replace("\x00", "%00"))(scope, receive, send)
            return
        await self.app(scope, self._counted(receive), _guarded(send))

    def _refuse(self, scope: Scope) -> Problem | None:
        if "\x00" in scope["path"] or b"%00" in scope["query_string"] or b"\x00" in scope["query_string"]:
            return Problem(400, "nul-character", "地址含有空字符", "请去掉地址中的空字符后重试。")
        length = Headers(scope=scope).get("content-length", "")
        return plain(413) if length.isdecimal() and int(length) > self.limit else None

    def _counted(self, receive: Receive) -> Receive:
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.limit:
                raise plain(413)
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
