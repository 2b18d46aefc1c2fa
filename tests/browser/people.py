"""What people do at the hall without a browser: how a browser test brings a case to where its own story begins."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx

from sim.county.living import OPENS
from sim.identity import LIFETIME
from sim.people import PEOPLE
from yimen.worktime import SHANGHAI, Calendar, local_date

PATIENCE_SECONDS = 30.0
Json = dict[str, Any]


class People:
    """Anybody of sim/people.py, by their id, over HTTP."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._client = httpx.Client(base_url=base, timeout=30, trust_env=False)
        self._tokens: dict[str, str] = {}

    def close(self) -> None:
        self._client.close()

    def session(self, person: str) -> Json:
        """What the pages keep of somebody who has signed in (hall/src/kit/session.ts)."""
        who = PEOPLE[person]
        named = {"id": who.id, "name": who.name, "roles": who.roles, "departments": who.departments}
        ends = (time.time() + LIFETIME) * 1000
        return {"token": self.token(person), "person": named, "ends": ends}

    def _headers(self, person: str | None) -> dict[str, str]:
        return {} if person is None else {"Authorization": f"Bearer {self.token(person)}"}

    def token(self, person: str) -> str:
        if person not in self._tokens:
            form = {"grant_type": "client_credentials", "person": person}
            self._tokens[person] = self._client.post("/identity/token", data=form).json()["access_token"]
        return self._tokens[person]

    def get(self, person: str | None, path: str) -> Any:
        return _json(self._client.get(path, headers=self._headers(person)))

    def create(self, person: str | None, path: str, body: Any = None, method: str = "POST", **headers: str) -> Any:
        sent = self._headers(person) | {"Idempotency-Key": str(uuid4())} | headers
        return _json(self._client.request(method, path, json=body, headers=sent))

    def upload(self, person: str, path: str, content: bytes, media_type: str = "text/csv") -> Any:
        sent = self._headers(person) | {"Content-Type": media_type}
        return _json(self._client.post(path, content=content, headers=sent))

    def act(self, person: str, thing: str, action: str, body: Json | None = None) -> Any:
        """A transition of what the person sees now; looks again where an event came in between."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while True:
            seen = self._client.get(thing, headers=self._headers(person))
            tag = {"If-Match": seen.headers.get("ETag", "")}
            answer = self._client.post(f"{thing}/{action}", json=body or {}, headers=self._headers(person) | tag)
            if answer.status_code != httpx.codes.PRECONDITION_FAILED or time.monotonic() > ends:
                return _json(answer)

    def until(self, person: str | None, path: str, so: Callable[[Any], Any]) -> Any:
        """Asks until it is so: an event is on its way. A thing that is not there yet is waited for."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self._client.get(path, headers=self._headers(person))
            if answer.is_success and so(found := answer.json()):
                return found
            assert time.monotonic() < ends, f"{path} says {answer.text[:1000]}"
            time.sleep(0.05)

    def until_taken(self, path: str, body: Json) -> None:
        """Somebody outside, such as who pays at the bank; what it is about may still be on its way there."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while not (answer := self._client.post(path, json=body)).is_success:
            assert time.monotonic() < ends, f"{path} says {answer.text[:1000]}"
            time.sleep(0.05)

    def now(self) -> datetime:
        return datetime.fromisoformat(self.get(None, "/intake/clock")["now"])

    def open_doors(self) -> None:
        """Moves the hall's clock to the next working morning."""
        day = Calendar.seeded().next_working_day(local_date(self.now()))
        self.move_clock(datetime.combine(day, OPENS, SHANGHAI))

    def move_clock(self, instant: datetime) -> None:
        answer = self._client.put(
            "/intake/clock", json={"now": instant.isoformat()}, headers=self._headers("clock-keeper")
        )
        assert answer.is_success, answer.text


def _json(answer: httpx.Response) -> Any:
    assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:2000]}"
    return answer.json() if answer.content else {}
