"""A POST that creates takes effect once per Idempotency-Key, however often it is sent.

Guarantees: key, fingerprint and answer commit in the transaction that creates; for 24 hours (real time) the same
request gets the same answer with `Idempotency-Replayed: true`, another request under the same key 422, and one that
comes while the first is at work 409. A request that failed leaves no trace and may be repeated. Keys are the caller's
own: scoped to principal, method and path. Does not: work for answers that are streamed. The stored answer holds what
the caller was told, secrets included, until it is forgotten.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from fastapi import Depends, Request, Response
from sqlalchemy import delete, select, text

from yimen.bus.unit import Unit
from yimen.clock import Clock
from yimen.web.problems import Conflict, Invalid, Problem

KEPT = timedelta(hours=24)
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(:lock)")
_OWN_HEADERS = {"content-length", "date"}


async def once() -> None:
    """Marks the route; the work is done around it, by UnitRoute."""


def creates() -> Any:
    """`once: None = creates()`"""
    return Depends(once)


def key_hash(request: Request) -> str:
    """Raises the 400 problem for a key that is missing or not 1 to 200 visible ASCII characters."""
    key = request.headers.get("idempotency-key")
    if key is None:
        detail = "请在 Idempotency-Key 请求头中带上一个不重复的编号，重试时沿用同一编号。"
        raise Problem(400, "idempotency-key-required", "缺少防重复编号", detail)
    if not _KEY.fullmatch(key):
        detail = "Idempotency-Key 应为1至200个可见ASCII字符。"
        raise Problem(400, "malformed-idempotency-key", "防重复编号格式不正确", detail)
    principal = getattr(request.state, "principal", None)
    caller = principal.id if principal else ""
    return _sha256("\n".join((caller, request.method, request.scope["path"], key)).encode())


async def answer_once(
    request: Request, unit: Unit[Any], hashed: str, clock: Clock, handle: Callable[[Request], Awaitable[Response]]
) -> Response:
    """The stored answer, or `handle`'s, stored in the same transaction."""
    await _claim(unit, hashed)
    now = clock.now()
    fingerprint = _sha256(request.scope["query_string"] + b"\n" + await request.body())
    table = unit.table("idempotency")
    row = (await unit.execute(select(table).where(table.c.key_hash == hashed))).first()
    if row is not None and now - row.created_at < KEPT:
        return _replay(row, fingerprint)
    if row is not None:
        await unit.execute(delete(table).where(table.c.key_hash == hashed))
    response = await handle(request)
    headers = [[name, value] for name, value in response.headers.items() if name not in _OWN_HEADERS]
    answer = {"status": response.status_code, "headers": headers, "body": bytes(response.body), "created_at": now}
    unit.add(table, {"key_hash": hashed, "body_sha256": fingerprint} | answer)
    return response


async def forget_old_answers(unit: Unit[Any], now: datetime) -> int:
    """Housekeeping: how many were forgotten. `now` is real time."""
    table = unit.table("idempotency")
    return (await unit.execute(delete(table).where(table.c.created_at < now - KEPT))).rowcount


def in_flight() -> Problem:
    detail = "相同的请求正在办理，请稍候查询结果，不要重复提交。"
    return Conflict("request-in-flight", "请求正在处理", detail, headers={"Retry-After": "1"})


async def _claim(unit: Unit[Any], hashed: str) -> None:
    """Between processes. On SQLite there is one writer at a time anyway, and one process."""
    if unit.conn.dialect.name != "postgresql":
        return
    lock = int.from_bytes(bytes.fromhex(hashed[:16]), signed=True)
    if not (await unit.execute(_TRY_LOCK, {"lock": lock})).scalar_one():
        raise in_flight()


def _replay(row: Any, fingerprint: str) -> Response:
    if row.body_sha256 != fingerprint:
        detail = "此防重复编号已用于另一份内容不同的请求，请换用新的编号。"
        raise Invalid("idempotency-key-reused", "防重复编号已被使用", detail)
    response = Response(row.body, row.status)
    for name, value in row.headers:
        response.headers.append(name, value)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
