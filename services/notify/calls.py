"""Calling departments' systems: a signed POST to an address that was looked at first.

Guarantees: the addresses that a name resolves to are judged at every attempt, and the call goes to the very address
that was judged, so that a name cannot change its mind in between; redirects are not followed; of what the other side
answers its status is kept and the first `MOST` bytes, and never a header. A call ends before its job's time is over.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import httpx
from sqlalchemy import Row

from services.notify import lanes, standing
from services.notify.context import Context
from services.notify.domain.answers import MOST, legible, wait_asked
from services.notify.domain.keys import sign, valid_secrets
from services.notify.domain.webhooks import AddressRefused, check_url, may_call
from services.notify.queries import webhooks as stored
from yimen.bus import Unit
from yimen.errors import Transient
from yimen.jobs import Job
from yimen.tracing import current_traceparent

GONE = 410
STOPPED = frozenset({"paused", "disabled", "ended"})
"""In place of a status: the subscription was not to be called."""

READING = 2.0
"""Seconds for the words of an answer whose status is known: they decide nothing."""

RESOLVING = 2.0
"""Seconds for a name. A subscription is made in a transaction, which must not wait for a slow name server."""


async def resolve(host: str, port: int) -> list[str]:
    """Every address of a host. Raises `OSError` for an unknown or slow one (a TimeoutError is one)."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(RESOLVING):
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


async def vetted_address(context: Context, url: str) -> str:
    """An address of the url's host that may be called. Raises `AddressRefused` if any of its addresses may not be."""
    private = context.settings.allow_private_webhooks
    check_url(url, private=private)
    try:
        parts = httpx.URL(url)
        addresses = await context.resolve(_host(parts), parts.port or (443 if parts.scheme == "https" else 80))
    except (OSError, UnicodeError, httpx.InvalidURL) as error:
        raise AddressRefused("推送地址的主机名无法解析，请检查。") from error
    if not addresses or not all(may_call(address, private=private) for address in addresses):
        raise AddressRefused("推送地址指向内部网络，不能使用。请填写本部门系统的公开地址。")
    return addresses[0]


def _host(url: httpx.URL) -> str:
    """As it goes over the wire: names in Chinese as IDNA 2008 writes them, which the name server must be asked for too."""
    return url.raw_host.decode("ascii")


@dataclass(frozen=True, slots=True)
class Answered:
    """`retry_after`: seconds for which the other side wants to be left alone."""

    status: int
    said: str
    retry_after: float

    @property
    def kept(self) -> dict[str, object]:
        return {"status": self.status, "said": self.said}


async def call_webhook(context: Context, job: Job) -> dict[str, object]:
    """Answers `{"status": …}` for what settles the delivery; everything else is tried again."""
    async with context.database.read() as conn:
        delivery = await stored.delivery_to_make(conn, int(job.key))
    if delivery.state != "active":
        return {"status": delivery.state}
    try:
        async with asyncio.timeout(context.settings.webhook_timeout):
            address = await vetted_address(context, delivery.url)
            sent = await _post(context, delivery.url, address, delivery)
    except AddressRefused as refused:
        raise Transient(f"not called: {refused}") from refused
    except (httpx.HTTPError, TimeoutError) as error:
        raise Transient(f"no answer: {type(error).__name__}") from error
    answered = await _heard(sent)
    if answered.status != GONE and not 200 <= answered.status < 300:
        raise Transient(f"answered {answered.status}", retry_after=answered.retry_after, answer=answered.kept)
    return answered.kept


async def _post(context: Context, url: str, address: str, delivery: Row[Any]) -> httpx.Response:
    """The answer's head; its words are still to be read, and its connection to be closed."""
    parts, event_id = httpx.URL(url), str(delivery.event_id)
    # Receivers hold the stamp against their own clocks: the world's time, not the hall's, which demonstrations move.
    stamp = datetime.now(UTC)
    headers = {
        "host": parts.netloc.decode(),
        "accept-encoding": "identity",
        "content-type": "application/cloudevents+json",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(stamp.timestamp())),
        "webhook-signature": sign(valid_secrets(delivery, stamp), event_id, stamp, delivery.body),
    }
    if traceparent := current_traceparent():
        headers["traceparent"] = traceparent
    request = context.webhooks.build_request(
        "POST", parts.copy_with(host=address), content=delivery.body.encode(), headers=headers
    )
    request.extensions["sni_hostname"] = _host(parts)
    return await context.webhooks.send(request, stream=True)


async def _heard(answer: httpx.Response) -> Answered:
    try:
        body = await _first_bytes(answer)
    finally:
        await answer.aclose()
    wait = wait_asked(answer.headers.get("retry-after"), datetime.now(UTC))
    return Answered(answer.status_code, legible(body, answer.charset_encoding), wait)


async def _first_bytes(answer: httpx.Response) -> bytes:
    """As they came over the wire: nothing is unpacked. Whatever came in time, if the rest does not."""
    found = bytearray()
    raw = cast("AsyncGenerator[bytes, None]", answer.aiter_raw())
    with suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(READING), aclosing(raw) as parts:
            async for part in parts:
                found += part
                if len(found) >= MOST:
                    break
    return bytes(found[:MOST])


async def record_call(unit: Unit[Context], job: Job, answer: dict[str, object] | None, error: str | None) -> None:
    status = None if answer is None else answer["status"]
    delivery_id = int(job.key)
    if status == GONE:
        await standing.disable(unit, delivery_id)
    elif status in STOPPED:
        await standing.hold(unit, delivery_id)
    else:
        await lanes.settle(unit, delivery_id, "exhausted" if status is None else "delivered", error)
