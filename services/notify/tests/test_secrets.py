"""Secrets and phone numbers go where they are meant to go, and into no log and no stored error, at any level."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import structlog
from sqlalchemy import select
from standardwebhooks import Webhook

from services.notify.providers.sms import HttpGateway
from services.notify.tests import samples
from services.notify.tests.conftest import KEYS, SECRETS, Messenger
from services.notify.tests.played import Listener
from services.notify.tests.test_webhooks import integrator, subscribe


async def test_no_secret_and_no_phone_number_stands_in_a_log_or_in_a_stored_error(
    logged: list[str], messenger: Messenger, listener: Listener
) -> None:
    structlog.get_logger("before").debug("it is listened to")
    made = (await subscribe(messenger, listener.url)).json()
    client, headers = messenger.harness.client, integrator(messenger, "fire")
    listener.answers = [204, 500, 302, 503, 410]
    await client.post(f"/subscriptions/{made['id']}/ping", headers=headers)
    rotated = (await client.post(f"/subscriptions/{made['id']}/key-rotations", json={}, headers=headers)).json()
    await messenger.work()
    await messenger.harness.deliver(samples.review_received(), samples.review_decided(), source="/approval/fire")
    await messenger.harness.deliver(samples.contact(), samples.submitted(), samples.accepted(), source="/intake")
    for seconds in (0, 6, 400, 2400):
        messenger.harness.clock.advance(timedelta(seconds=seconds))
        await messenger.work()
    await receipts(messenger)
    await failing(messenger)
    phones = [row.phone for row in await rows(messenger, "contacts") if row.phone]
    assert phones
    assert len(logged) > 20
    texts = [*logged, *map(repr, [*await rows(messenger, "outgoing_attempts"), *await rows(messenger, "outgoing")])]
    texts += [str(row["error"]) for row in [*await messenger.deliveries(), *await messenger.messages()]]
    whole = "\n".join(texts)
    signing = [made["secret"], rotated["secret"], *SECRETS.values()]
    for secret in (*signing, *(one.removeprefix("whsec_") for one in signing), *KEYS.values(), *phones):
        assert secret not in whole


async def receipts(messenger: Messenger) -> None:
    """One that is signed, one that is not."""
    message = next(one for one in await messenger.messages() if one["gateway"])
    name = str(message["gateway"])
    body = orjson.dumps({"message_id": str(message["id"]), "status": "delivered"}).decode()
    now, client = datetime.now(UTC), messenger.harness.client
    headers = {"content-type": "application/json", "webhook-id": "r1", "webhook-timestamp": str(int(now.timestamp()))}
    for signature, status in ((Webhook(SECRETS[name]).sign("r1", now, body), 204), ("v1,nonsense", 401)):
        answer = await client.post(
            f"/sms/receipts/{name}", content=body, headers=headers | {"webhook-signature": signature}
        )
        assert answer.status_code == status


async def failing(messenger: Messenger) -> None:
    """A gateway that cannot be reached, and one that repeats in its answer what it was told."""
    context = messenger.harness.service.context

    async def down(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"no route: {request.headers}", request=request)

    async def parrot(request: httpx.Request) -> httpx.Response:
        return httpx.Response(422, content=request.content)

    for case, gateway in (("C8", down), ("C9", parrot)):
        client = httpx.AsyncClient(transport=httpx.MockTransport(gateway))
        context.gateways = {one.name: HttpGateway(one, client) for one in context.settings.sms_gateways}
        await messenger.harness.deliver(samples.contact(case), samples.submitted(case), source="/intake")
        await messenger.work()


async def rows(messenger: Messenger, table: str) -> list[Any]:
    async with messenger.harness.units.view() as view:
        return list(await view.execute(select(view.table(table))))
