"""A department's system as the tests play it: what it asks of the messenger, under its own name."""

from itertools import count
from typing import Any

import httpx
import orjson

from services.notify.tests.conftest import Messenger
from services.notify.tests.played import Listener
from yimen.web import Role

_keys = count(1)


class System:
    """The software of these departments; each POST under a key of its own."""

    def __init__(self, messenger: Messenger, *departments: str) -> None:
        self.messenger = messenger
        self.departments = departments or ("fire",)

    async def ask(self, method: str, path: str, version: int | None = None, **sent: Any) -> httpx.Response:
        name = "system-" + "-".join(self.departments)
        headers = self.messenger.harness.as_(Role.INTEGRATOR, departments=self.departments, id=name)
        headers |= {"Idempotency-Key": f"of-{next(_keys)}"}
        headers |= {} if version is None else {"If-Match": f'"{version}"'}
        return await self.messenger.harness.client.request(method, path, headers=headers, **sent)

    async def subscribe(self, url: str, **wishes: Any) -> dict[str, Any]:
        made = await self.ask("POST", "/subscriptions", json={"url": url} | wishes)
        assert made.status_code == 201, made.text
        found: dict[str, Any] = made.json()
        return found

    async def change(self, made: dict[str, Any], **changes: Any) -> httpx.Response:
        """In the version that it has now."""
        path = f"/subscriptions/{made['id']}"
        version = (await self.ask("GET", path)).json()["version"]
        return await self.ask("PATCH", path, version, json=changes)

    async def replay(self, made: dict[str, Any], **wanted: Any) -> dict[str, Any]:
        answer = await self.ask("POST", f"/subscriptions/{made['id']}/replays", json=wanted)
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def deliveries(self, made: dict[str, Any], **chosen: Any) -> list[dict[str, Any]]:
        answer = await self.ask("GET", f"/subscriptions/{made['id']}/deliveries", params=chosen)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["deliveries"]
        return found


def heard(listener: Listener) -> list[tuple[str, int]]:
    """Subject and sequence of what came, in its order."""
    events = [orjson.loads(body) for _, body in listener.calls]
    return [(event["subject"], int(event["sequence"])) for event in events if "sequence" in event]
