"""Connections that take their time: the server's own protocol, with an end to each kind of waiting.

Guarantees: a connection that has not sent a whole head within `HEAD_SECONDS` of opening, or of beginning one, is answered
408 (closed without a word where nothing came); one that takes nothing of its answer for `WRITE_SECONDS` while more waits
is cut off; beyond `MOST` connections the one that has waited longest for its head makes room for the next, and where each
has a request under way the next is turned away with 503. Bodies that trickle are `yimen.web.limits`' concern. uvicorn itself
ends only idle connections that had a request before.
"""

import asyncio
import json
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from yimen.web.headers import HEADERS, POLICY
from yimen.web.problems import MEDIA_TYPE, Problem

HEAD_SECONDS: Final = 10.0
WRITE_SECONDS: Final = 30.0
MOST: Final = 4000
_LATE = Problem(408, "request-too-slow", "请求发送过慢", "请检查网络后重试。")
_NO_REQUEST = Problem(400, "bad-request", "请求格式不正确", "请检查提交的内容后重试。", headers={})
_FULL = Problem(503, "busy", "系统繁忙", "当前连接较多，请稍候几秒后重试。", headers={"Retry-After": "3"})


class PatientProtocol(H11Protocol):
    """`head_seconds`, `write_seconds` and `most` may be set on a subclass."""

    head_seconds = HEAD_SECONDS
    write_seconds = WRITE_SECONDS
    most = MOST

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head: asyncio.TimerHandle | None = None
        self._write: asyncio.TimerHandle | None = None
        self._begun = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        self._await_head()
        if len(self.connections) > self.most:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_head()
        self._stop_write()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._begun = True
        super().data_received(data)
        if self._is_between():
            self._await_head()
        else:
            self._stop_head()
            self._begun = False

    def pause_writing(self) -> None:
        super().pause_writing()
        self._write = self._write or self.loop.call_later(self.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        self._stop_write()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's English is for its log
        self.turn_away(_NO_REQUEST)

    @property
    def waits_until(self) -> float | None:
        """When its patience ends, if it waits for a head."""
        timer = self._head or self.timeout_keep_alive_task
        return timer.when() if timer is not None else None

    def turn_away(self, problem: Problem) -> None:
        """An answer where no request was read, and the end."""
        self._stop_head()
        if self.transport.is_closing():
            return
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = json.dumps(problem.document(""), ensure_ascii=False).encode()
            told = {**HEADERS, "Content-Security-Policy": POLICY, **problem.headers, "Content-Type": MEDIA_TYPE}
            told["Content-Length"] = str(len(body))
            response = h11.Response(status_code=problem.status, headers=[*told.items(), ("Connection", "close")])
            for event in (response, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _is_between(self) -> bool:
        """No request is under way: its head is awaited, or the rest of a body that nobody wants."""
        return self.cycle is None or self.cycle.response_complete

    def _await_head(self) -> None:
        self._head = self._head or self.loop.call_later(self.head_seconds, self._head_is_late)

    def _head_is_late(self) -> None:
        if self._begun:
            self.turn_away(_LATE)
        else:
            self.transport.close()

    def _make_room(self) -> None:
        others = [one for one in self.connections if isinstance(one, PatientProtocol) and one is not self]
        waiting = [(one.waits_until, id(one), one) for one in others if one.waits_until is not None]
        if waiting:
            min(waiting)[2].transport.abort()
        else:
            self.turn_away(_FULL)

    def _stop_head(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _stop_write(self) -> None:
        if self._write is not None:
            self._write.cancel()
            self._write = None
