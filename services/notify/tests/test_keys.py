"""Another signing key: both sign for the overlap, one alone from its last instant on, or at once where a key leaked."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import update
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from services.notify.domain.keys import new_secret, sign, valid_secrets
from services.notify.tables import subscriptions
from services.notify.tests import samples
from services.notify.tests.asking import System
from services.notify.tests.conftest import Messenger
from services.notify.tests.played import Listener
from yimen.web import Role

UNTIL = datetime(2026, 11, 23, 1, tzinfo=UTC)


def verifies(secret: str, call: tuple[dict[str, str], bytes]) -> bool:
    """As a receiver checks it, with the library of Standard Webhooks."""
    headers, body = call
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


async def rotated(system: System, made: dict[str, Any], **body: int) -> dict[str, Any]:
    answer = await system.ask("POST", f"/subscriptions/{made['id']}/key-rotations", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def last_call(messenger: Messenger, listener: Listener) -> tuple[dict[str, str], bytes]:
    await messenger.harness.deliver(samples.review_decided(), source="/approval/fire")
    await messenger.work()
    return listener.calls[-1]


@pytest.mark.parametrize(
    ("at", "count"),
    [
        (UNTIL - timedelta(hours=24), 2),
        (UNTIL - timedelta(seconds=1), 2),
        (UNTIL - timedelta(microseconds=1), 2),
        (UNTIL, 1),
        (UNTIL + timedelta(seconds=1), 1),
    ],
)
def test_the_former_key_signs_up_to_its_hour_and_not_at_it(at: datetime, count: int) -> None:
    row = SimpleNamespace(secret="new", former_secret="old", former_secret_until=UNTIL)
    assert valid_secrets(row, at) == ["new", "old"][:count]


def test_several_signatures_stand_side_by_side_and_each_verifies() -> None:
    keys, at = [new_secret() for _ in range(3)], datetime.now(UTC)
    signature = sign(keys[:2], "e1", at, "{}")
    assert len(signature.split(" ")) == 2
    call = {"webhook-id": "e1", "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}, b"{}"
    assert [verifies(key, call) for key in keys] == [True, True, False]


async def test_in_the_overlap_old_and_new_key_verify_the_same_delivery(
    messenger: Messenger, listener: Listener
) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    asked = datetime.now(UTC)
    new = await rotated(system, made)
    until = datetime.fromisoformat(new["former_secret_until"])
    assert timedelta(hours=24) <= until - asked < timedelta(hours=24, minutes=1)
    call = await last_call(messenger, listener)
    assert new["secret"] != made["secret"]
    assert verifies(made["secret"], call)
    assert verifies(new["secret"], call)
    shown = (await system.ask("GET", f"/subscriptions/{made['id']}")).json()
    assert shown["former_secret_until"] == new["former_secret_until"]
    assert not {"secret", "former_secret"} & shown.keys()


async def test_after_the_overlap_only_the_new_key_verifies(messenger: Messenger, listener: Listener) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    new = await rotated(system, made, hours=1)
    async with messenger.harness.units.begin() as unit:
        await unit.execute(update(subscriptions).values(former_secret_until=datetime.now(UTC)))
    call = await last_call(messenger, listener)
    assert verifies(new["secret"], call)
    assert not verifies(made["secret"], call)


async def test_a_key_that_leaked_ends_at_once(messenger: Messenger, listener: Listener) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    new = await rotated(system, made, hours=0)
    assert new["former_secret_until"] is None
    call = await last_call(messenger, listener)
    assert verifies(new["secret"], call)
    assert not verifies(made["secret"], call)


async def test_of_three_keys_the_oldest_ends(messenger: Messenger, listener: Listener) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    keys = [made["secret"], *[(await rotated(system, made))["secret"] for _ in range(2)]]
    call = await last_call(messenger, listener)
    assert [verifies(key, call) for key in keys] == [False, True, True]


async def test_a_repeated_rotation_makes_one_key(messenger: Messenger, listener: Listener) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    path, client = f"/subscriptions/{made['id']}/key-rotations", messenger.harness.client
    who = messenger.harness.as_(Role.INTEGRATOR, departments=["fire"], id="system-fire")
    sent = who | {"Idempotency-Key": "rotation-1"}
    first, again = [await client.post(path, headers=sent, json={"hours": 2}) for _ in range(2)]
    assert first.json() == again.json()


@pytest.mark.parametrize("hours", [-1, 169, "many", 0.5])
async def test_an_overlap_has_its_limits(messenger: Messenger, listener: Listener, hours: object) -> None:
    system = System(messenger)
    made = await system.subscribe(listener.url)
    answer = await system.ask("POST", f"/subscriptions/{made['id']}/key-rotations", json={"hours": hours})
    assert answer.status_code == 422


async def test_nobody_rotates_anothers_key(messenger: Messenger, listener: Listener) -> None:
    made = await System(messenger).subscribe(listener.url)
    foreign = await System(messenger, "health").ask("POST", f"/subscriptions/{made['id']}/key-rotations", json={})
    assert foreign.status_code == 403
