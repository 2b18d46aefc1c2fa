"""A person at the hall: signs in, asks, acts, waits. Everything goes over HTTP, as a front end would do it.

A connection that breaks is tried again with the same Idempotency-Key, so nothing is sent twice; a transition whose answer
was lost is looked up before it is repeated. Whoever is told to come again later comes again then.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx

PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.1
LATER = {httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.TOO_MANY_REQUESTS}
Json = dict[str, Any]


class Unexpected(AssertionError):
    """The hall answered what it should not, or not in time."""


class Hall:
    """The hall's address, and the tokens of the people who act in it."""

    def __init__(self, base: str, patience: float = PATIENCE_SECONDS) -> None:
        self.base = base.rstrip("/")
        self._patience = patience
        self._client = httpx.AsyncClient(base_url=self.base, timeout=20, trust_env=False)
        self._tokens: dict[str, str] = {}

    async def __aenter__(self) -> "Hall":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Outlasts a hall that is being restarted."""
        ends = time.monotonic() + self._patience
        while True:
            try:
                answer = await self._client.request(method, path, **options)
            except httpx.TransportError:
                if time.monotonic() > ends:
                    raise
                await asyncio.sleep(POLL_SECONDS)
            else:
                if answer.status_code not in LATER or time.monotonic() > ends:
                    return answer
                await asyncio.sleep(wait_asked(answer))

    async def _headers(self, person: str | None) -> dict[str, str]:
        if person is None:
            return {}
        if person not in self._tokens:
            form = {"grant_type": "client_credentials", "person": person}
            answer = await self._send("POST", "/identity/token", data=form)
            self._tokens[person] = answer.raise_for_status().json()["access_token"]
        return {"Authorization": f"Bearer {self._tokens[person]}"}

    async def get(self, person: str | None, path: str, **headers: str) -> Json:
        answer = await self._send("GET", path, headers=await self._headers(person) | headers)
        return _body(answer, path)

    async def file(self, person: str | None, path: str) -> bytes:
        answer = await self._send("GET", path, headers=await self._headers(person))
        _refuse_failure(answer, path)
        return answer.content

    async def check(self, content: bytes) -> Json:
        """What the public check says of a file."""
        headers = {"Content-Type": "application/pdf", "Accept": "application/json"}
        return _body(await self._send("POST", "/notify/check", content=content, headers=headers), "the check of papers")

    async def create(self, person: str | None, path: str, body: Json, **more: str) -> Json:
        """A POST that creates; repeated under the same key until it is answered. `more`: headers."""
        headers = await self._headers(person) | {"Idempotency-Key": str(uuid4())} | more
        return _body(await self._send("POST", path, json=body, headers=headers), path)

    async def put(self, path: str, body: Json, **headers: str) -> Json:
        """By somebody whom the hall knows by what they hold; until what it is about has reached the service."""

        async def try_to_put() -> Json | None:
            answer = await self._send("PUT", path, json=body, headers=headers)
            told.append(f"{answer.status_code} {answer.text[:500]}")
            return _json(answer) if answer.is_success else None

        told: list[str] = []
        return await self._wait(try_to_put, lambda: f"PUT {path} was not taken: {told[-1]}")

    async def act(self, person: str, thing: str, action: str, body: Json | None = None) -> Json:
        """A transition of what the person sees now."""
        answer, lost = await self._try(await self._headers(person), thing, action, body)
        if lost and answer.status_code == httpx.codes.CONFLICT:
            return await self.get(person, thing)  # the act whose answer was lost had taken effect
        return _body(answer, f"{thing}/{action}")

    async def refused(self, person: str, thing: str, action: str, body: Json | None = None) -> Json:
        """The same, where the hall must say no; its problem document."""
        answer, _lost = await self._try(await self._headers(person), thing, action, body)
        if answer.is_success:
            raise Unexpected(f"{thing}/{action} was allowed")
        return _json(answer)

    async def _try(
        self, headers: dict[str, str], thing: str, action: str, body: Json | None
    ) -> tuple[httpx.Response, bool]:
        """Looks, acts on what it saw; where somebody else was quicker it looks again, as a person would.

        The answer, and whether the answer to an earlier try was lost on the way."""
        ends = time.monotonic() + self._patience
        lost = False
        while True:
            seen = await self._send("GET", thing, headers=headers)
            _body(seen, thing)
            try:
                tag = {"If-Match": seen.headers["ETag"]}
                answer = await self._client.post(f"{thing}/{action}", json=body or {}, headers=headers | tag)
            except httpx.TransportError:
                lost = True
                if time.monotonic() > ends:
                    raise
                continue
            moved = answer.status_code == httpx.codes.PRECONDITION_FAILED
            if not (moved or answer.status_code in LATER) or time.monotonic() > ends:
                return answer, lost
            await asyncio.sleep(0 if moved else wait_asked(answer))

    async def until(self, person: str | None, path: str, seen: Callable[[Json], Any], what: str) -> Json:
        """Asks until it is so. Raises `Unexpected` with the last answer when patience ends."""

        async def look() -> Json | None:
            answer = await self._send("GET", path, headers=await self._headers(person))
            last.append(answer.text[:2000])
            body = _json(answer) if answer.is_success else None
            return body if body is not None and seen(body) else None

        last: list[str] = []
        return await self._wait(look, lambda: f"{what} did not come about; {path} says {last[-1]}")

    async def _wait(self, look: Callable[[], Awaitable[Json | None]], why: Callable[[], str]) -> Json:
        ends = time.monotonic() + self._patience
        while True:
            if (found := await look()) is not None:
                return found
            if time.monotonic() > ends:
                raise Unexpected(why())
            await asyncio.sleep(POLL_SECONDS)

    async def pay(self, payment_code: str, method: str) -> None:
        """At the bank's page. The order may still be on its way to the bank."""

        async def try_to_pay() -> Json | None:
            answer = await self._send("POST", "/bank/pay", json={"payment_code": payment_code, "method": method})
            told.append(answer.text[:500])
            return {"ok": True} if answer.is_success or answer.status_code == httpx.codes.CONFLICT else None

        told: list[str] = []
        await self._wait(try_to_pay, lambda: f"the bank took no payment for {payment_code}: {told[-1]}")

    async def papers(self, number: str, password: str, wanted: str) -> dict[str, str]:
        """Where the applicant may fetch each kind of paper, once the wanted one is there."""
        path = f"/notify/cases/{number}/documents"

        async def look() -> Json | None:
            answer = await self._send("POST", path, headers={"Query-Password": password})
            told.append(answer.text[:500])
            found = _json(answer).get("documents", []) if answer.is_success else []
            links = {paper["kind"]: paper["url"] for paper in found}
            return links if wanted in links else None

        told: list[str] = []
        return await self._wait(look, lambda: f"{path} offers no {wanted}: {told[-1]}")

    async def now(self) -> datetime:
        return datetime.fromisoformat((await self.get(None, "/intake/clock"))["now"])

    async def move_clock(self, instant: datetime) -> None:
        """Forward; a clock that stands later already is left where it is."""
        if instant <= await self.now():
            return
        headers = await self._headers("clock-keeper")
        _body(await self._send("PUT", "/intake/clock", json={"now": instant.isoformat()}, headers=headers), "/clock")


def wait_asked(answer: httpx.Response) -> float:
    """Seconds, as it says; a moment where it says nothing."""
    return float(answer.headers.get("Retry-After", POLL_SECONDS))


def _body(answer: httpx.Response, what: str) -> Json:
    _refuse_failure(answer, what)
    return _json(answer)


def _refuse_failure(answer: httpx.Response, what: str) -> None:
    if not answer.is_success:
        raise Unexpected(f"{answer.request.method} {what}: {answer.status_code} {answer.text[:2000]}")


def _json(answer: httpx.Response) -> Json:
    """A bare list as a page of items; an empty answer as nothing."""
    found = answer.json() if answer.content else {}
    return found if isinstance(found, dict) else {"items": found}
