"""What the integrators' guide tells departments to do is done here, as it stands there."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from services.notify.domain.webhooks import LADDER
from services.notify.tests import samples
from services.notify.tests.asking import System
from services.notify.tests.conftest import Messenger
from services.notify.tests.played import Listener

GUIDE = (Path(__file__).parents[3] / "docs" / "integrators.md").read_text("utf-8")
REQUEST = re.compile(r"(GET|POST|PATCH) /notify(\S+)(?: (\{.*\}))?")
UNITS = {"s": 1, "min": 60, "h": 3600}


def requests() -> list[tuple[str, str, Any]]:
    """Method, path and body of every request that the guide shows, in its order."""
    lines = [line for block in re.findall(r"```http\n(.*?)```", GUIDE, re.DOTALL) for line in block.splitlines()]
    found = [match.groups() for line in lines if (match := REQUEST.fullmatch(line))]
    assert len(found) == len(lines)
    return [(method, path, None if body is None else orjson.loads(body)) for method, path, body in found]


def reader() -> Any:
    """The function that the guide shows."""
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    return names["read_delivery"]


async def test_every_request_of_the_guide_is_answered_in_its_order(messenger: Messenger, listener: Listener) -> None:
    system, names = System(messenger), dict[str, str]()
    asked = requests()
    assert len(asked) > 12
    for method, path, body in asked:
        if body is not None and "url" in body:
            body["url"] = listener.url
        version = None
        if method == "PATCH":
            version = (await system.ask("GET", path.format(**names))).json()["version"]
        answer = await system.ask(method, path.format(**names), version, json=body)
        assert answer.is_success, (method, path, answer.text)
        if path == "/subscriptions":
            names["id"] = answer.json()["id"]
            await messenger.harness.deliver(samples.review_received(), source="/approval/fire")
            (delivery,) = await system.deliveries({"id": names["id"]})
            names["delivery"] = str(delivery["id"])
        await messenger.work()
    assert listener.calls


async def test_the_guides_reader_takes_what_is_signed_and_nothing_else_also_while_keys_overlap(
    messenger: Messenger, listener: Listener
) -> None:
    system, read = System(messenger), reader()
    made = await system.subscribe(listener.url)
    path = f"/subscriptions/{made['id']}/key-rotations"
    new = (await system.ask("POST", path, json={"hours": 24})).json()
    await messenger.harness.deliver(samples.review_received(), source="/approval/fire")
    await messenger.work()
    ((headers, body),) = listener.calls
    assert read(made["secret"], headers, body) == read(new["secret"], headers, body) == orjson.loads(body)
    with pytest.raises(WebhookVerificationError):
        read(new["secret"], headers, body + b" ")
    await system.ask("POST", path, json={"hours": 0})
    await messenger.harness.deliver(samples.review_decided(), source="/approval/fire")
    await messenger.work()
    with pytest.raises(WebhookVerificationError):
        read(new["secret"], *listener.calls[1])


def test_the_guide_tells_the_ladder_as_it_is() -> None:
    (row,) = re.findall(r"again after (.*?), a little later", GUIDE)
    told = [step.split(" ") for step in row.split(", ")]
    assert tuple(int(number) * UNITS[unit] for number, unit in told) == LADDER
