"""What the integrators' guide tells departments to do is done here, as it stands there."""

import re
import runpy
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
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

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "docs" / "integrators"
GUIDE = (FOLDER / "README.md").read_text("utf-8")
REQUEST = re.compile(r"(GET|POST|PATCH) /notify(\S+)(?: (\{.*\}))?")
Reader = Callable[[str, dict[str, str], bytes], Any]
UNITS = {"s": 1, "min": 60, "h": 3600}


def requests() -> list[tuple[str, str, Any]]:
    """Method, path and body of every request that the guide shows, in its order."""
    lines = [line for block in re.findall(r"```http\n(.*?)```", GUIDE, re.DOTALL) for line in block.splitlines()]
    found = [match.groups() for line in lines if (match := REQUEST.fullmatch(line))]
    assert len(found) == len(lines)
    return [(method, path, None if body is None else orjson.loads(body)) for method, path, body in found]


def read_in_python(secret: str, headers: dict[str, str], body: bytes) -> Any:
    sys.path.insert(0, str(FOLDER / "python"))
    try:
        return runpy.run_path(str(FOLDER / "python" / "webhook.py"))["read_delivery"](secret, headers, body)
    finally:
        sys.path.pop(0)


READ_IN_NODE = """
import { readDelivery } from './webhook.js'
let text = ''
for await (const part of process.stdin) text += part
const { secret, headers, body } = JSON.parse(text)
try {
  console.log(JSON.stringify(readDelivery(secret, headers, Buffer.from(body, 'base64'))))
} catch (wrong) {
  console.log(JSON.stringify({ refused: wrong.message }))
}
"""


def read_in_node(secret: str, headers: dict[str, str], body: bytes) -> Any:
    folder = subprocess.run(
        ["sh", "tools/node.sh"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    asked = orjson.dumps({"secret": secret, "headers": headers, "body": b64encode(body).decode()})
    command = [str(shutil.which("node", path=folder)), "--input-type=module", "--eval", READ_IN_NODE]
    done = subprocess.run(command, cwd=FOLDER / "node", input=asked, capture_output=True, check=True)
    found = orjson.loads(done.stdout)
    if "refused" in found:
        raise WebhookVerificationError(found["refused"])
    return found


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


@pytest.mark.parametrize("read", [read_in_python, read_in_node])
async def test_the_guides_readers_take_what_is_signed_and_nothing_else_also_while_keys_overlap(
    messenger: Messenger, listener: Listener, read: Reader
) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    path = f"/subscriptions/{made['id']}/key-rotations"
    new = (await system.ask("POST", path, json={"hours": 24})).json()
    await messenger.harness.deliver(samples.review_received(), source="/approval/fire")
    await messenger.work()
    ((headers, body),) = listener.calls
    assert read(made["secret"], headers, body) == read(new["secret"], headers, body) == orjson.loads(body)
    old = headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 3600)}
    for told, text in ((headers, body + b" "), (old, body), ({}, body), (headers | {"webhook-id": "x"}, body)):
        with pytest.raises(WebhookVerificationError):
            read(new["secret"], told, text)
    await system.ask("POST", path, json={"hours": 0})
    await messenger.harness.deliver(samples.review_decided(), source="/approval/fire")
    await messenger.work()
    with pytest.raises(WebhookVerificationError):
        read(new["secret"], *listener.calls[1])


def test_the_guide_tells_the_ladder_as_it_is() -> None:
    (row,) = re.findall(r"again after (.*?), a little later", GUIDE)
    told = [step.split(" ") for step in row.split(", ")]
    assert tuple(int(number) * UNITS[unit] for number, unit in told) == LADDER
